# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the way of instances on a host, from plain values."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import checks
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.model import (
    Attempt,
    Directory,
    Host,
    Instance,
    Process,
    Socket,
)

ADDRESS = "192.0.2.11"


def instance(port=7000, **changes):
    values = {
        "port": port,
        "bus_port": port + 10000,
        "data_dir": f"/var/lib/redis-node/{port}",
        "managed_file": f"/etc/redis-node/{port}.conf",
        "pid_file": f"/run/redis-node/{port}.pid",
        "unit": f"redis-node@{port}.service",
        "maxmemory": 2**30,
    }
    return Instance(**{**values, **changes})


def process(**changes):
    return Process(**{"pid": 42, "name": "redis-server", "uid": 110, **changes})


def host(*busy, owner=None, **changes):
    """A host on which the ports are held by the owner, and all else is well."""
    values = {
        "address": ADDRESS,
        "ip": ADDRESS,
        "resolve_error": "",
        "attempts": tuple(Attempt(ADDRESS, port, "EADDRINUSE" if port in busy else "") for port in (7000, 17000)),
        "sockets": tuple(Socket(ADDRESS, port, 110, port, owner) for port in busy),
        "pids": (),
        "directories": (Directory("/etc/redis-node", "/etc"),),
        "memory": 8 * 2**30,
        "memory_source": "the memory of this host",
    }
    return Host(**{**values, **changes})


def problems(seen, *instances, accept_memory=False):
    return checks.problems(seen, instances or (instance(),), accept_memory=accept_memory)


def test_a_host_with_free_ports_has_no_problems():
    assert problems(host()) == []
    assert checks.state_of(host(), instance()) == "free"


@pytest.mark.parametrize(
    "owner",
    [
        process(unit="redis-node@7000.service", name="anything"),
        process(directory="/var/lib/redis-node/7000"),
        process(command=("redis-server", "x", "--include", "/etc/redis-node/7000.conf")),
        process(name="valkey-server", directory="/var/lib/redis-node/7000"),
    ],
    ids=["by its unit", "by its directory", "by its managed file", "by its directory, another engine"],
)
def test_an_instance_that_runs_is_recognised(owner):
    seen = host(7000, 17000, owner=owner)
    assert problems(seen) == []
    assert checks.state_of(seen, instance()) == "ours"


def test_an_instance_is_recognised_by_its_pid_file():
    seen = host(7000, 17000, owner=process(pid=99), pids=((7000, 99),))
    assert checks.state_of(seen, instance()) == "ours"


@pytest.mark.parametrize(
    "owner",
    [
        process(name="python3", directory="/var/lib/redis-node/7000"),
        process(unit="redis-node@7001.service"),
        process(directory="/var/lib/redis"),
        None,
    ],
    ids=["another program in that directory", "another instance", "another server", "an unseen process"],
)
def test_a_strangers_port_is_a_problem(owner):
    seen = host(7000, owner=owner)
    assert checks.state_of(seen, instance()) == "taken"
    (problem,) = problems(seen)
    assert problem.startswith("port 7000 is held by ")


def test_the_holder_is_named_with_pid_and_command():
    (problem,) = problems(host(7000, owner=process(name="nc", command=("nc", "-l", "7000"))))
    assert "held by nc (pid 42: nc -l 7000): stop that program or give the instance another port" in problem


def test_a_taken_bus_port_says_whose_it_is():
    (problem,) = problems(host(17000, owner=process(name="nc")))
    assert problem.startswith("cluster bus port 17000 of 7000 is held by nc (pid 42)")


def test_a_holder_on_another_address_is_not_blamed():
    elsewhere = Socket("192.0.2.99", 7000, 0, 1, process(name="stranger"))
    here = Socket("0.0.0.0", 7000, 0, 2, process(name="nc"))
    (problem,) = problems(host(7000, sockets=(elsewhere, here)))
    assert "nc" in problem
    assert "stranger" not in problem


def test_the_preflights_own_listener_is_no_stranger():
    seen = host(7000, 17000, owner=process(name="python3"), listener_pid=42)
    assert problems(seen) == []
    assert checks.state_of(seen, instance()) == "listener"


def test_a_name_without_a_record_is_named():
    (problem,) = problems(host(ip=None, address="redis1.example", resolve_error="Name or service not known"))
    assert "'redis1.example' is a host name that has no address record (Name or service not known)" in problem


def test_an_address_of_another_host_is_named_once():
    attempts = tuple(Attempt(ADDRESS, port, "EADDRNOTAVAIL") for port in (7000, 17000))
    (problem,) = problems(host(attempts=attempts))
    assert problem.startswith(f"redis_node_address {ADDRESS} is not an address of this host")


def test_directories_on_one_read_only_file_system_are_one_problem():
    trouble = "is on a read-only file system"
    directories = (Directory("/etc/redis-node", "/etc", trouble), Directory("/etc/other", "/etc", trouble))
    (problem,) = problems(host(directories=directories))
    text = "/etc/redis-node and /etc/other cannot be written: /etc is on a read-only file system: fix that"
    assert problem.startswith(text)


def test_memory_that_does_not_suffice_is_told_with_its_numbers():
    greedy = instance(maxmemory=9 * 2**30)
    (problem,) = problems(host(), greedy)
    assert "1 instances adds up to 9,216 MiB, and the memory of this host is 8,192 MiB" in problem
    assert problems(host(), greedy, accept_memory=True) == []


def test_no_limit_is_as_much_as_all_memory_and_has_to_be_accepted_too():
    boundless = instance(maxmemory=0)
    (problem,) = problems(host(), boundless)
    assert "instance 7000 has no memory limit (redis_node_maxmemory is empty or 0)" in problem
    assert problems(host(), boundless, accept_memory=True) == []
    assert problems(host(), instance(maxmemory=None)) == []


@pytest.mark.parametrize(
    ("instances", "text"),
    [
        ((instance(), instance()), "instance 7000 has 7000 as its data port, and so has another item"),
        ((instance(), instance(17000)), "instance 17000 has 17000 as its data port, and instance 7000 uses it too"),
        ((instance(60000),), "instance 60000 has 70000 as its bus port, and ports are numbers from 1 to 65535"),
        ((instance(70000),), "choose another port in redis_node_instances, or as redis_sentinel_port for a Sentinel"),
    ],
    ids=[
        "one port twice",
        "a data port that is another's bus port",
        "a bus port beyond the last",
        "a data port beyond the last",
    ],
)
def test_ports_that_cannot_be_are_told(instances, text):
    assert any(text in problem for problem in problems(host(), *instances))


def test_all_problems_are_told_at_once():
    seen = dataclasses.replace(host(7000), memory=1)
    assert len(problems(seen)) == 2
