# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module sentinel_switchover under a writing client: what was acknowledged is there."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import pytest

from .fleet import until
from .module_runner import converged, refused, run_module, start_module
from .ports import first_ports
from .sentinel_fleet import DATA_USERS, HOST, SECRETS, SentinelFleet
from .sentinel_writer import Writer

_first_ports = first_ports(24800, 24980)


@pytest.fixture
def first_port() -> int:
    """The first of ten ports that no other test uses for the time being."""
    return next(_first_ports)


@pytest.fixture
def fleet(engine: pathlib.Path, first_port: int) -> t.Iterator[SentinelFleet]:
    """A set of three that three Sentinels watch."""
    with SentinelFleet(engine, range(first_port, first_port + 3), range(first_port + 3, first_port + 6)) as servers:
        yield servers


@pytest.fixture
def one_fleet(any_engine: pathlib.Path, first_port: int) -> t.Iterator[SentinelFleet]:
    """The same, of one engine, for what does not depend on it."""
    ports = range(first_port, first_port + 6)
    with SentinelFleet(any_engine, ports[:3], ports[3:]) as servers:
        yield servers


def options(fleet: SentinelFleet, **others: t.Any) -> dict[str, t.Any]:
    """Return the module's options."""
    given = {
        "username": "admin",
        "password": SECRETS["admin"],
        "sentinels": fleet.sentinels(),
        "set": fleet.name,
        "nodes": fleet.nodes(),
        "connect_timeout": 2,
        "timeout": 40,
    }
    return {**given, **others}


def name(port: int) -> str:
    """Return a server's name as the module says it."""
    return f"{HOST}:{port}"


def knows_coordinated(fleet: SentinelFleet) -> bool:
    """Return whether the engine knows SENTINEL FAILOVER ... COORDINATED."""
    return fleet.engine.parent.name.startswith("valkey-9")


def allow(fleet: SentinelFleet, rights: str) -> None:
    """Give Sentinel's user these rights, and no others, on all data servers."""
    for port in fleet.ports:
        with fleet.client(port) as client:
            client.execute_command("ACL", "SETUSER", "sentinel", "resetchannels", "-@all", *rights.split())


def test_under_a_writing_client_nothing_that_was_acknowledged_is_lost(fleet: SentinelFleet) -> None:
    old = fleet.ports[0]
    with Writer(fleet) as writer:
        done = converged("sentinel_switchover", options(fleet, **{"from": name(old)}))
        until(lambda: writer.silent_for() < 0.5, "writes go on at the new primary")
    new = fleet.primary()
    assert new is not None
    assert new != old
    assert (done["changed"], done["from"], done["to"]) == (True, name(old), name(new))
    assert done["coordinated"] == knows_coordinated(fleet)
    assert len(done["done"]) == 1
    fleet.wait_until_settled(new)
    assert writer.lost(new) == 0
    for port in fleet.ports:
        assert writer.lost(port) == 0
    again = converged("sentinel_switchover", options(fleet, **{"from": name(old)}))
    assert (again["changed"], again["plan"], again["to"]) == (False, [], name(new))
    assert fleet.primary() == new
    assert not [secret for secret in SECRETS.values() if secret in json.dumps([done, again])]


def test_switchovers_in_a_row_lose_nothing(one_fleet: SentinelFleet) -> None:
    with Writer(one_fleet) as writer:
        for _round in range(3):
            before = one_fleet.primary()
            done = converged("sentinel_switchover", options(one_fleet))
            assert (done["from"], done["changed"]) == (name(before or 0), True)
            assert one_fleet.settled(int(done["to"].split(":")[1]))
    assert writer.lost(one_fleet.primary() or 0) == 0


def test_without_the_rights_to_coordinate_writes_are_held_instead(fleet: SentinelFleet) -> None:
    rights = DATA_USERS["sentinel"].replace("+failover", "").replace("+client|pause", "").replace("+client|unpause", "")
    allow(fleet, rights)
    with Writer(fleet) as writer:
        done = converged("sentinel_switchover", options(fleet))
    assert done["coordinated"] is False
    assert writer.lost(fleet.primary() or 0) == 0


def test_check_mode_tells_the_plan_and_touches_nothing(one_fleet: SentinelFleet) -> None:
    planned = converged("sentinel_switchover", options(one_fleet), check=True)
    assert planned["changed"]
    assert len(planned["plan"]) == 1
    assert planned["done"] == []
    assert one_fleet.settled(one_fleet.ports[0])
    with one_fleet.client(one_fleet.sentinel_ports[0]) as client:
        assert int(t.cast(dict[str, t.Any], client.sentinel_master(one_fleet.name))["config-epoch"]) == 0


def paused(fleet: SentinelFleet, writer: Writer) -> bool:
    """Return whether the primary holds writes; no replica has been promoted yet."""
    with fleet.client(fleet.ports[0]) as client:
        return "cmdstat_client|pause" in client.info("commandstats")


def promoted(fleet: SentinelFleet, writer: Writer) -> bool:
    """Return whether a second server reports that it is primary."""
    return any(fleet.role(port)[0] == "primary" for port in fleet.ports[1:])


def in_step(fleet: SentinelFleet, primary: int) -> None:
    """Wait until all replicas have all writes: a switch is given up where they need longer than clients may wait."""
    with fleet.client(primary) as client:
        client.set("in step", "yes")
        assert client.wait(len(fleet.ports) - 1, 20_000) == len(fleet.ports) - 1


