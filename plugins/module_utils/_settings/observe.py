# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspection of a host's instances: files, processes, and the settings and users of those that run."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from .. import _marks
from .._client import Client, gather
from .._errors import AuthenticationFailed, CollectionError, Unreachable
from .._host.marks import parsed, texts
from .._managed import files, processes
from .._managed.connection import Login, checked, connect, version_of
from .._managed.directives import bus_port, plain
from .._managed.model import Instance
from .._managed.render import directive_lines
from .._preflight.observe import bind_refusal
from .._users.canonical import canonical
from .._users.observe import differing_users
from .._users.users_file import users_text
from . import pending
from .model import Desired, Host, Node
from .pins import engine_lines
from .trial import read_trial


def observe(wanted: Desired, login: Login) -> Host:
    """Return what there is; raises where an instance runs and cannot be asked."""
    layout, ports = wanted.layout, [one.port for one in wanted.instances]
    paths = [layout.config_dir, layout.data_dir, layout.log_dir, *map(layout.home, ports)]
    names = [name for port in ports for name in (layout.config_file(port), layout.users_file(port))]
    engine_files = [layout.engine_file(port) for port in ports]
    return Host(
        directories=tuple(sorted(_present(files.look_at_directory, paths), key=lambda one: one.path)),
        files=tuple(sorted(_present(files.look_at_file, names), key=lambda one: one.path)),
        nodes=_nodes(wanted, login),
        unwritable=frozenset(
            path for path in (*paths, *names, *engine_files, layout.pending_file) if not files.is_writable(path)
        ),
    )


def sought(desired_instances: t.Sequence[Instance], wanted: Desired) -> list[processes.Sought]:
    """Return what the processes of these instances look like."""
    layout = wanted.layout
    return [processes.Sought(one.port, layout.home(one.port), wanted.user, layout.server) for one in desired_instances]


def _nodes(wanted: Desired, login: Login) -> tuple[Node, ...]:
    pids = processes.find(sought(wanted.instances, wanted))
    stopped = [one for one in wanted.instances if one.port not in pids]
    ports = {port for one in stopped for port in (one.port, bus_port(one))}
    taken = processes.listeners(ports, {one.address for one in stopped}) if ports else {}
    record = files.look_at_file(wanted.layout.pending_file)
    entries = pending.read(record.text if record else None)

    def look(one: Instance) -> Node:
        node = _seen(one)
        return _changed(node, pending=pending.recorded(entries, one.port, node.pid))

    def _seen(one: Instance) -> Node:
        node = _files_of(one, wanted)
        if one.port in pids:
            return _running(node, one, wanted, login, pids[one.port])
        if one.port in taken:
            return _unrecognised(node, one, wanted, login, taken[one.port])
        return _stopped(node, one, wanted, taken.get(bus_port(one)) if one.cluster_enabled else None)

    found = gather(look, wanted.instances)
    failures = [one for one in found if isinstance(one, CollectionError)]
    if failures:
        failures[0].data["failures"] = [str(one) for one in failures]
        raise failures[0]
    return tuple(t.cast("list[Node]", found))


def _files_of(one: Instance, wanted: Desired) -> Node:
    file = files.look_at_file(wanted.layout.engine_file(one.port))
    record = files.look_at_file(wanted.layout.trial_file(one.port))
    return Node(
        one.port,
        engine_file=file is not None,
        engine_lines=engine_lines(file.text if file else ""),
        trial=read_trial(record.text if record else ""),
    )


def _running(node: Node, one: Instance, wanted: Desired, login: Login, pid: int) -> Node:
    try:
        with connect(one, login) as client:
            return _asked(node, one, wanted, client, pid)
    except AuthenticationFailed as error:
        error.hint = (
            "The running instance has another password than admin_password. To change it, give the one that it has "
            "as admin_password_old for one run; otherwise correct admin_password."
        )
        raise
    except Unreachable as error:
        error.hint = f"Its process (pid {pid}) runs: see {wanted.layout.log_file(one.port)}, or stop it and run again."
        raise


def _unrecognised(node: Node, one: Instance, wanted: Desired, login: Login, holder: processes.Listener) -> Node:
    """Inspect an instance whose process cannot be seen (a container), or another program on its port."""
    taken = {
        "obstacle": f"port {one.port} is held by {holder.who}, which is not this instance",
        "remedy": "Stop that program, or give the instance another port.",
    }
    if holder.user != wanted.user:
        # No stranger gets the password: an instance is the service user's.
        return _changed(node, **taken)
    try:
        with connect(one, login) as client:
            return _asked(node, one, wanted, client, None)
    except (AuthenticationFailed, Unreachable):
        return _changed(node, **taken)


