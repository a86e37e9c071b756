# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking every Sentinel, and trying at every node whether Sentinel's own login is accepted."""

from __future__ import annotations

import dataclasses
import typing as t

from .._client import Access, Client, Connections, Record, gather
from .._errors import AuthenticationFailed, CollectionError, PermissionDenied
from .._nodes import DesiredNode, problem_of
from .._replies import number, pairs, parse_info, version
from .._text import node_name
from .desired import Desired
from .model import Known, Observed, Sentinel, Watch

# The fields of SENTINEL MASTER that are options of a set.
OPTIONS = (
    "quorum",
    "down-after-milliseconds",
    "failover-timeout",
    "parallel-syncs",
    "notification-script",
    "client-reconfig-script",
    "master-reboot-down-after-period",
)
QUESTIONS = (("SENTINEL", "REPLICAS"), ("SENTINEL", "SENTINELS"), ("SENTINEL", "CKQUORUM"))
Resolve = t.Callable[[str], str]
Locks = tuple[tuple[str, str], ...]


def observe(
    sentinels: t.Sequence[DesiredNode], connections: Connections, resolve: Resolve = str
) -> tuple[Sentinel, ...]:
    """Ask all Sentinels, side by side; a dead one is a value."""
    gathered = gather(lambda one: _ask(one.name, connections[one.name], resolve), sentinels)
    return tuple(
        Sentinel(wanted.name, problem_of(found), found.message) if isinstance(found, CollectionError) else found
        for wanted, found in zip(sentinels, gathered)
    )


def observe_all(desired: Desired, connections: Connections, resolve: Resolve, locked_out: Locks = ()) -> Observed:
    """Ask all wanted Sentinels."""
    return Observed(observe(desired.sentinels, connections, resolve), locked_out)


def locked_out(desired: Desired, access: Access, record: Record) -> Locks:
    """Return the nodes that refuse Sentinel's login, and what they answer; one that is down is not among them."""
    tries = [
        (node, dataclasses.replace(access, username=one.auth_user or None, password=one.auth_password or None))
        for one in desired.sets
        for node in one.nodes
    ]

    def knock(item: tuple[DesiredNode, Access]) -> None:
        node, login = item
        with Client(node.address, node.port, login, record=record) as client:
            client.command("PING")

    outcomes = gather(knock, tries)
    refusals = (AuthenticationFailed, PermissionDenied)
    return tuple((node.name, str(said)) for (node, _login), said in zip(tries, outcomes) if isinstance(said, refusals))


def _ask(name: str, client: Client, resolve: Resolve) -> Sentinel:
    replies = client.pipeline(
        [("SENTINEL", "MYID"), ("SENTINEL", "CONFIG", "GET", "*"), ("SENTINEL", "MASTERS"), ("INFO", "server")]
    )
    for reply in replies:
        if isinstance(reply, CollectionError):
            raise reply
    myid, settings, masters, info = replies
    sets = [pairs(one) for one in masters]
    questions = [(*question, one["name"]) for one in sets for question in QUESTIONS]
    answers = client.pipeline(questions) if questions else []
    size = len(QUESTIONS)
    watches = (_watch(one, answers[size * at : size * (at + 1)], resolve) for at, one in enumerate(sets))
    return Sentinel(
        name=name,
        id=str(myid),
        version=version(parse_info(str(info))),
        run_id=parse_info(str(info)).get("run_id", ""),
        settings=tuple(sorted(pairs(settings).items())),
        watches=tuple(watch for watch in watches if watch is not None),
    )


def _watch(one: dict[str, str], answers: t.Sequence[t.Any], resolve: Resolve) -> Watch | None:
    replicas, peers, quorum = answers
    if isinstance(replicas, CollectionError) or isinstance(peers, CollectionError):
        return None  # it has been removed in between
    return Watch(
        set=one["name"],
        primary=_where(one, "ip", "port", resolve),
        host=one.get("ip", ""),
        flags=_flags(one),
        config_epoch=number(one.get("config-epoch")),
        settings=tuple((name, one[name]) for name in OPTIONS if name in one),
        replicas=tuple(_replica(pairs(each), resolve) for each in replicas),
        peers=tuple(_peer(pairs(each), resolve) for each in peers),
        quorum_problem=str(quorum.data.get("reply", quorum.message)) if isinstance(quorum, CollectionError) else "",
    )


def _replica(one: dict[str, str], resolve: Resolve) -> Known:
    return Known(
        name=_where(one, "ip", "port", resolve),
        id=one.get("runid", ""),
        flags=_flags(one),
        link_ok=one.get("master-link-status") == "ok",
        following=_where(one, "master-host", "master-port", resolve),
        priority=number(one.get("slave-priority")),
    )


def _peer(one: dict[str, str], resolve: Resolve) -> Known:
    return Known(name=_where(one, "ip", "port", resolve), id=one.get("runid", ""), flags=_flags(one))


def _where(one: dict[str, str], address: str, port: str, resolve: Resolve) -> str:
    return node_name(resolve(one.get(address, "")), number(one.get(port)))


def _flags(one: dict[str, str]) -> frozenset[str]:
    return frozenset(one.get("flags", "").split(","))
