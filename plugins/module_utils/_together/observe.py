# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking every member of a deployment that may be down in whole.  A member that does not run is a value."""

from __future__ import annotations

import typing as t

from .._client import Client, Connections, gather
from .._engine.deployment import Scope
from .._errors import CollectionError
from .._nodes import DesiredNode, problem_of
from .._replies import number, parse_info
from . import safety
from .counts import counts
from .model import STOPPED, Seen

Files = t.Mapping[str, t.Mapping[str, str]]


def look(scopes: t.Sequence[Scope], connections: t.Sequence[Connections], files: Files) -> tuple[Seen, ...]:
    """Ask the instances, and the Sentinels of a set, side by side.

    ``files`` are the settings by which each instance would be started, as far as they are known.
    """
    instances, *sentinels = [(nodes, to) for (nodes, _access), to in zip(scopes, connections)]
    seen = _gathered(instances[0], lambda one: _instance(one, instances[1][one.name], files.get(one.name, {})))
    for nodes, to in sentinels:
        seen += _gathered(nodes, lambda one, to=to: Seen(one.name, one.host, _info(to[one.name])["run_id"]))  # type: ignore[misc]
    return seen


def gone(error: BaseException | None) -> bool:
    """Return whether an error means that nothing listens there: the kernel of the host has said so."""
    while error is not None and not isinstance(error, ConnectionRefusedError):
        error = error.__cause__ or error.__context__
    return error is not None


def _gathered(nodes: t.Sequence[DesiredNode], ask: t.Callable[[DesiredNode], Seen]) -> tuple[Seen, ...]:
    def twice(one: DesiredNode) -> Seen:
        # A connection that the server has closed says nothing about its next process.
        try:
            return ask(one)
        except CollectionError:
            return ask(one)

    return tuple(
        Seen(one.name, one.host, problem=STOPPED if gone(found) else f"cannot be asked: {problem_of(found)}")
        if isinstance(found, CollectionError)
        else found
        for one, found in zip(nodes, gather(twice, nodes))
    )


def _info(client: Client) -> dict[str, str]:
    return parse_info(str(client.command("INFO")))


def _instance(node: DesiredNode, client: Client, next_start: t.Mapping[str, str]) -> Seen:
    info, *replies = client.pipeline([("INFO",), *(("CONFIG", "GET", name) for name in safety.SETTINGS)])
    for reply in (info, *replies):
        if isinstance(reply, CollectionError):
            raise reply
    of = parse_info(str(info))
    # Redis 7.0 knows shutdown-on-sigterm; what a server does not know it does not answer.
    settings = {str(reply[0]): str(reply[1]) for reply in replies if len(reply) > 1}
    follows = of.get("role") == "slave"
    return Seen(
        node=node.name,
        host=node.host,
        run_id=of.get("run_id", ""),
        role="replica" if follows else "primary",
        loading=of.get("loading") == "1",
        linked=not follows or of.get("master_link_status") == "up",
        offset=number(of.get("slave_repl_offset") if follows else of.get("master_repl_offset")),
        counts=counts(of),
        expired=number(of.get("expired_keys")) + number(of.get("rdb_last_load_keys_expired")),
        evicted=number(of.get("evicted_keys")),
        memory=number(of.get("used_memory_dataset")),
        append_only=settings.get("appendonly") == "yes",
        snapshot=settings.get("appendonly") != "yes" or bool(settings.get("save")),
        unsafe=safety.unsafe(node.name, of, settings, next_start),
    )
