# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps: each returns when its effect is there."""

from __future__ import annotations

import typing as t

from .._client import Client
from .._errors import EngineRefused
from .._managed import files
from .._managed.connection import Login, checked, connect, info
from .._managed.model import Instance
from .._managed.steps import MakeDirectory
from .._users.execute import load_users
from .._users.steps import LoadUsers
from .._users.users_file import users_text
from .._wait import poll
from . import pending, trial
from .model import Desired
from .plan_stages import LOGINS
from .steps import KeepTrial, RecordPending, SeedEngineFile, SetLive, Step, UndoTrial, WriteFile


def batch(steps: t.Sequence[Step]) -> list[Step]:
    """Return the first steps of one kind: all of them are done before the world is observed again."""
    first = type(steps[0])
    if first is SetLive:
        # One instance after another: what cuts the first one off must not reach the second.
        return [steps[0]]
    if first in (MakeDirectory, SeedEngineFile):
        return [step for step in steps if isinstance(step, (MakeDirectory, SeedEngineFile))]
    return [step for step in steps if isinstance(step, first)]


def execute(steps: t.Sequence[Step], wanted: Desired, login: Login, timeout: float, *, keep: bool = True) -> list[Step]:
    """Do the first batch of steps and return them.

    With ``keep`` a live change that is proven here is kept; otherwise it stays on trial until another call keeps it.
    """
    doing = batch(steps)
    instances = {one.port: one for one in wanted.instances}
    loads = [(step, instances[step.port]) for step in doing if isinstance(step, LoadUsers)]
    if loads:
        load_users(loads, users_text(wanted.accounts), wanted.engine, login, timeout)
    _record([step for step in doing if isinstance(step, RecordPending)], wanted)
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


def _record(steps: t.Sequence[RecordPending], wanted: Desired) -> None:
    waiting = {step.port: [dict(zip(pending.FIELDS, one)) for one in step.pending] for step in steps}
    pids = {step.port: step.pid for step in steps}
    if steps:
        pending.remember(wanted.layout.data_dir, pids, waiting, wanted.owner)


def _undo(step: UndoTrial, wanted: Desired, one: Instance, login: Login) -> None:
    if step.running:
        trial.put_back(wanted, one, step.trial, login)
    else:
        # It starts with the values of its managed file, which a trial does not change.
        trial.forget(wanted, step.port)


def _turns_log_on(step: SetLive) -> bool:
    return any((name, then) == ("appendonly", "yes") for name, _now, then in step.changes)


def _set_live(step: SetLive, wanted: Desired, one: Instance, login: Login, timeout: float, keep: bool) -> None:
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
