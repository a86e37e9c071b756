# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a server's words to the model.  Junk from a live server is a finding, never an exception."""

from __future__ import annotations

import functools
import re
import typing as t

from .._nodes import Finding
from .._replies import number, pairs
from .._slots import SLOTS, Ranges, merged
from .model import IMPORTING, MIGRATING, Member, OpenSlot

MYSELF = "myself,"
# [93->-ID] is a slot on its way to a node, [77-<-ID] one that comes from it.
OPEN_SLOT = re.compile(r"\[(\d+)-([<>])-([0-9a-f]+)\]")
FIELDS = 8  # id address flags primary ping-sent pong-received config-epoch link-state [slot ...]


class View(t.NamedTuple):
    """One node's view of the cluster: its own id, all members, and what could not be read."""

    myself: str
    members: tuple[Member, ...]
    findings: tuple[Finding, ...]


def parse_nodes(reply: str) -> View:
    """Read the reply of CLUSTER NODES; a line that cannot be read becomes a finding.

    https://redis.io/docs/latest/commands/cluster-nodes/ has the format, which is the same in Valkey.
    """
    myself = ""
    found: list[Member] = []
    findings: list[Finding] = []
    for line in reply.split("\n"):
        words = line.split()
        if not words:
            continue
        member = None
        if len(words) >= FIELDS:
            flags = words[2]
            if flags.startswith(MYSELF):
                myself, flags = words[0], flags[len(MYSELF) :]
            # The two time stamps differ in every view; without them and without "myself" the lines
            # of all views of a cluster are few distinct ones: 60 nodes cost 60 parses, not 3,600.
            member = _member(words[0], words[1], flags, words[3], words[6], words[7], tuple(words[8:]))
        if member is None:
            findings.append(Finding("cluster-nodes-line", f"unreadable line in CLUSTER NODES: {line[:200]!r}"))
        else:
            found.append(member)
    return View(myself, tuple(found), tuple(findings))


def misplaced(reply: t.Any, members: t.Iterable[Member]) -> tuple[str, ...]:
    """Return the ids of replicas that a reply of CLUSTER SHARDS has in another shard than their primary.

    https://redis.io/docs/latest/commands/cluster-shards/ has the format. Replicas that it has in none do not count.
    """
    shard_of: dict[str, int] = {}
    for index, shard in enumerate(reply):
        shard_of.update((str(pairs(node).get("id")), index) for node in pairs(shard).get("nodes", ()))
    return tuple(
        one.id
        for one in members
        if one.primary_id in shard_of and one.id in shard_of and shard_of[one.id] != shard_of[one.primary_id]
    )


@functools.lru_cache(maxsize=8192)
def _member(
    id_: str, where: str, flags: str, primary: str, epoch: str, link: str, slots: tuple[str, ...]
) -> Member | None:
    address, port, bus_port = _endpoint(where)
    owned = _ranges(slots)
    open_slots = _open_slots(slots)
    if owned is None or open_slots is None or not epoch.isdigit():
        return None
    return Member(
        id=id_,
        address=address,
        port=port,
        bus_port=bus_port,
        flags=frozenset(flags.split(",")),
        primary_id=None if primary == "-" else primary,
        config_epoch=int(epoch),
        connected=link == "connected",
        slots=owned,
        open_slots=open_slots,
    )


def _endpoint(where: str) -> tuple[str, int, int]:
    """Split ``address:port@bus-port[,hostname[,...]]``; an IPv6 address has colons of its own."""
    endpoint = where.split(",", 1)[0]
    endpoint, _at, bus_port = endpoint.partition("@")
    address, _colon, port = endpoint.rpartition(":")
    return address, number(port), number(bus_port)


def _open_slots(words: tuple[str, ...]) -> tuple[OpenSlot, ...] | None:
    found = [OPEN_SLOT.fullmatch(word) for word in words if word.startswith("[")]
    if not all(found):
        return None
    directions = {">": MIGRATING, "<": IMPORTING}
    return tuple(OpenSlot(int(one[1]), directions[one[2]], one[3]) for one in found if one)


def _ranges(words: tuple[str, ...]) -> Ranges | None:
    found: list[tuple[int, int]] = []
    for word in words:
        if word.startswith("["):
            continue
        first, _hyphen, last = word.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            return None
        pair = (int(first), int(last or first))
        if not 0 <= pair[0] <= pair[1] < SLOTS:
            return None
        found.append(pair)
    return merged([tuple(found)])
