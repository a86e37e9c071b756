# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module cluster_switchover: what it reports as done has happened, also soon after another switchover of the shard."""

from __future__ import annotations

import pathlib
import time
import typing as t

import pytest

from .fleet import Fleet, until
from .module_runner import converged, refused

NODE_TIMEOUT = 2000  # ms
LONG_NODE_TIMEOUT = 3000  # ms; Redis counts old votes for two of them, and not in the first second or so
ACCEPT = ["replica-on-primary-host", "primary-majority-on-host"]


@pytest.fixture
def fleet(engine: pathlib.Path, first_port: int) -> t.Iterator[Fleet]:
    """A cluster of three primaries and three replicas, of each engine."""
    with Fleet(engine, 6, first_port, cluster_node_timeout=str(NODE_TIMEOUT)) as servers:
        form(servers)
        yield servers


@pytest.fixture
def one_fleet(any_engine: pathlib.Path, first_port: int) -> t.Iterator[Fleet]:
    """The same, of Redis, with more time for what goes wrong."""
    with Fleet(any_engine, 6, first_port, cluster_node_timeout=str(LONG_NODE_TIMEOUT)) as servers:
        form(servers, LONG_NODE_TIMEOUT)
        yield servers


def form(fleet: Fleet, node_timeout: int = NODE_TIMEOUT) -> None:
    """Make a cluster of the servers."""
    settings = {"cluster-node-timeout": node_timeout, "repl-diskless-sync-delay": 0}
    converged("cluster", {**options(fleet), "replicas": 1, "settings": settings})


def options(fleet: Fleet, **others: t.Any) -> dict[str, t.Any]:
    """Return the modules' options."""
    return {
        "password": "correct horse",
        "nodes": fleet.nodes(),
        "connect_timeout": 2,
        "accept_placement": ACCEPT,
        "timeout": 40,
        **others,
    }


def name(port: int) -> str:
    """Return a node's name as the module has it."""
    return f"127.0.0.1:{port}"


def role(fleet: Fleet, port: int) -> tuple[str, ...]:
    """Return what a node reports of itself, and what it follows with a link."""
    with fleet.client(port) as client:
        said = t.cast(list[t.Any], client.execute_command("ROLE"))
    return ("primary",) if said[0] == "master" else ("replica", str(said[2]), str(said[3]))


def switch(fleet: Fleet, node: int, primary: int) -> None:
    """Switch over by hand."""
    with fleet.client(node) as client:
        client.execute_command("CLUSTER", "FAILOVER")
    until(lambda: role(fleet, primary) == ("replica", str(node), "connected"), f"{primary} to follow {node}")


def pair(fleet: Fleet) -> tuple[int, int]:
    """Return a primary and its replica."""
    primary = next(port for port in fleet.ports if role(fleet, port) == ("primary",))
    replica = next(port for port in fleet.ports if role(fleet, port)[1:2] == (str(primary),))
    return primary, replica


def there_and_back(fleet: Fleet, age: float) -> tuple[int, int]:
    """Switch over by hand and back, and return ``age`` seconds after the replica was elected."""
    primary, replica = pair(fleet)
    switch(fleet, replica, primary)
    elected = time.monotonic()
    until(lambda: all(follows(fleet, one, primary, replica) for one in fleet.ports), "all nodes to see it")
    switch(fleet, primary, replica)
    until(lambda: all(follows(fleet, one, replica, primary) for one in fleet.ports), "all nodes to see it again")
    until(lambda: time.monotonic() - elected > age, "the age of the election")
    return primary, replica


def views(fleet: Fleet, port: int) -> dict[str, t.Any]:
    """Return CLUSTER NODES of one node."""
    with fleet.client(port) as client:
        return t.cast(dict[str, t.Any], client.execute_command("CLUSTER NODES"))


def follows(fleet: Fleet, port: int, node: int, primary: int) -> bool:
    """Whether one node sees another as a replica of a third."""
    lines = views(fleet, port)
    return bool(lines[name(node)]["master_id"] == lines[name(primary)]["node_id"])


def wins(fleet: Fleet, port: int) -> int:
    """Return how often a node has declared itself primary."""
    return fleet.log(port).count("Failover election won")


def test_soon_after_a_switchover_the_next_one_is_refused_or_waited_for_and_proven(fleet: Fleet) -> None:
    primary, replica = there_and_back(fleet, 0)
    won = wins(fleet, replica)
    early = refused("cluster_switchover", options(fleet, to=name(replica), timeout=2))["msg"]
    assert "has been primary for" in early
    assert "This task has changed nothing" in early
    done = converged("cluster_switchover", options(fleet, to=name(replica)))
    assert (done["from"], done["to"], done["changed"]) == (name(primary), name(replica), True)
    assert role(fleet, replica) == ("primary",)
    assert role(fleet, primary) == ("replica", str(replica), "connected")
    assert wins(fleet, replica) == won + 1, "it was tried too early"
    for port in fleet.ports:
        line = views(fleet, port)[name(replica)]
        assert "master" in line["flags"]
        assert line["slots"] == [word.split("-") for word in done["slots"].split()]
    again = converged("cluster_switchover", options(fleet, to=name(replica)))
    assert (again["changed"], again["plan"]) == (False, [])


def test_a_takeover_that_redis_takes_back_is_not_reported_as_done(one_fleet: Fleet) -> None:
    """Before the module starts another client makes the candidate count its old votes."""
    primary, replica = there_and_back(one_fleet, 3)
    won = wins(one_fleet, replica)
    with one_fleet.client(replica) as client:
        client.execute_command("CLUSTER", "FAILOVER")
    until(lambda: wins(one_fleet, replica) > won, "Redis to declare a takeover")
    until(lambda: role(one_fleet, replica)[0] == "replica", "Redis to take it back")
    until(lambda: all(follows(one_fleet, one, replica, primary) for one in one_fleet.ports), "all nodes to see it")
    done = converged("cluster_switchover", options(one_fleet, to=name(replica)))
    assert done["changed"]
    assert role(one_fleet, replica) == ("primary",)
    assert role(one_fleet, primary) == ("replica", str(replica), "connected")