def _asked(node: Node, one: Instance, wanted: Desired, client: Client, pid: int | None) -> Node:
    commands = [("CONFIG", "GET", "*"), ("ACL", "LIST"), ("INFO", "server"), ("ROLE",)]
    settings, users, text, role = checked(client.pipeline(commands))
    fields = dict(line.partition(":")[::2] for line in text.splitlines())
    expected = wanted.layout.engine_file(one.port)
    if os.path.realpath(fields.get("config_file") or "/") != os.path.realpath(expected):
        reported = fields.get("config_file") or "none"
        return _changed(
            node,
            obstacle=(
                f"a server runs there that was started with another configuration file ({reported}, not {expected}; "
                f"pid {fields.get('process_id')})"
            ),
            remedy="Stop that server, or give the instance another port.",
        )
    known = dict(zip(settings[::2], settings[1::2]))
    hidden = sorted(one.names() - known.keys())
    for reply in checked(client.pipeline([("CONFIG", "GET", name) for name in hidden])) if hidden else []:
        known.update(zip(reply[::2], reply[1::2]))
    if known.get(_marks.MIGRATION) == _marks.HELD and _marks.holds(parsed(texts(_marks.DIRECTORY)).values(), one.port):
        # Playbook maintenance has set it, and sets it back; until then it is not this run's business.
        del known[_marks.MIGRATION]
    return _changed(
        node,
        pid=pid or int(fields.get("process_id", "0")),
        settings=tuple(sorted(known.items())),
        users=canonical(users, version_of(text)),
        differing_users=None
        if version_of(text) == wanted.engine
        else differing_users(client, users, users_text(wanted.accounts)),
        version=version_of(text),
        role=str(role[0]),
    )


def _stopped(node: Node, one: Instance, wanted: Desired, bus_holder: processes.Listener | None) -> Node:
    if bus_holder is not None:
        return _changed(
            node,
            obstacle=f"its cluster bus port {bus_port(one)} is held by {bus_holder.who}",
            remedy="Stop that program, or give the instance another port.",
        )
    ours = any(line.name == "bind" and line.derived for line in one.directives)
    if ours and bind_refusal(one.address, 0) == "EADDRNOTAVAIL":
        return _changed(
            node,
            obstacle=f"{one.address} is not an address of this host",
            remedy="Set the address of the host that is to run the instance.",
        )
    return _ignored_data(node, one, wanted)


def _ignored_data(node: Node, one: Instance, wanted: Desired) -> Node:
    """Find data that a server would ignore at its start: it reads the append-only file or the dump, never both."""
    home = wanted.layout.home(one.port)
    names = (
        plain(one.value("appenddirname") or "appendonlydir"),
        plain(one.value("appendfilename") or "appendonly.aof"),
    )
    logs = [path for path in (os.path.join(home, name) for name in names) if os.path.exists(path)]
    dump = os.path.join(home, plain(one.value("dbfilename") or "dump.rdb"))
    keeps_log = _is_yes(one.value("appendonly"))
    if keeps_log and not logs and os.path.isfile(dump):
        return _changed(
            node,
            obstacle=(
                f"started with appendonly yes it would ignore the data in {dump}, because it has no append-only file"
            ),
            remedy="Start it once with appendonly no and turn it on while it runs, or move the dump away.",
        )
    file = files.look_at_file(wanted.layout.config_file(one.port))
    before = directive_lines(file.text, "appendonly") if file else []
    if logs and before and _is_yes(before[-1]) and not keeps_log:
        return _changed(
            node,
            obstacle=f"started with appendonly no it would ignore the data in {logs[0]}",
            remedy="Start it as it is and turn appendonly off while it runs, or move its append-only file away.",
        )
    return node


def _is_yes(text: str | None) -> bool:
    return plain(text or "no").lower() == "yes"


def _present(look: t.Callable[[str], t.Any], paths: t.Iterable[str]) -> list[t.Any]:
    return [one for one in map(look, paths) if one is not None]


def _changed(node: Node, **changes: t.Any) -> Node:
    return dataclasses.replace(node, **changes)
