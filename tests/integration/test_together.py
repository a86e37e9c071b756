# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module rolling_together on real deployments: everything is restarted at once, and all data come back."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from .engines import name, servers
from .module_runner import converged
from .rolling import ADDRESS, Cluster, Deployment, Set

KEYS = 300
SETTINGS: dict[str, dict[str, t.Any]] = {"append-only": {}, "snapshots": {"appendonly": False}}


@pytest.fixture(params=servers(), ids=name)
def engine(request: pytest.FixtureRequest) -> pathlib.Path:
    return t.cast(pathlib.Path, request.param)


def options(deployment: Deployment, directory: pathlib.Path, **others: t.Any) -> dict[str, t.Any]:
    """Return the options of the module for all members of a deployment."""
    needs = [{"node": one, "reasons": ["requested"]} for one in deployment.members()]
    given = deployment.options(needs=needs, home="red", records=str(directory))
    return {**given, **others}


def plan(deployment: Deployment, directory: pathlib.Path, **others: t.Any) -> dict[str, t.Any]:
    """Return the plan of a restart, or of the rest of one."""
    path = directory / "main.json"
    known = {"record": path.read_text() if path.exists() else ""}
    return converged("rolling_together", options(deployment, directory, **{**known, **others}), check=True)


def step(deployment: Deployment, directory: pathlib.Path, known: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options of the next call after a plan or another call."""
    host = known["next"]
    carried = {each: known[each] for each in ("needs", "record")}
    return options(deployment, directory, host=host, servers=deployment.servers(host), **carried)


def finish(deployment: Deployment, directory: pathlib.Path, known: t.Mapping[str, t.Any]) -> list[str]:
    """Take every step that is left, and return what was done."""
    done: list[str] = []
    while known["next"]:
        known = converged("rolling_together", step(deployment, directory, known))
        assert known["done"]
        done += [one["step"] for one in known["done"]]
    return done


def fill(deployment: Deployment) -> None:
    """Write keys, with a lifetime and without one."""
    application = deployment.application()
    for number in range(KEYS):
        application.set(f"key:{number}", number, ex=3600 if number % 3 == 0 else None)


def assert_all_there(deployment: Deployment) -> None:
    """Check that every key has its value."""
    application = deployment.application()
    assert [application.get(f"key:{number}") for number in range(KEYS)] == [str(number) for number in range(KEYS)]


def assert_restarted(deployment: Deployment, before: t.Mapping[str, str]) -> None:
    """Check that each member is another process than before."""
    after = deployment.run_ids()
    assert sorted(after) == sorted(before)
    assert not {one for one in before if before[one] == after[one]}


@pytest.mark.parametrize("saving", SETTINGS)
def test_a_cluster_is_restarted_at_once(engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path, saving: str) -> None:
    with Cluster(engine, first_port, **SETTINGS[saving]) as cluster:
        fill(cluster)
        before = cluster.run_ids()
        planned = plan(cluster, tmp_path)
        print("\n".join(planned["plan"]))
        assert cluster.run_ids() == before
        done = finish(cluster, tmp_path, planned)
        assert [line.split(":")[0] for line in done] == [line.split(":")[0] for line in planned["plan"]]
        assert_restarted(cluster, before)
        assert_all_there(cluster)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("saving", SETTINGS)
def test_a_set_is_restarted_at_once(engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path, saving: str) -> None:
    with Set(engine, first_port, **SETTINGS[saving]) as replicated:
        fill(replicated)
        before, primaries = replicated.run_ids(), replicated.primaries()
        planned = plan(replicated, tmp_path)
        print("\n".join(planned["plan"]))
        finish(replicated, tmp_path, planned)
        assert_restarted(replicated, before)
        assert_all_there(replicated)
        assert replicated.primaries() == primaries


def member(port: int) -> str:
    return f"{ADDRESS}:{port}"
