# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module rolling_step where a replica of another shard would move to the primary whose replica is restarted."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

import pytest
import redis

from .engines import name, servers
from .fleet import until
from .module_runner import converged, refused, start_module
from .rolling import ADDRESS, Cluster

MIGRATION = "cluster-allow-replica-migration"
NODE_TIMEOUT = 1000
# Longer than a node needs to be called failed, and then a primary to be without replica before one moves (5 s).
SLOW = 15


class Spared(Cluster):
    """A cluster whose first shard has a replica more than it needs, and whose members take long to start."""

    def __init__(self, server: pathlib.Path, first_port: int) -> None:
        super().__init__(server, first_port, **{"cluster-node-timeout": NODE_TIMEOUT})
        self.spare = first_port + 6
        self.slow = self.base / "slow"

    def __enter__(self) -> Spared:
        """Attach the spare replica to the first primary."""
        super().__enter__()
        self.ports.append(self.spare)
        converged("instance", self.config({"maxmemory": "50mb", "cluster-node-timeout": NODE_TIMEOUT}))
        converged("instance_daemon", {**self.common, "state": "started"})
        first = self.ports[0]
        with self.client(first) as primary, self.client(self.spare) as spare:
            spare.execute_command("CLUSTER", "MEET", ADDRESS, first)
            identity = str(primary.execute_command("CLUSTER", "MYID"))
            until(lambda: identity in str(spare.execute_command("CLUSTER", "NODES")), "the spare to know the primary")
            spare.execute_command("CLUSTER", "REPLICATE", identity)
        until(self.agrees, "one view", 40)
        self.slow.mkdir()
        (self.slow / "redis_guard.py").write_text(f"import time\ntime.sleep({SLOW})\n")
        self.slow.chmod(0o755)
        return self

    def host(self, port: int) -> str:
        """Return the host of a member: the spare is where the primary of its shard is not."""
        return super().host(port - self.ports[0])

    def servers(self, host: str) -> list[dict[str, t.Any]]:
        """Return the members of one host, with what makes their start slow."""
        found = super().servers(host)
        return [{**one, "process": {**one["process"], "guard": str(self.slow)}} for one in found]

    def followed(self, port: int) -> int:
        """Return the port of the primary that a replica follows."""
        with self.client(port) as client:
            return int(t.cast("list[t.Any]", client.role())[2])

    def lone_replica(self) -> int:
        """Return a replica whose primary has no other one."""
        first = self.ports[0]
        return next(port for port in self.ports[3:] if self.followed(port) != first)

    def values(self) -> dict[int, str]:
        """Return what the nodes that answer have of the setting."""
        found = {}
        for port in self.ports:
            with contextlib.suppress(redis.exceptions.RedisError), self.client(port) as client:
                found[port] = t.cast("dict[str, str]", client.config_get(MIGRATION))[MIGRATION]
        return found

    def process(self, port: int) -> str:
        """Return the process of a member; empty while none answers."""
        with contextlib.suppress(redis.exceptions.RedisError), self.client(port) as client:
            return str(t.cast("dict[str, t.Any]", client.info("server"))["run_id"])
        return ""

    def own_values(self) -> dict[str, str]:
        """Return what the hosts report of the setting while no run holds it, by member."""
        found = [one for host in ("red", "green", "blue") for one in self.reported(host)]
        return {one["node"]: one["migration"] for one in found}

    def reported(self, host: str) -> t.Any:
        """Return what a host reports of its members."""
        return converged("rolling_host_info", {"servers": self.servers(host)})["members"]


@pytest.fixture
def spared(first_port: int) -> t.Iterator[Spared]:
    with Spared(servers()[0], first_port) as deployment:
        yield deployment


@pytest.mark.parametrize("server", servers(), ids=name)
def test_no_replica_of_another_shard_moves_while_the_only_one_is_restarted(
    server: pathlib.Path, first_port: int
) -> None:
    with Spared(server, first_port) as spared:
        lone, first = spared.lone_replica(), spared.ports[0]
        donors = [port for port in spared.ports[3:] if spared.followed(port) == first]
        assert len(donors) == 2
        assert set(spared.own_values().values()) == {"yes"}
        planned = spared.plan(f"{ADDRESS}:{lone}")
        assert [line.split()[0] for line in planned["plan"]] == ["set", "restart", "set"]
        assert spared.roll(planned) == planned["plan"]
        assert [spared.followed(port) for port in donors] == [first, first]
        assert set(spared.values().values()) == {"yes"}
        assert set(spared.own_values().values()) == {"yes"}


def held(spared: Spared, _lone: int, _before: str) -> bool:
    """Whether replicas are held, and nothing has been stopped."""
    return set(spared.values().values()) == {"no"}


def stopped(spared: Spared, lone: int, _before: str) -> bool:
    """Whether the member is down."""
    return not spared.process(lone)


@pytest.mark.parametrize("moment", [held, stopped])
def test_what_a_killed_run_holds_is_released_by_the_next_one(
    spared: Spared, moment: t.Callable[[Spared, int, str], bool]
) -> None:
    lone = spared.lone_replica()
    before = spared.process(lone)
    process = start_module("rolling_step", spared.step(spared.plan(f"{ADDRESS}:{lone}")))
    until(lambda: moment(spared, lone, before), f"the moment {moment.__name__}")
    process.kill()
    process.communicate()
    values = spared.values()
    assert set(values.values()) == {"no"}
    # It is no value of the configuration, and the next run knows that from the files.
    assert set(spared.own_values().values()) == {"yes"}
    converged("instance_daemon", {**spared.common, "state": "started"})
    until(spared.agrees, "the members to agree", 40)
    # Whether there is anything left to restart or not.
    left = [] if spared.process(lone) != before else [{"node": f"{ADDRESS}:{lone}", "reasons": ["requested"]}]
    again = spared.plan(needs=left)
    assert again["plan"][-1].startswith(f"set {MIGRATION} to yes on ")
    assert spared.roll(again) == again["plan"]
    assert set(spared.values().values()) == {"yes"}
    assert spared.plan(needs=[])["plan"] == []


def test_what_a_killed_run_holds_is_released_by_a_run_of_the_site(spared: Spared) -> None:
    with spared.client(spared.spare) as client:
        client.config_set(MIGRATION, "no")
    converged("instance", spared.config({"maxmemory": "50mb", "cluster-node-timeout": NODE_TIMEOUT}))
    assert set(spared.values().values()) == {"yes"}


def test_a_run_that_fails_releases_what_it_holds(spared: Spared) -> None:
    lone = spared.lone_replica()
    planned = spared.plan(f"{ADDRESS}:{lone}")
    # Too short for the slow start: the gate of the next step would be one more reason.
    failed = refused("rolling_step", spared.step(planned, timeout=5))
    assert [one["step"].split()[0] for one in failed["done"]] == ["set"]
    assert set(spared.values().values()) == {"yes"}


def test_a_value_of_the_configuration_stays(spared: Spared) -> None:
    lone = spared.lone_replica()
    settings = {"maxmemory": "50mb", "cluster-node-timeout": NODE_TIMEOUT, MIGRATION: False}
    converged("instance", spared.config(settings))
    own = spared.own_values()
    assert set(own.values()) == {"no"}
    nodes = {"hold": list(own), "release": []}
    planned = spared.plan(f"{ADDRESS}:{lone}", **nodes)
    assert [line.split()[0] for line in planned["plan"]] == ["restart"]
    spared.roll(planned, **nodes)
    assert set(spared.values().values()) == {"no"}
