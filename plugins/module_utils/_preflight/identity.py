# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the files that a server would start with, and refusing those of another deployment."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._addresses import every_address
from .._cluster.parse import parse_nodes
from .._replies import number
from .._sentinel_host import ownfile
from .._text import node_name
from .checks_identity import NodesFile, Own, SentinelFile, Verdict, nodes_file, replica_file, sentinel_file
from .operation import refuse

Params = t.Mapping[str, t.Any]
Record = t.Callable[[str, str], None]
Member = t.Mapping[str, t.Any]


def look_at_identity(params: Params, record: Record) -> dict[str, t.Any]:
    """Compare the files of this host's servers that do not run with the members; raise Refused for another's."""
    sentinels = params["sentinels"]
    # The Sentinel of a host is among what the host has, too.
    members = [one for one in params["members"] if one not in sentinels]
    verdicts: list[Verdict] = []
    for one in members:
        if one["host"] == params["host"] and not one["listening"] and params["data_dir"]:
            known = frozenset(
                name for each in members if each["deployment"] == one["deployment"] for name in names(each)
            )
            home = os.path.join(params["data_dir"], str(one["port"]))
            verdicts += _instance(Own(_name(one), frozenset(names(one)), known), home, int(one["port"]))
    for one in sentinels:
        if one["host"] == params["host"] and not one["listening"] and params["sentinel_data_dir"]:
            instances = frozenset(name for each in members for name in names(each))
            path = os.path.join(params["sentinel_data_dir"], str(one["port"]), "sentinel.conf")
            known = frozenset(name for each in sentinels for name in names(each))
            verdicts.append(_sentinel(Own(_name(one), frozenset(names(one)), instances), path, known))
    refuse([one.problem for one in verdicts if one.problem])
    return {"warnings": [one.note for one in verdicts if one.note]}


def names(member: Member) -> list[str]:
    """Return the names under which a member may be known: as configured, and as it announces itself."""
    places = [(str(member["address"]), int(member["port"]))]
    announced = member.get("announced") or {}
    if announced:
        places.append((str(announced["address"]), int(announced["port"])))
    if member.get("announce_ip"):
        places.append((str(member["announce_ip"]), int(member["port"])))
    return [node_name(address, port) for host, port in places for address in every_address(host)]


def _instance(own: Own, home: str, port: int) -> t.Iterator[Verdict]:
    path = os.path.join(home, f"nodes-{port}.conf")
    text = _text(path)
    if text:
        yield nodes_file(own, read_nodes_file(path, text))
    path = os.path.join(home, "redis.conf")
    yield replica_file(own, path, read_primary(_text(path)))


def read_nodes_file(path: str, text: str) -> NodesFile:
    """Return the addresses in a nodes file, which has the lines of CLUSTER NODES and one of variables."""
    view = parse_nodes("\n".join(line for line in text.splitlines() if not line.startswith("vars ")))
    lines = [one for one in view.members if one.address and not one.flags & {"noaddr", "handshake"}]
    return NodesFile(
        path,
        next((one.name for one in lines if one.id == view.myself), ""),
        tuple(dict.fromkeys(one.name for one in lines if one.id != view.myself)),
    )


def read_primary(text: str) -> str:
    """Return the primary that the file of an instance names, the last one if there are several; empty for none."""
    found = ""
    for line in text.splitlines():
        words = line.replace('"', "").split()
        if len(words) == 3 and words[0].lower() in ("replicaof", "slaveof"):
            none = (words[1].lower(), words[2].lower()) == ("no", "one")
            found = "" if none else node_name(every_address(words[1])[0], number(words[2]))
    return found


def _sentinel(own: Own, path: str, sentinels: frozenset[str]) -> Verdict:
    text = _text(path)
    primaries = []
    for name in ownfile.watched(text):
        place = ownfile.primary(text, name)
        if place is not None:
            primaries.append((name, node_name(every_address(place[0])[0], place[1])))
    others = tuple(node_name(every_address(host)[0], port) for host, port in ownfile.sentinels(text))
    return sentinel_file(own, SentinelFile(path, tuple(primaries), others), sentinels)


def _name(member: Member) -> str:
    return node_name(str(member["address"]), int(member["port"]))


def _text(path: str) -> str:
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()
    return ""
