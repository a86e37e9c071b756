# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that the Sentinel of this host has the desired state.

What can change while it runs is changed live.  Everything else is one restart of this one Sentinel,
however many reasons there are; the caller takes care that the others are up.
"""

from __future__ import annotations

import dataclasses

from .._errors import Refused
from .._files import File
from .._managed.steps import MakeDirectory
from .._text import node_name
from .._users.canonical import changed_users
from .._users.steps import LoadUsers
from . import ownfile
from .model import Desired, Login, Seen, Settings, Validated
from .steps import Restart, Seed, SetLogin, Start, Step, WriteFile


def plan(seen: Seen, wanted: Desired, validated: Validated) -> tuple[Step, ...]:
    """Return the steps that are left; raise Refused where a login would cut Sentinel off."""
    _refuse_locked_out(seen)
    files = _files(seen, wanted)
    if seen.pid is None:
        own = seen.own or wanted.seed
        start = Start(node_name(wanted.address, wanted.port), edited_file(own, ownfile.watched(own.text), wanted))
        return (*files, start)
    return (*files, *_running(seen, wanted, validated))


def _files(seen: Seen, wanted: Desired) -> list[Step]:
    present = {one.path: one for one in seen.directories}
    steps: list[Step] = [MakeDirectory(one) for one in wanted.directories if present.get(one.path) != one]
    if seen.managed != wanted.managed:
        steps.append(WriteFile(wanted.managed, "managed"))
    if seen.users != wanted.users:
        steps.append(WriteFile(wanted.users, "users"))
    if seen.own is None:
        steps.append(Seed(wanted.seed))
    return steps


def _running(seen: Seen, wanted: Desired, validated: Validated) -> list[Step]:
    node, own = node_name(wanted.address, wanted.port), seen.own or wanted.seed
    changed = tuple(changed_users(seen.accounts, validated.accounts))
    steps: list[Step] = [LoadUsers(wanted.port, node, validated.accounts, changed, False)] if changed else []
    for login in wanted.logins:
        if login.set in seen.sets and not ownfile.has_login(own.text, login.set, login.user, login.password):
            own = dataclasses.replace(own, text=_with_login(own.text, login))
            steps.append(SetLogin(node, login, own))
    reasons = ["its settings"] if seen.older or seen.managed != wanted.managed else []
    unhooked = [name for name, scripts in seen.hooks if scripts != _desired_hooks(wanted)]
    if unhooked:
        reasons.append(f"the hooks of {', '.join(unhooked)}")
    if reasons:
        hooks = tuple((name, _desired_hooks(wanted)) for name, _scripts in seen.hooks)
        steps.append(Restart(node, tuple(reasons), edited_file(own, seen.sets, wanted), hooks))
    return steps


def edited_file(own: File, sets: tuple[str, ...], wanted: Desired) -> File | None:
    """Return Sentinel's own file with the hooks of these sets, None where it has them."""
    text = ownfile.with_scripts(own.text, {name: dict(wanted.scripts) for name in sets})
    return None if text == own.text else dataclasses.replace(own, text=text)


def _desired_hooks(wanted: Desired) -> Settings:
    return tuple((name, value) for name, value in wanted.scripts if value)


def _refuse_locked_out(seen: Seen) -> None:
    for name, said in seen.locked_out:
        raise Refused(
            f"the primary of {name!r} refuses the login of Sentinel: {said}",
            hint="Give the user and password that Sentinel has there (redis_node_sentinel_password): with another "
            "login it would take the primary for dead.",
        )


def _with_login(text: str, login: Login) -> str:
    """Return the file as Sentinel will have written it: the model's side of SetLogin."""
    names = ("auth-user", "auth-pass")
    kept = [
        line
        for line in text.splitlines()
        if line.split()[:1] != ["sentinel"] or line.split()[1] not in names or line.split()[2:3] != [login.set]
    ]
    lines = [f"sentinel auth-user {login.set} {login.user}", f"sentinel auth-pass {login.set} {login.password}"]
    return "\n".join([*kept, *lines]) + "\n"
