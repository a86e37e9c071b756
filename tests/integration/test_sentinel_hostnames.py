# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinels that announce host names: clients get names, before and after a failover, and no run changes that."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from .fleet import until
from .module_runner import converged, run_module
from .sentinel_fleet import HOST, SECRETS, SentinelFleet

# The one name that every machine resolves without a record.
NAME = "localhost"
PORTS, SENTINEL_PORTS = [25200, 25201, 25202], [25210, 25211, 25212]
SETTINGS = {"resolve-hostnames": True, "announce-hostnames": True}


@pytest.fixture
def fleet(engine: pathlib.Path) -> t.Iterator[SentinelFleet]:
    """A set of three whose replicas announce their host's name, and three Sentinels that watch nothing."""
    announced = {"replica-announce-ip": NAME}
    with SentinelFleet(engine, PORTS, SENTINEL_PORTS, monitor=False, failover_timeout=3000, settings=announced) as made:
        yield made


def by_name(ports: t.Iterable[int], **others: t.Any) -> list[dict[str, t.Any]]:
    """Return servers as role redis_sentinel describes them where host names are announced."""
    return [{"address": NAME, "port": port, "host": str(port), "zone": str(port), **others} for port in ports]


def options(**others: t.Any) -> dict[str, t.Any]:
    """Return the options of module sentinel."""
    one_set = {
        "name": "main",
        "primary": {"address": NAME, "port": PORTS[0]},
        "nodes": by_name(PORTS),
        "quorum": 2,
        "settings": {"down-after-milliseconds": 1000, "failover-timeout": 3000},
        "auth_user": "sentinel",
        "auth_password": SECRETS["sentinel"],
    }
    return {
        "sentinel_username": "admin",
        "sentinel_password": SECRETS["admin"],
        "sentinels": by_name(SENTINEL_PORTS, announce_ip=NAME),
        "sets": [one_set],
        "settings": SETTINGS,
        "timeout": 40,
        **others,
    }


def hosts(fleet: SentinelFleet, port: int) -> set[str]:
    """Return all hosts that a Sentinel names to clients: primary, replicas, other Sentinels."""
    with fleet.client(port) as client:
        primary = t.cast("list[str]", client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"))[0]
        listed = [
            one["ip"]
            for found in (client.sentinel_slaves("main"), client.sentinel_sentinels("main"))
            for one in t.cast("list[dict[str, str]]", found)
        ]
    assert len(listed) == 4
    return {primary, *listed}


def test_clients_get_names_before_and_after_a_failover(fleet: SentinelFleet) -> None:
    assert converged("sentinel", options())["changed"]
    for port in SENTINEL_PORTS:
        assert hosts(fleet, port) == {NAME}
    assert run_module("sentinel", options())["changed"] is False

    fleet.kill(PORTS[0])
    new = fleet.wait_until_switched(PORTS[0])
    fleet.restart(PORTS[0])
    others = [port for port in PORTS if port != new]
    until(lambda: all(fleet.role(port) == ("replica", (NAME, new)) for port in others), "replicas by name", 60)
    # A role is no more moved than before, and nothing is spelled anew.
    assert run_module("sentinel", options(timeout=60))["changed"] is False
    for port in SENTINEL_PORTS:
        assert hosts(fleet, port) == {NAME}
    replicated = {
        "username": "admin",
        "password": SECRETS["admin"],
        "set": "main",
        "nodes": by_name(PORTS),
        "primary": {"address": NAME, "port": PORTS[0]},
        "sentinels": by_name(SENTINEL_PORTS),
        "timeout": 60,
    }
    again = run_module("replication", replicated)
    assert again["changed"] is False
    # What applications read from files is what Sentinels say.
    assert again["primary"] == {"address": NAME, "port": new, "host": str(new)}


def test_sentinels_that_announced_addresses_are_changed_one_after_the_other(fleet: SentinelFleet) -> None:
    given = options(settings={"resolve-hostnames": True}, sentinels=by_name(SENTINEL_PORTS, announce_ip=HOST))
    converged("sentinel", given)
    assert HOST in hosts(fleet, SENTINEL_PORTS[0])
    result = converged("sentinel", options())
    renamed = [step for step in result["plan"] if "by the host name" in step]
    assert len(renamed) == len(SENTINEL_PORTS)
    for port in SENTINEL_PORTS:
        assert hosts(fleet, port) == {NAME}