@pytest.mark.parametrize("moment", [paused, promoted])
def test_killed_at_any_moment_it_loses_nothing_and_writes_go_on(
    any_engine: pathlib.Path, first_port: int, moment: t.Callable[[SentinelFleet, Writer], bool]
) -> None:
    ports = range(first_port, first_port + 6)
    # The default of role redis_node for sets: a primary that all replicas have left takes no writes.
    with SentinelFleet(any_engine, ports[:3], ports[3:], settings={"min-replicas-to-write": "1"}) as fleet:
        with Writer(fleet) as writer:
            process = start_module("sentinel_switchover", options(fleet))
            until(lambda: process.poll() is not None or moment(fleet, writer), "the moment to kill")
            assert process.poll() is None, "the module was faster than the test"
            process.kill()
            process.communicate()
            until(lambda: writer.silent_for() > 0.5, "writes are held")
            until(lambda: writer.silent_for() < 0.1, "writes go on by themselves", 30)
            until(lambda: fleet.settled(fleet.primary() or 0), "all agree by themselves", 40)
        primary = fleet.primary() or 0
        assert writer.lost(primary) == 0
        in_step(fleet, primary)
        # A Sentinel may still be making its link to the old primary anew: then it is not safe yet, and refused.
        until(
            lambda: run_module("sentinel_switchover", options(fleet), check=True)["rc"] == 0, "a switch to be safe", 30
        )
        assert converged("sentinel_switchover", options(fleet))["from"] == name(primary)


def test_a_promotion_that_never_comes_ends_in_time_and_writes_go_on(one_fleet: SentinelFleet) -> None:
    old = one_fleet.ports[0]
    allow(one_fleet, DATA_USERS["sentinel"].replace("+slaveof", ""))
    with Writer(one_fleet) as writer:
        result = refused("sentinel_switchover", options(one_fleet))
        assert "promoted" in result["msg"]
        assert "ACL LOG" in result["msg"]
        until(lambda: writer.silent_for() < 0.1, "writes go on at the old primary", 2)
        assert writer.longest_gap() < 12
    assert one_fleet.role(old) == ("primary", None)
    assert writer.lost(old) == 0
    allow(one_fleet, DATA_USERS["sentinel"])
    one_fleet.wait_until_settled(old)
    assert converged("sentinel_switchover", options(one_fleet))["changed"]


def test_what_is_not_safe_is_refused_and_nobody_is_moved(one_fleet: SentinelFleet) -> None:
    first, second, third = one_fleet.ports
    assert "does not watch" in refused("sentinel_switchover", options(one_fleet, set="other"))["msg"]
    assert (
        "not one of the nodes"
        in refused("sentinel_switchover", options(one_fleet, nodes=one_fleet.nodes(second, third)))["msg"]
    )
    only_sentinels = options(one_fleet, password="wrong", sentinel_password=SECRETS["admin"])
    assert (
        f"{name(first)} as primary, which login as 'admin' failed"
        in refused("sentinel_switchover", only_sentinels)["msg"]
    )
    last = one_fleet.sentinel_ports[-1]
    one_fleet.freeze(last)
    assert name(last) in refused("sentinel_switchover", options(one_fleet))["msg"]
    one_fleet.thaw(last)
    one_fleet.wait_until_settled(first)
    one_fleet.kill(third)
    assert name(third) in refused("sentinel_switchover", options(one_fleet))["msg"]
    one_fleet.restart(third)
    one_fleet.wait_until_settled(first)
    for port in (second, third):
        with one_fleet.client(port) as client:
            client.config_set("replica-priority", 0)
    until(lambda: priorities(one_fleet) == {0}, "the Sentinels know the priorities")
    assert "replica-priority 0" in refused("sentinel_switchover", options(one_fleet))["msg"]
    assert one_fleet.settled(first)


def priorities(fleet: SentinelFleet) -> set[int]:
    """Return the priorities of the replicas as the Sentinels know them."""
    found = set()
    for port in fleet.sentinel_ports:
        with fleet.client(port) as client:
            found |= {int(one["slave-priority"]) for one in t.cast(list[t.Any], client.sentinel_slaves(fleet.name))}
    return found


def test_a_replica_that_may_take_over_and_lags_is_waited_for_or_refused(one_fleet: SentinelFleet) -> None:
    old, second, third = one_fleet.ports
    # The Sentinels may not have heard of each other yet.
    until(lambda: run_module("sentinel_switchover", options(one_fleet), check=True)["rc"] == 0, "a healthy set", 30)
    one_fleet.freeze(third)
    try:
        result = refused("sentinel_switchover", options(one_fleet, connect_timeout=1))
    finally:
        one_fleet.thaw(third)
    assert name(third) in result["msg"]
    assert one_fleet.role(old) == ("primary", None)
    assert one_fleet.role(second) == ("replica", (HOST, old))


def test_sentinels_own_failover_loses_writes_where_the_module_does_not(one_fleet: SentinelFleet) -> None:
    """The reason why the module does more than to ask Sentinel: should this fail, it is needed no more."""
    old = one_fleet.ports[0]
    with Writer(one_fleet) as writer:
        command = [one_fleet.program("cli"), "-p", str(one_fleet.sentinel_ports[0]), "--user", "admin",
                   "--pass", SECRETS["admin"], "--no-auth-warning", "SENTINEL", "FAILOVER", one_fleet.name]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        new = one_fleet.wait_until_switched(old)
        until(lambda: one_fleet.role(old)[0] == "replica", "the old primary follows", 30)
        one_fleet.wait_until_settled(new)
    assert writer.lost(new) > 0
