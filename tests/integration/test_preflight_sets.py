# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of replication sets that run: what a run would refuse too late.  Ports 24000 to 24499, shared out."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from .engines import engines
from .module_runner import converged, refused
from .replication import apart, first_ports, fleet_of, options, state, write
from .sentinel_fleet import HOST, SentinelFleet

ELSEWHERE = {"address": "127.0.0.1", "port": 1}


@pytest.fixture(scope="module", params=engines(), ids=lambda path: path.parent.name)
def fleet(request: pytest.FixtureRequest) -> t.Iterator[SentinelFleet]:
    """A set of three with three Sentinels, which no test changes."""
    with fleet_of(request.param, next(first_ports)) as made:
        yield made


@pytest.fixture
def first_port() -> int:
    """The first of ten ports that no other test uses for the time being."""
    return next(first_ports)


def asked(fleet: SentinelFleet, *ports: int, **others: t.Any) -> dict[str, t.Any]:
    """Return the module's options for an inventory with all servers of a set, or with some."""
    given = options(fleet, *ports)
    first = {"address": HOST, "port": (ports or fleet.ports)[0]}
    return {
        **{name: given[name] for name in ("username", "password", "sentinels")},
        "sets": [{"name": fleet.name, "nodes": given["nodes"], "primary": first}],
        **others,
    }


def test_a_set_as_it_is_wanted_is_good_and_nothing_is_changed(fleet: SentinelFleet) -> None:
    before = state(fleet)
    result = converged("preflight_sets", asked(fleet))
    assert (result["checked"], result["changed"]) == ([fleet.name], False)
    assert state(fleet) == before


def test_a_replica_that_the_inventory_lacks_is_refused_unless_it_is_meant_to_be(fleet: SentinelFleet) -> None:
    given = asked(fleet, *fleet.ports[:2])
    gone = f"{HOST}:{fleet.ports[2]}"
    result = refused("preflight_sets", given)
    assert f"{gone} replicates {HOST}:{fleet.ports[0]} of set 'main', and is not in the inventory" in result["msg"]
    assert "Nothing has been changed." in result["msg"]
    assert converged("preflight_sets", {**given, "external": [gone]})["checked"] == [fleet.name]
    assert converged("preflight_sets", {**given, "leaving": fleet.nodes(fleet.ports[2])})["checked"] == [fleet.name]


def test_a_primary_that_the_inventory_lacks_is_refused(fleet: SentinelFleet) -> None:
    primary = f"{HOST}:{fleet.ports[0]}"
    result = refused("preflight_sets", asked(fleet, *fleet.ports[1:]))
    assert f"the primary of 'main' is {primary}, according to the Sentinels (" in result["msg"]
    assert "the inventory has no such instance. Put its host back" in result["msg"]
    unwatched = asked(fleet, *fleet.ports[1:], sentinels=[])
    assert f"is a replica of {primary}, which is not one of the nodes" in refused("preflight_sets", unwatched)["msg"]


def test_a_new_host_alone_is_no_set_that_the_sentinels_watch(fleet: SentinelFleet) -> None:
    given = asked(fleet)
    given["sets"] = [{"name": fleet.name, "nodes": [{**ELSEWHERE, "host": "new"}], "primary": ELSEWHERE}]
    assert "the inventory has no such instance" in refused("preflight_sets", given)["msg"]


def test_a_sentinel_that_the_inventory_lacks_is_refused_unless_it_leaves(fleet: SentinelFleet) -> None:
    given = asked(fleet)
    *staying, gone = given["sentinels"]
    result = refused("preflight_sets", {**given, "sentinels": staying})
    assert f"counts {HOST}:{gone['port']} for main, which is up and not in the inventory" in result["msg"]
    assert converged("preflight_sets", {**given, "sentinels": staying, "leaving": [gone]})["checked"] == [fleet.name]


def test_a_member_that_does_not_run_is_left_to_the_run(fleet: SentinelFleet) -> None:
    given = asked(fleet)
    given["sets"][0]["nodes"].append({**ELSEWHERE, "host": "new"})
    assert converged("preflight_sets", given)["checked"] == [fleet.name]


def test_the_old_password_is_tried_in_the_run_that_changes_it(fleet: SentinelFleet) -> None:
    given = asked(fleet)
    *staying, _gone = given["sentinels"]
    changing = {**given, "password": "another", "password_old": given["password"]}
    assert converged("preflight_sets", changing)["checked"] == [fleet.name]
    assert "not in the inventory" in refused("preflight_sets", {**changing, "sentinels": staying})["msg"]
    only_sentinels = {"sentinel_password": "another", "sentinel_password_old": given["password"]}
    assert "not in the inventory" in refused("preflight_sets", {**given, **only_sentinels, "sentinels": staying})["msg"]


def test_what_cannot_be_asked_is_left_to_the_run(fleet: SentinelFleet) -> None:
    assert converged("preflight_sets", asked(fleet, password="wrong"))["checked"] == []
    nothing = asked(fleet, sentinels=[])
    nothing["sets"] = [{"name": "new", "nodes": [ELSEWHERE], "primary": ELSEWHERE}]
    assert converged("preflight_sets", nothing)["checked"] == []


def test_two_primaries_with_data_are_refused_before_anything_is_attached(engine: pathlib.Path, first_port: int) -> None:
    with apart(engine, first_port) as fleet:
        write(fleet, fleet.ports[0], "one")
        write(fleet, fleet.ports[1], "other")
        before = state(fleet)
        assert "two primaries found for 'main'" in refused("preflight_sets", asked(fleet))["msg"]
        assert state(fleet) == before


def test_a_replica_of_another_deployment_is_refused_also_where_others_are_down(
    engine: pathlib.Path, first_port: int
) -> None:
    with apart(engine, first_port) as fleet:
        with fleet.client(fleet.ports[1]) as client:
            client.execute_command("REPLICAOF", HOST, fleet.ports[2])
        given = asked(fleet, *fleet.ports[:2])
        given["sets"][0]["nodes"].append({**ELSEWHERE, "host": "new"})
        message = refused("preflight_sets", given)["msg"]
        assert f"{HOST}:{fleet.ports[1]} is a replica of {HOST}:{fleet.ports[2]}" in message
        assert "it belongs to another deployment" in message
