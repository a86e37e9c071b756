# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a host's instances: files, processes, and the settings and users of those that run."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from .._client import Access, Client, gather
from .._errors import AuthenticationFailed, CollectionError, Loading, Unreachable
from .._preflight.observe import bind_refusal
from . import files, processes
from .directives import bus_port, plain
from .model import Host, Instance, Node, Wanted
from .probe import checked, version_of
from .render import directive_lines, engine_lines, read_trial
from .users import canonical, users_text
from .users_meaning import differing

if t.TYPE_CHECKING:
    from .._client import Record

LOOPBACK = "127.0.0.1"


class Login(t.NamedTuple):
    """How to log in to running instances: first as is wanted, then with the password they may still have."""

    accesses: tuple[Access, ...]
    record: Record


def observe(wanted: Wanted, login: Login) -> Host:
    """Return what there is; raises where an instance runs and cannot be asked."""
    layout, ports = wanted.layout, [one.port for one in wanted.instances]
    paths = [layout.config_dir, layout.data_dir, layout.log_dir, *map(layout.home, ports)]
    names = [name for port in ports for name in (layout.config_file(port), layout.users_file(port))]
    engine_files = [layout.engine_file(port) for port in ports]
    return Host(
        directories=tuple(sorted(_present(files.look_at_directory, paths), key=lambda one: one.path)),
        files=tuple(sorted(_present(files.look_at_file, names), key=lambda one: one.path)),
        nodes=_nodes(wanted, login),
        unwritable=frozenset(path for path in (*paths, *names, *engine_files) if not files.is_writable(path)),
    )


def connect(one: Instance, login: Login) -> Client:
    """Return a connection that is logged in to a running instance.

    An instance whose address has been changed still listens on the loopback address.
    """
    failure: CollectionError | None = None
    for host in dict.fromkeys((one.address, LOOPBACK)):
        for access in login.accesses:
            client = Client(host, one.port, access, record=login.record)
            try:
                # Not PING, which an instance refuses while its snapshots fail; nor ECHO, which Sentinel does not know.
                client.command("CLIENT", "ID")
                return client
            except Loading:
                return client
            except AuthenticationFailed as error:
                failure = error
            except Unreachable as error:
                # The login that was refused says more than the address that does not answer.
                failure = failure or error
                break
    raise failure or Unreachable("no login", node=one.node)


def info(client: Client, section: str) -> dict[str, str]:
    """Return one section of INFO."""
    lines = str(client.command("INFO", section)).splitlines()
    return dict(line.partition(":")[::2] for line in lines if ":" in line)


def sought(wanted_instances: t.Sequence[Instance], wanted: Wanted) -> list[processes.Sought]:
    """Return what the processes of these instances look like."""
    layout = wanted.layout
    return [processes.Sought(one.port, layout.home(one.port), wanted.user, layout.server) for one in wanted_instances]


def _nodes(wanted: Wanted, login: Login) -> tuple[Node, ...]:
    pids = processes.find(sought(wanted.instances, wanted))
    stopped = [one for one in wanted.instances if one.port not in pids]
    ports = {port for one in stopped for port in (one.port, bus_port(one))}
    taken = processes.listeners(ports, {one.address for one in stopped}) if ports else {}

    def look(one: Instance) -> Node:
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


def _files_of(one: Instance, wanted: Wanted) -> Node:
    file = files.look_at_file(wanted.layout.engine_file(one.port))
    record = files.look_at_file(wanted.layout.trial_file(one.port))
    return Node(
        one.port,
        engine_file=file is not None,
        engine_lines=engine_lines(file.text if file else ""),
        trial=read_trial(record.text if record else ""),
    )


def _running(node: Node, one: Instance, wanted: Wanted, login: Login, pid: int) -> Node:
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


def _unrecognised(node: Node, one: Instance, wanted: Wanted, login: Login, holder: processes.Listener) -> Node:
    """Look at an instance whose process cannot be seen (a container), or at another program on its port."""
    taken = {
        "obstacle": f"port {one.port} is held by {holder.who}, which is not this instance",
        "way_out": "Stop that program, or give the instance another port.",
    }
    if holder.user != wanted.user:
        # No stranger is told the password: an instance is the service user's.
        return _changed(node, **taken)
    try:
        with connect(one, login) as client:
            return _asked(node, one, wanted, client, None)
    except (AuthenticationFailed, Unreachable):
        return _changed(node, **taken)


def _asked(node: Node, one: Instance, wanted: Wanted, client: Client, pid: int | None) -> Node:
    commands = [("CONFIG", "GET", "*"), ("ACL", "LIST"), ("INFO", "server"), ("ROLE",)]
    settings, users, text, role = checked(client.pipeline(commands))
    fields = dict(line.partition(":")[::2] for line in text.splitlines())
    expected = wanted.layout.engine_file(one.port)
    if os.path.realpath(fields.get("config_file") or "/") != os.path.realpath(expected):
        told = fields.get("config_file") or "none"
        return _changed(
            node,
            obstacle=(
                f"a server runs there that was started with another configuration file ({told}, not {expected}; "
                f"pid {fields.get('process_id')})"
            ),
            way_out="Stop that server, or give the instance another port.",
        )
    known = dict(zip(settings[::2], settings[1::2]))
    hidden = sorted(one.names() - known.keys())
    for reply in checked(client.pipeline([("CONFIG", "GET", name) for name in hidden])) if hidden else []:
        known.update(zip(reply[::2], reply[1::2]))
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


def differing_users(client: Client, users: t.Sequence[str], file: str) -> tuple[str, ...]:
    """Return which users of ACL LIST mean something else than the users file, to the engine that lists them."""
    names = sorted(client.command("ACL", "CAT"))
    commands = checked(client.pipeline([("ACL", "CAT", name) for name in names]))
    categories = tuple((name, tuple(found)) for name, found in zip(names, commands))
    return tuple(differing(users, file.splitlines(), categories))


def _stopped(node: Node, one: Instance, wanted: Wanted, bus_holder: processes.Listener | None) -> Node:
    if bus_holder is not None:
        return _changed(
            node,
            obstacle=f"its cluster bus port {bus_port(one)} is held by {bus_holder.who}",
            way_out="Stop that program, or give the instance another port.",
        )
    ours = any(line.name == "bind" and line.derived for line in one.directives)
    if ours and bind_refusal(one.address, 0) == "EADDRNOTAVAIL":
        return _changed(
            node,
            obstacle=f"{one.address} is not an address of this host",
            way_out="Set the address of the host that is to run the instance.",
        )
    return _ignored_data(node, one, wanted)


def _ignored_data(node: Node, one: Instance, wanted: Wanted) -> Node:
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
            way_out="Start it once with appendonly no and turn it on while it runs, or move the dump away.",
        )
    file = files.look_at_file(wanted.layout.config_file(one.port))
    before = directive_lines(file.text, "appendonly") if file else []
    if logs and before and _is_yes(before[-1]) and not keeps_log:
        return _changed(
            node,
            obstacle=f"started with appendonly no it would ignore the data in {logs[0]}",
            way_out="Start it as it is and turn appendonly off while it runs, or move its append-only file away.",
        )
    return node


def _is_yes(text: str | None) -> bool:
    return plain(text or "no").lower() == "yes"


def _present(look: t.Callable[[str], t.Any], paths: t.Iterable[str]) -> list[t.Any]:
    return [one for one in map(look, paths) if one is not None]


def _changed(node: Node, **changes: t.Any) -> Node:
    return dataclasses.replace(node, **changes)
