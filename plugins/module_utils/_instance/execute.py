# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps: each returns when its effect is there."""

from __future__ import annotations

import typing as t

from .._client import Client, gather
from .._errors import CollectionError, EngineRefused, Unreachable
from .._wait import poll
from . import files, trial
from .model import Instance, Wanted
from .observe import Login, connect, differing_users, info
from .plan_stages import LOGINS
from .probe import checked, version_of
from .steps import KeepTrial, LoadUsers, MakeDirectory, SeedEngineFile, SetLive, Step, UndoTrial, WriteFile
from .users import canonical, commands_for, crashes_at_load, users_text

Links = tuple[int, bool]  # replicas that are fed from here, and whether our own link is up


def batch(steps: t.Sequence[Step]) -> list[Step]:
    """Return the first steps of one kind: all of them are done before the world is looked at again."""
    first = type(steps[0])
    if first is SetLive:
        # One instance after another: what cuts the first one off must not reach the second.
        return [steps[0]]
    if first in (MakeDirectory, SeedEngineFile):
        return [step for step in steps if isinstance(step, (MakeDirectory, SeedEngineFile))]
    return [step for step in steps if isinstance(step, first)]


def execute(steps: t.Sequence[Step], wanted: Wanted, login: Login, timeout: float, *, keep: bool = True) -> list[Step]:
    """Do the first batch of steps and return them.

    With ``keep`` a live change that is proven here is kept; otherwise it stays on trial until another call keeps it.
    """
    doing = batch(steps)
    instances = {one.port: one for one in wanted.instances}
    loads = [step for step in doing if isinstance(step, LoadUsers)]
    if loads:
        _load_users(loads, wanted, instances, login, timeout)
    for step in doing:
        if isinstance(step, MakeDirectory):
            files.make_directory(step.directory)
        elif isinstance(step, SeedEngineFile):
            files.create_file(step.file)
        elif isinstance(step, WriteFile):
            files.replace_file(step.file)
        elif isinstance(step, SetLive):
            _set_live(step, wanted, instances[step.port], login, timeout, keep)
        elif isinstance(step, UndoTrial):
            _undo(step, wanted, instances[step.port], login)
        elif isinstance(step, KeepTrial):
            trial.forget(wanted, step.port)
    return doing


def _undo(step: UndoTrial, wanted: Wanted, one: Instance, login: Login) -> None:
    if step.running:
        trial.put_back(wanted, one, step.trial, login)
    else:
        # It starts with the values of its managed file, which a trial does not change.
        trial.forget(wanted, step.port)


def _turns_log_on(step: SetLive) -> bool:
    return any((name, then) == ("appendonly", "yes") for name, _now, then in step.changes)


def _set_live(step: SetLive, wanted: Wanted, one: Instance, login: Login, timeout: float, keep: bool) -> None:
    def send(client: Client) -> None:
        trial.set_values(client, [(name, then) for name, _now, then in step.changes])
        _check_taken(client, step)
        if _turns_log_on(step):
            _await_rewrite(client, step.node, timeout)

    tried = tuple(change for change in step.changes if change[0] not in LOGINS)
    with connect(one, login) as client:
        # A cluster node that loads does not say how it stands, either.
        _await_loaded(client, step.node, timeout)
        if not tried:
            # How members log in to each other changes on all of them at once, and is wrong in between.
            send(client)
            return
    trial.attempt(wanted, one, tried, login, send)
    if keep:
        trial.forget(wanted, one.port)


def _check_taken(client: Client, step: SetLive) -> None:
    replies = checked(client.pipeline([("CONFIG", "GET", name) for name, _now, _then in step.changes]))
    for (name, _now, then), reply in zip(step.changes, replies):
        if dict(zip(reply[::2], reply[1::2])).get(name) != then:
            raise EngineRefused(
                f"accepted a new value of {name} and does not show it",
                node=step.node,
                hint="Restart this instance, which then takes the value from its file.",
                setting=name,
            )


def _await_loaded(client: Client, node: str, timeout: float) -> None:
    poll(
        lambda: info(client, "persistence"),
        lambda seen: "it is loading" if seen.get("loading") == "1" else "",
        awaiting="its data to be loaded",
        timeout=timeout,
        node=node,
    )


def _await_rewrite(client: Client, node: str, timeout: float) -> None:
    """Wait for the first append-only file: a server that restarts before it would come back empty."""

    def missing(seen: t.Mapping[str, str]) -> str:
        busy = [name for name in ("aof_rewrite_in_progress", "aof_rewrite_scheduled") if seen.get(name) == "1"]
        if busy:
            return busy[0]
        status = seen.get("aof_last_bgrewrite_status")
        return "" if status == "ok" else f"aof_last_bgrewrite_status:{status}"

    poll(
        lambda: info(client, "persistence"),
        missing,
        awaiting="its first append-only file to be complete",
        timeout=timeout,
        node=node,
        hint="Until it is, the managed file keeps appendonly as it was; run again when it is.",
    )


def _load_users(
    steps: t.Sequence[LoadUsers], wanted: Wanted, instances: t.Mapping[int, Instance], login: Login, timeout: float
) -> None:
    """Load the users files, then wait for the replication links that this may have cut.

    Up to 7.0 the engine closes the connections of all users then, those of replicas as well.
    """
    before = _raise_first(gather(lambda step: _load_one(step, wanted, instances[step.port], login), steps))
    for step, links in zip(steps, before):
        # With a new replication login the other ends may have to learn it first, on their hosts.
        if not step.replication:
            _await_links(step, instances[step.port], links, login, timeout)


def _load_one(step: LoadUsers, wanted: Wanted, one: Instance, login: Login) -> Links:
    with connect(one, login) as client:
        replication = info(client, "replication")
        links = _links(replication)
        server, present = checked(client.pipeline([("INFO", "server"), ("ACL", "LIST")]))
        if crashes_at_load(version_of(server), replication.get("role", "")):
            checked(client.pipeline(commands_for(users_text(wanted.accounts), present)))
        else:
            client.command("ACL", "LOAD")
    with connect(one, login) as client:
        users, text = checked(client.pipeline([("ACL", "LIST"), ("INFO", "server")]))
        other = canonical(users, version_of(text)) != step.users
        if other and (version_of(text) == wanted.engine or differing_users(client, users, users_text(wanted.accounts))):
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


def _raise_first(results: t.Sequence[t.Any]) -> list[t.Any]:
    for result in results:
        if isinstance(result, CollectionError):
            raise result
    return list(results)
