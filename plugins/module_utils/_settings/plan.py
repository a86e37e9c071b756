# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was seen to the steps that are left: a pure function.

Invariant: whatever a run was cut at, what is missing still shows.  Nothing remembers what a run
meant to do: settings are compared with the running server, files with their text, users with the
server's own list, so a plan made after any prefix of the steps is the rest of them.

Order: live settings, then files and the record of what needs a restart, then users.

- *Live before the file*, because a server that refuses a value, or dies of it, then comes back
  with its old file; and because ``appendonly yes`` in the file of a server that has no append-only
  file yet loses its data at the next start.  Nothing hangs on the file being there: a run that is
  cut in between finds the file's old text and writes it.  A directive that was dropped is no
  exception: running servers are compared in all settings, not in those of the file.
- *Users after the file*, because the engine loads them from it.
"""

from __future__ import annotations

import typing as t

from .._files import Directory, File
from .._managed.model import Instance
from .._managed.render import changed_names, config_text, shown
from .._managed.steps import MakeDirectory
from .._users import plan as users_plan
from .._users.canonical import changed_users
from .._users.model import Present
from .._users.steps import LoadUsers
from .._users.users_file import users_text
from .compare import differences
from .model import Answer, Desired, Host, Node, Pending
from .pins import pins
from .steps import RecordPending, SeedEngineFile, SetLive, Step, WriteFile

SHARED_MODE = 0o750
PARENT_MODE = 0o755
FILE_MODE = 0o640

Answers = t.Mapping[int, Answer]


def plan(wanted: Desired, answers: Answers, host: Host) -> list[Step]:
    """Return the steps from what was seen to what is wanted, in their order."""
    nodes = {node.port: node for node in host.nodes}
    steps: list[Step] = [MakeDirectory(one) for one in directories(wanted, host) if one not in host.directories]
    steps += [
        SeedEngineFile(one.port, _engine_file(wanted, one.port))
        for one in wanted.instances
        if not nodes[one.port].engine_file
    ]
    for one in wanted.instances:
        steps += _set_live(one, nodes[one.port], answers[one.port])
    for file in files(wanted, answers, host):
        steps += _write(file, host)
    for one in wanted.instances:
        steps += _record(wanted, one, nodes[one.port], answers[one.port])
    for one in wanted.instances:
        steps += _load_users(wanted, one, nodes[one.port], answers[one.port])
    return steps


def directories(wanted: Desired, host: Host) -> list[Directory]:
    """Return the directories that have to exist; a base directory that exists is left as it is."""
    layout = wanted.layout
    found = [Directory(layout.config_dir, wanted.owner, wanted.group, SHARED_MODE)]
    if all(one.path != layout.data_dir for one in host.directories):
        found.append(Directory(layout.data_dir, wanted.owner, wanted.group, PARENT_MODE))
    homes = [layout.home(one.port) for one in wanted.instances]
    return found + [Directory(path, wanted.user, wanted.group, SHARED_MODE) for path in (*homes, layout.log_dir)]


def files(wanted: Desired, answers: Answers, host: Host) -> list[File]:
    """Return all managed files as they have to be."""
    layout, found = wanted.layout, []
    users = users_text(wanted.accounts)
    lines = {node.port: node.engine_lines for node in host.nodes}
    for one in wanted.instances:
        text = config_text(one, pins(one, lines[one.port], answers[one.port]))
        for path, content in ((layout.users_file(one.port), users), (layout.config_file(one.port), text)):
            found.append(File(path, content, wanted.owner, wanted.group, FILE_MODE))
    return found


def restart_required(wanted: Desired, answers: Answers, host: Host) -> list[dict[str, t.Any]]:
    """Return what running instances take over at their next start only, without secrets."""
    nodes = {node.port: node for node in host.nodes}
    return [
        {"port": one.port, "setting": setting, "running": running, "wanted": value}
        for one in wanted.instances
        for setting, running, value in _pending(one, nodes[one.port], answers[one.port])
    ]


def _pending(one: Instance, node: Node, answer: Answer) -> Pending:
    if not node.settings:
        return ()
    version = [("(version)", node.version, answer.version)] if node.version != answer.version else []
    fixed = [(diff.name, diff.running, diff.wanted) for diff in differences(node, answer, one) if diff.fixed]
    return tuple((name, shown(name, running), shown(name, value)) for name, running, value in (*version, *fixed))


def _record(wanted: Desired, one: Instance, node: Node, answer: Answer) -> list[RecordPending]:
    pending = _pending(one, node, answer)
    if node.pid is None or not node.settings or pending == node.pending:
        return []
    return [RecordPending(one.port, one.node, node.pid, pending, wanted.layout.pending_file)]


def _engine_file(wanted: Desired, port: int) -> File:
    return File(wanted.layout.engine_file(port), "", wanted.user, wanted.group, FILE_MODE)


def _set_live(one: Instance, node: Node, answer: Answer) -> list[Step]:
    found = [diff for diff in differences(node, answer, one) if not diff.fixed]
    if not found:
        return []
    changes = tuple((diff.name, diff.running, diff.wanted) for diff in found)
    return [SetLive(one.port, one.node, changes)]


def _write(file: File, host: Host) -> list[Step]:
    seen = next((one for one in host.files if one.path == file.path), None)
    if seen == file:
        return []
    before = seen.text if seen else ""
    if file.path.endswith(".acl"):
        names = [f"user {name}" for name in changed_users(before.splitlines(), file.text.splitlines())]
    else:
        names = changed_names(before, file.text)
    return [WriteFile(file, tuple(names) or ("owner, mode or layout",))]


def _load_users(wanted: Desired, one: Instance, node: Node, answer: Answer) -> list[LoadUsers]:
    file = wanted.layout.users_file(one.port)
    present = Present(node.users, dict(node.settings).get("aclfile", file), node.differing_users)
    return users_plan.plan(one, present, answer.users, file, wanted.replication_user)
