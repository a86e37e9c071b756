# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions of the preflight: pure functions from what was observed to sentences for people."""

from __future__ import annotations

import typing as t

from .model import FREE, LISTENER, OURS, TAKEN, Host, Instance, Process, Socket, State

SERVERS = frozenset({"redis-server", "valkey-server", "keydb-server"})
HIGHEST_PORT = 65535


def problems(host: Host, instances: t.Sequence[Instance], *, accept_memory: bool) -> list[str]:
    """Return everything that keeps these instances from living on this host; empty is good."""
    if host.ip is None:
        return [_nameless(host)]
    found = _numbering(instances)
    if any(one.refusal == "EADDRNOTAVAIL" and one.address == host.ip for one in host.attempts):
        name = host.address if host.address == host.ip else f"{host.address} ({host.ip})"
        found.append(
            f"redis_node_address {name} is not an address of this host: set it to one that 'ip address' shows here"
        )
    else:
        found += [text for one in instances for text in _ports(host, one)]
    found += _directories(host)
    if not accept_memory:
        found += _memory(host, instances)
    return found


def state_of(host: Host, instance: Instance) -> State:
    """Return what holds the instance's ports: nothing, itself, the preflight's listener, a stranger."""
    states = [_state(host, instance, port) for port in instance.ports]
    for state in (TAKEN, OURS, LISTENER):
        if state in states:
            return t.cast("State", state)
    return FREE


def is_ours(process: Process, instance: Instance, pid_in_file: int | None) -> bool:
    """Return whether a process is this very instance, by any of the traces that a server leaves.

    A server rewrites its command line, and its directory is hidden from a container's root, so
    each trace alone is enough: systemd unit, pid file, working directory, managed file.
    """
    if process.unit == instance.unit:
        return True
    if process.name not in SERVERS:
        return False
    return (
        process.pid == pid_in_file or process.directory == instance.data_dir or instance.managed_file in process.command
    )


def _nameless(host: Host) -> str:
    return (
        f"redis_node_address {host.address!r} is a host name that has no address record "
        f"({host.resolve_error}): create the record or set redis_node_address to an IP address"
    )


def _state(host: Host, instance: Instance, port: int) -> State:
    refusals = [one for one in host.attempts if one.port == port and one.refusal]
    if not any(one.refusal == "EADDRINUSE" for one in refusals):
        return TAKEN if refusals else FREE
    owners = [one.owner for one in _holders(host, port)]
    if owners and all(one and one.pid == host.listener_pid for one in owners):
        return LISTENER
    ours = [one for one in owners if one and is_ours(one, instance, host.pid_of(instance.port))]
    return OURS if owners and len(ours) == len(owners) else TAKEN


def _ports(host: Host, instance: Instance) -> t.Iterator[str]:
    for port in instance.ports:
        if _state(host, instance, port) == TAKEN:
            which = f"port {port}" if port == instance.port else f"cluster bus port {port} of {instance.port}"
            yield f"{which} {_refusal(host, port)}"


def _refusal(host: Host, port: int) -> str:
    remedy = "or give the instance another port in redis_node_instances"
    refused = next(one for one in host.attempts if one.port == port and one.refusal)
    if refused.refusal == "EACCES":
        return f"on {refused.address} may not be used by this user: use a port from 1024 on, {remedy}"
    if refused.refusal != "EADDRINUSE":
        return f"on {refused.address} cannot be bound ({refused.refusal}): {remedy.removeprefix('or ')}"
    holders = ", ".join(dict.fromkeys(_holder(one) for one in _holders(host, port)))
    return f"is held by {holders or 'another program'}: stop that program {remedy}"


def _holders(host: Host, port: int) -> list[Socket]:
    """Return the sockets that stand in the way: on our address, on loopback, or on any address."""
    tried = {one.address for one in host.attempts if one.port == port} | {"0.0.0.0", "::"}
    return [one for one in host.sockets if one.port == port and one.address in tried]


def _holder(listening: Socket) -> str:
    owner = listening.owner
    if owner is None:
        return f"a process of user id {listening.uid} that this user may not see"
    command = " ".join(owner.command)
    return f"{owner.name} (pid {owner.pid}{': ' + command if command else ''})"


def _numbering(instances: t.Sequence[Instance]) -> list[str]:
    found = []
    owners: dict[int, int] = {}
    for instance in instances:
        for port in instance.ports:
            what = "its data port" if port == instance.port else "its bus port"
            if not 0 < port <= HIGHEST_PORT:
                found.append(
                    f"instance {instance.port} has {port} as {what}, and ports are numbers from 1 to {HIGHEST_PORT}: "
                    "choose another port in redis_node_instances, or as redis_sentinel_port for a Sentinel"
                )
            elif port in owners:
                found.append(f"instance {instance.port} has {port} as {what}, {_other(owners[port], instance.port)}")
                break
            owners.setdefault(port, instance.port)
    return found


def _other(owner: int, port: int) -> str:
    if owner == port:
        return "and so has another item of redis_node_instances: give each its own port"
    return f"and instance {owner} uses it too: give one of them another port"


def _directories(host: Host) -> list[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in host.directories:
        if one.trouble:
            found.setdefault((one.existing, one.trouble), []).append(one.path)
    return [
        f"{' and '.join(paths)} cannot be written: {'it' if paths == [existing] else existing} {trouble}: "
        "fix that, or choose other directories (redis_node_config_dir, data_dir, log_dir, run_dir)"
        for (existing, trouble), paths in found.items()
    ]


def _memory(host: Host, instances: t.Sequence[Instance]) -> list[str]:
    unlimited = [str(one.port) for one in instances if one.maxmemory == 0]
    if unlimited:
        text = (
            f"instance {', '.join(unlimited)} has no memory limit (redis_node_maxmemory is empty or 0), so it may take "
            f"all of {host.memory_source} ({mebibytes(host.memory)}): set redis_node_maxmemory, or set "
            "redis_node_accept_memory_overcommit as well if no limit is meant"
        )
        return [text]
    wanted = sum(one.maxmemory or 0 for one in instances)
    if wanted <= host.memory:
        return []
    text = (
        f"maxmemory of {len(instances)} instances adds up to {mebibytes(wanted)}, and "
        f"{host.memory_source} is {mebibytes(host.memory)}: lower redis_node_maxmemory, run fewer "
        "instances here, or set redis_node_accept_memory_overcommit"
    )
    return [text]


def mebibytes(number: int) -> str:
    """Return bytes as a number that people compare."""
    return f"{number / 2**20:,.0f} MiB"
