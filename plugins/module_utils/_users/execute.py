# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading the users file into running instances: returns when its effect is there."""

from __future__ import annotations

import typing as t

from .._client import gather
from .._errors import CollectionError, EngineRefused, Unreachable
from .._managed.connection import Login, checked, connect, info, version_of
from .._managed.model import Instance
from .._wait import poll
from .canonical import canonical
from .observe import differing_users
from .set_users import commands_for, crashes_at_load
from .steps import LoadUsers

Links = tuple[int, bool]  # replicas that are fed from here, and whether our own link is up


def load_users(
    steps: t.Sequence[tuple[LoadUsers, Instance]], file: str, engine: str, login: Login, timeout: float
) -> None:
    """Load the users files, then wait for the replication links that this may have cut.

    Up to 7.0 the engine closes the connections of all users then, those of replicas as well.  ``file`` is the text of
    the users file, ``engine`` the name and version of the wanted engine.
    """
    before = checked(gather(lambda pair: _load_one(*pair, file, engine, login), steps))
    for (step, one), links in zip(steps, before):
        # With a new replication login the other ends may have to learn it first, on their hosts.
        if not step.replication:
            _await_links(step, one, links, login, timeout)


def _load_one(step: LoadUsers, one: Instance, file: str, engine: str, login: Login) -> Links:
    with connect(one, login) as client:
        replication = info(client, "replication")
        links = _links(replication)
        server, present = checked(client.pipeline([("INFO", "server"), ("ACL", "LIST")]))
        if crashes_at_load(version_of(server), replication.get("role", "")):
            checked(client.pipeline(commands_for(file, present)))
        else:
            client.command("ACL", "LOAD")
    with connect(one, login) as client:
        users, text = checked(client.pipeline([("ACL", "LIST"), ("INFO", "server")]))
        other = canonical(users, version_of(text)) != step.users
        if other and (version_of(text) == engine or differing_users(client, users, file)):
            raise EngineRefused(
                "loaded its users file and shows other users",
                node=step.node,
                hint="Another run, or a user with the right to, changes them at this time: run again.",
            )
    return links


def _await_links(step: LoadUsers, one: Instance, links: Links, login: Login, timeout: float) -> None:
    def seen() -> Links | CollectionError:
        try:
            with connect(one, login) as client:
                return _links(info(client, "replication"))
        except Unreachable as error:
            return error

    def missing(now: Links | CollectionError) -> str:
        if isinstance(now, CollectionError):
            return now.message
        if now[0] < links[0]:
            return f"{now[0]} of {links[0]} replicas are online"
        return "its own link to its primary is down" if links[1] and not now[1] else ""

    poll(seen, missing, awaiting="replication after its users were loaded", timeout=timeout, node=step.node)


def _links(replication: t.Mapping[str, str]) -> Links:
    online = [name for name, value in replication.items() if name.startswith("slave") and "state=online" in value]
    return len(online), replication.get("master_link_status") == "up"
