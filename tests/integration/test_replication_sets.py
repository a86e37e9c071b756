# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module replication with several sets, which have Sentinels in common; asserted by redis-py and by ROLE."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

import pytest

from .fleet import refuse_snapshots
from .module_runner import converged, refused
from .replication import apart, assert_set, first_ports, keys, options, state, write
from .sentinel_fleet import HOST, SentinelFleet


@pytest.fixture
def first_port() -> int:
    """The first of ten ports that no other test uses for the time being."""
    return next(first_ports)


@contextlib.contextmanager
def two_sets(engine: pathlib.Path, first_port: int) -> t.Iterator[tuple[SentinelFleet, list[int], list[int]]]:
    """Yield four servers, not attached, with the ports of two sets; there are three Sentinels, which watch nothing."""
    with apart(engine, first_port) as fleet:
        fleet.start(first_port + 3)
        fleet.wait_until_ready(first_port + 3)
        yield fleet, [first_port, first_port + 1], [first_port + 2, first_port + 3]


def of_sets(fleet: SentinelFleet, *sets: list[int], **others: t.Any) -> dict[str, t.Any]:
    """Return the module's options for sets of these ports: main, and then set1 and so on."""
    of_one = options(fleet, **others)
    given = [
        {
            "name": f"set{number}" if number else fleet.name,
            "nodes": fleet.nodes(*ports),
            "primary": {"address": HOST, "port": ports[0]},
        }
        for number, ports in enumerate(sets)
    ]
    return {**{name: value for name, value in of_one.items() if name not in ("set", "nodes", "primary")}, "sets": given}


def test_forms_two_sets_in_one_call_and_then_leaves_them_alone(engine: pathlib.Path, first_port: int) -> None:
    with two_sets(engine, first_port) as (fleet, main, other):
        asked, every = of_sets(fleet, main, other), [*main, *other]
        before = state(fleet, *every)
        planned = converged("replication", asked, check=True, diff=True)
        assert planned["plan"] == [
            f"{HOST}:{replica}: replicate {HOST}:{primary}" for primary, replica in (main, other)
        ]
        assert state(fleet, *every) == before
        formed = converged("replication", asked, diff=True)
        assert [step["step"] for step in formed["done"]] == formed["plan"] == planned["plan"]
        assert formed["diff"] == planned["diff"]
        found = formed["sets"]
        assert {name: one["primary"]["port"] for name, one in found.items()} == {fleet.name: main[0], "set1": other[0]}
        assert [one["topology"]["set"] for one in found.values()] == [fleet.name, "set1"]
        assert_set(fleet, *main)
        assert_set(fleet, *other)
        before = state(fleet, *every)
        again = converged("replication", asked)
        assert (again["changed"], again["plan"]) == (False, [])
        assert state(fleet, *every) == before
        # The module leaves the sets as it does when it is given each alone.
        alone = options(fleet, *other, set="set1", primary={"address": HOST, "port": other[0]})
        assert converged("replication", alone)["plan"] == []


def test_what_is_refused_of_one_set_keeps_the_other_from_being_changed(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with two_sets(any_engine, first_port) as (fleet, main, other):
        for port in other:
            write(fleet, port, f"of {port}")
        before = state(fleet, *main, *other)
        result = refused("replication", of_sets(fleet, main, other))
        assert (result["error"], result["done"], result["plan"]) == ("refused", [], [])
        assert "set set1: two primaries found for 'set1'" in result["msg"]
        assert result["msg"].endswith("This task has changed nothing.")
        assert state(fleet, *main, *other) == before
        # And with data on both sides of the first set, too, one message has both.
        for port in main:
            write(fleet, port, f"of {port}")
        both = refused("replication", of_sets(fleet, main, other))
        assert "- set main: two primaries found for 'main'" in both["msg"]
        assert "- set set1: two primaries found for 'set1'" in both["msg"]
        assert {name: one["error"] for name, one in both["sets"].items()} == {"main": "refused", "set1": "refused"}
        for port in (*main, *other):
            assert keys(fleet, port) == {f"of {port}"}


def test_members_that_refuse_writes_are_among_the_results_of_their_set(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with two_sets(any_engine, first_port) as (fleet, main, other):
        converged("replication", of_sets(fleet, main, other))
        with fleet.client(other[1]) as client:
            refuse_snapshots(client)
        found = converged("replication", of_sets(fleet, main, other))["sets"]
        assert [[one["node"] for one in each["refused_writes"]] for each in found.values()] == [
            [],
            [f"{HOST}:{other[1]}"],
        ]


def test_sets_that_cannot_be_are_refused(any_engine: pathlib.Path, first_port: int) -> None:
    with apart(any_engine, first_port) as fleet:
        before = state(fleet)
        shared = of_sets(fleet, fleet.ports[:2], fleet.ports[1:])
        assert "is one of the nodes of set 'main' and of set 'set1'" in refused("replication", shared)["msg"]
        one_set = shared["sets"][0]
        assert "set 'main' is given twice" in refused("replication", {**shared, "sets": [one_set, one_set]})["msg"]
        assert "mutually exclusive" in refused("replication", {**options(fleet), "sets": [one_set]})["msg"]
        nameless = {name: value for name, value in options(fleet).items() if name not in ("set", "nodes")}
        assert "one of the following is required: set, sets" in refused("replication", nameless)["msg"]
        assert "missing parameter(s) required by 'set'" in refused("replication", {**nameless, "set": "main"})["msg"]
        assert state(fleet) == before
