# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspection of the Sentinel of this host: its files, its process, and what it reports itself."""

from __future__ import annotations

import os
import time
import typing as t

from .._client import Access, Client, Record
from .._errors import AuthenticationFailed, CollectionError, PermissionDenied
from .._managed import files, processes
from .._managed.connection import Login, checked, connect, version_of
from .._managed.model import Instance
from .._preflight import proc
from .._replies import pairs
from .._users.canonical import canonical
from .._users.observe import differing_users
from . import ownfile
from .model import Desired, Seen, Settings, Validated

# The two clocks that are compared here tick in hundredths of a second.
PRECISION = 0.02
KNOCK = 3.0  # s to wait for an answer of an instance


def observe(wanted: Desired, instance: Instance, sought: processes.Sought, login: Login, validated: Validated) -> Seen:
    """Return what there is; raises where a Sentinel runs and cannot be asked."""
    pid = processes.find([sought]).get(wanted.port)
    own = files.look_at_file(wanted.seed.path)
    accounts: tuple[str, ...] = ()
    hooks: tuple[tuple[str, Settings], ...] = ()
    if pid is not None:
        with connect(instance, login) as client:
            accounts, hooks = _asked(client, wanted, validated)
    return Seen(
        directories=tuple(
            one for one in (files.look_at_directory(each.path) for each in wanted.directories) if one is not None
        ),
        managed=files.look_at_file(wanted.managed.path),
        users=files.look_at_file(wanted.users.path),
        own=own,
        pid=pid,
        older=pid is not None and started_before(pid, wanted.managed.path),
        accounts=accounts,
        sets=tuple(name for name, _scripts in hooks),
        hooks=hooks,
        locked_out=locked_out(own.text if own else "", wanted, hooks, login.record),
    )


def locked_out(
    text: str, wanted: Desired, hooks: t.Sequence[tuple[str, Settings]], record: Record
) -> tuple[tuple[str, str], ...]:
    """Try each login that is another than Sentinel's own file has, where the set's primary can be asked."""
    found = []
    for login in wanted.logins:
        primary = ownfile.primary(text, login.set)
        watched = any(name == login.set for name, _scripts in hooks)
        if not watched or primary is None or ownfile.has_login(text, login.set, login.user, login.password):
            continue
        try:
            with Client(*primary, Access(login.user or None, login.password, timeout=KNOCK), record=record) as client:
                client.command("PING")
        except (AuthenticationFailed, PermissionDenied) as error:
            found.append((login.set, str(error)))
        except CollectionError:
            continue  # a primary that is down says nothing about the password
    return tuple(found)


def started_before(pid: int, path: str) -> bool:
    """Return whether a process started before a file was written: it then runs with what was there before."""
    ticks = proc.start_time(pid)
    try:
        written = time.time() - os.stat(path).st_mtime
    except OSError:
        return False
    if ticks is None:
        return False
    with open("/proc/uptime", encoding="ascii") as stream:
        uptime = float(stream.read().split()[0])
    running = uptime - int(ticks) / os.sysconf("SC_CLK_TCK")
    return written + PRECISION < running


def _asked(
    client: Client, wanted: Desired, validated: Validated
) -> tuple[tuple[str, ...], tuple[tuple[str, Settings], ...]]:
    users, masters, text = checked(client.pipeline([("ACL", "LIST"), ("SENTINEL", "MASTERS"), ("INFO", "server")]))
    running = version_of(text)
    hooks = []
    for one in map(pairs, masters):
        hooks.append((one["name"], tuple((name, one[name]) for name in ownfile.SCRIPTS if name in one)))
    accounts = canonical(users, running)
    if running != validated.version and not differing_users(client, users, wanted.users.text):
        # It still runs another engine, which lists the same users in its own way.
        accounts = validated.accounts
    return accounts, tuple(hooks)


def busy(client: Client) -> str:
    """Return why this is no time to stop a Sentinel: a failover that it has a part in; empty for none."""
    masters: t.Sequence[t.Sequence[str]] = client.command("SENTINEL", "MASTERS")
    going = [one["name"] for one in map(pairs, masters) if "failover_in_progress" in one.get("flags", "")]
    return f"a failover of {', '.join(going)} is in progress" if going else ""


def with_quorum(client: Client, sets: t.Sequence[str]) -> tuple[str, ...]:
    """Return the sets for which this Sentinel sees a quorum and a majority."""
    replies = client.pipeline([("SENTINEL", "CKQUORUM", name) for name in sets]) if sets else []
    return tuple(name for name, reply in zip(sets, replies) if not isinstance(reply, CollectionError))


def unready(client: Client, sets: t.Sequence[str], had_quorum: t.Sequence[str]) -> str:
    """Return what a Sentinel that has just been started lacks of what it had: a set, a quorum."""
    try:
        watched = {one["name"] for one in map(pairs, client.command("SENTINEL", "MASTERS"))}
        lost = set(sets) - watched
        if lost:
            return f"{', '.join(sorted(lost))} is not watched"
        without = set(had_quorum) - set(with_quorum(client, sets))
    except CollectionError as error:
        return error.message
    return f"no quorum yet for {', '.join(sorted(without))}" if without else ""
