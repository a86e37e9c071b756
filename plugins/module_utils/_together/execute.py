# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps do to servers: proving that they can save, holding writes, stopping them, comparing their keys."""

from __future__ import annotations

import typing as t

from .._client import Client, gather
from .._engine.deployment import Deployment
from .._errors import CollectionError, EngineRefused, Refused, Unreachable
from .._managed.connection import checked
from .._replies import parse_info
from .counts import lost
from .model import Entry, Seen

Clients = t.Mapping[str, Client]
OK = "ok"
NOT_STOPPED = "Nothing was stopped. Its log says why: mostly a full disk, or no memory for the fork."


def prove(members: t.Sequence[Seen], clients: Clients, deployment: Deployment) -> None:
    """Return when each of these has written a snapshot, or its append-only file; raises Refused where one cannot."""
    checked(gather(lambda one: _prove(one, clients[one.node], deployment), members))


def _prove(member: Seen, client: Client, deployment: Deployment) -> None:
    if member.append_only:
        _await(client, deployment, _not_appended, "its append-only file to be written")
    if member.snapshot:
        _await(client, deployment, _busy, "other saves to end")
        try:
            client.command("BGSAVE")
        except EngineRefused as error:
            raise Refused(
                f"{member.node} cannot save: {error.data['reply']}", node=member.node, hint=NOT_STOPPED
            ) from error
        info = _await(client, deployment, _busy, "its snapshot")
        if info.get("rdb_last_bgsave_status") != OK:
            raise Refused(f"{member.node} could not write a snapshot", node=member.node, hint=NOT_STOPPED)


def hold_writes(nodes: t.Sequence[str], clients: Clients, seconds: float) -> None:
    """Hold all writes at these primaries for so long, if nothing ends that before."""
    command = ("CLIENT", "PAUSE", int(seconds * 1000), "WRITE")
    checked(gather(lambda node: clients[node].command(*command), nodes))


def let_write(nodes: t.Sequence[str], clients: Clients) -> list[CollectionError]:
    """End that; return the errors."""
    outcomes = gather(lambda node: clients[node].command("CLIENT", "UNPAUSE"), nodes)
    return [one for one in outcomes if isinstance(one, CollectionError)]


def shut_down(members: t.Sequence[Seen], clients: Clients, deployment: Deployment) -> None:
    """Have these save their data and end; raises the first refusal when all have answered.

    A server that cannot save does not end (SHUTDOWN without FORCE), and says so.
    """
    checked(gather(lambda one: _shut_down(one, clients[one.node], deployment.left()), members))


def _shut_down(member: Seen, client: Client, timeout: float) -> None:
    # SAVE would also make one write a snapshot that has everything in its append-only file.
    command = ("SHUTDOWN",) if member.append_only or not member.snapshot else ("SHUTDOWN", "SAVE")
    try:
        client.command(*command, patience=timeout)
    except Unreachable:
        return  # it has ended, or takes its time: the proof of the step is that nothing listens any more
    except EngineRefused as error:
        raise CollectionError(
            f"{member.node} could not save its data, and goes on running: {error.data['reply']}",
            node=member.node,
            hint="See its log, make room, and run again.",
        ) from error


def short(primary: Entry, found: Seen) -> str:
    """Return what a primary lacks of the keys that were counted before it was stopped, as a sentence."""
    if primary.counts is None:
        return ""
    gone = lost(primary.counts, found.counts, expired=found.expired, evicted=found.evicted)
    return f"{found.node} came back with less than it had: {'; '.join(gone)}" if gone else ""


def _await(client: Client, deployment: Deployment, missing: t.Callable[[dict[str, str]], str], what: str) -> t.Any:
    return deployment.poll(
        lambda: parse_info(str(client.command("INFO", "persistence"))),
        missing,
        awaiting=what,
        node=client.node,
        hint=NOT_STOPPED,
    )


def _not_appended(info: dict[str, str]) -> str:
    if info.get("aof_last_write_status", OK) != OK or info.get("aof_last_bgrewrite_status", OK) != OK:
        return "it could not be written"
    return "it is rewritten" if info.get("aof_rewrite_in_progress") == "1" else ""


def _busy(info: dict[str, str]) -> str:
    busy = ("rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled")
    return "a save is in progress" if any(info.get(one) == "1" for one in busy) else ""
