# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the nodes: who is primary, how much room is there, how busy were they."""

from __future__ import annotations

import binascii
import contextlib
import itertools
import socket
import typing as t

from .._client import Client, Connections, gather
from .._cluster.parse import parse_nodes
from .._errors import AuthenticationFailed, CollectionError, PermissionDenied, Refused, Unreachable
from .._nodes import DesiredNode
from .._replies import fields, number, parse_info
from .._slots import SLOTS, Ranges, members
from .._slots import count as count_slots
from .model import Counters, Primary

SECTIONS = ("replication", "memory")


def observe_primaries(
    nodes: t.Sequence[DesiredNode], connections: Connections, *, clustered: bool
) -> tuple[Primary, ...]:
    """Return the primaries; raises where they are not all there, for then no figure would mean anything."""
    answers = gather(lambda node: _ask(node, connections, clustered), nodes)
    for answer in answers:
        if isinstance(answer, (AuthenticationFailed, PermissionDenied)):
            raise answer
    silent = [one for one in answers if isinstance(one, CollectionError)]
    found = [one for one in answers if isinstance(one, tuple)]
    served = sum(slots for _primary, slots in found)
    if clustered and served != SLOTS:
        raise _down(f"{SLOTS - served} of {SLOTS} slots are not served by the nodes that answer", silent)
    if not clustered and len(found) != 1:
        said = ", ".join(primary.name for primary, _slots in found) or "none"
        raise _down(f"a set has one primary, and these nodes report that they are: {said}", silent)
    return tuple(primary for primary, _slots in found)


def counters(nodes: t.Sequence[str], connections: Connections) -> dict[str, Counters]:
    """Return what each server has counted since it started."""
    return {node: _counters(connections[node]) for node in nodes}


def _counters(client: Client) -> Counters:
    info: dict[str, str] = {}
    for section in ("cpu", "commandstats", "errorstats"):
        info.update(parse_info(str(client.command("INFO", section))))
    rejected = [number(fields(info.get(f"cmdstat_{one}", "")).get("rejected_calls")) for one in ("get", "setex")]
    errors = [
        (name.partition("_")[2], number(fields(value).get("count")))
        for name, value in sorted(info.items())
        if name.startswith("errorstat_")
    ]
    return Counters(_cpu(info), sum(rejected), tuple(errors))


def _down(what: str, silent: t.Sequence[CollectionError]) -> CollectionError:
    details = "".join(f"; {one}" for one in silent)
    kind = Unreachable if silent else Refused
    return kind(
        f"no load test on a deployment that is down: {what}{details}",
        node=silent[0].node if silent else None,
        hint="Fix it first: playbook health reports what is wrong.",
    )


def _ask(node: DesiredNode, connections: Connections, clustered: bool) -> tuple[Primary, int] | None:
    client = connections[node.name]
    info: dict[str, str] = {}
    for section in SECTIONS:
        info.update(parse_info(str(client.command("INFO", section))))
    if info.get("role") != "master":
        return None
    slots: Ranges = ()
    if clustered:
        view = parse_nodes(str(client.command("CLUSTER", "NODES")))
        slots = next((one.slots for one in view.members if one.id == view.myself), ())
        if not slots:
            return None
    primary = Primary(
        name=node.name,
        address=node.address,
        port=node.port,
        tag=_tag(slots) if slots else "",
        room=_room(info),
        local=_is_local(node.address),
    )
    return primary, count_slots(slots)


def _tag(slots: Ranges) -> str:
    served = set(members(slots))
    # CRC16 of the cluster specification (XMODEM), modulo the number of slots.
    return next(tag for tag in map(str, itertools.count()) if binascii.crc_hqx(tag.encode(), 0) % SLOTS in served)


def _room(info: t.Mapping[str, str]) -> int:
    limit = number(info.get("maxmemory")) or number(info.get("total_system_memory"))
    return max(0, limit - number(info.get("used_memory")))


def _cpu(info: t.Mapping[str, str]) -> float:
    used = 0.0
    for name in ("used_cpu_sys", "used_cpu_user"):
        with contextlib.suppress(ValueError):
            used += float(info.get(name, "0"))
    return used


def _is_local(address: str) -> bool:
    """Return whether an address is this host's own: only then can something listen there."""
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.bind(where)
    except OSError:
        return False
    return True
