# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping and starting the process of one member of this host, under its service manager or without one."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from .._engine.loop import Report
from .._engine.loop import run as run_operation
from .._errors import Refused
from .._files import Directory
from .._host import unit_plan, units
from .._host.commands import run as command
from .._managed import files, processes
from .._managed import start as starting
from .._managed.connection import Login
from .._managed.layout import Layout
from .._managed.model import Directive, Instance
from .._managed.options import ids, ip_address
from .._settings.guard import Guard
from .model import SENTINEL
from .options import PATHS

if t.TYPE_CHECKING:
    from .._client import Access, Record
    from .options import Server

RUN_MODE = 0o755
SENTINEL_FILE, SENTINEL_ARGUMENTS = "sentinel.conf", ("--sentinel",)


def restart(server: Server, access: Access, record: Record, timeout: float) -> None:
    """Stop the process, which saves its data (docs/persistence.md), and start it again; return when it answers.

    ``timeout`` is in seconds. Raises CollectionError with the last lines of the log if it does not start.  The caller
    holds the deployment's lock.
    """
    if server.unit:
        _restart_unit(server, timeout)
    else:
        _restart_daemon(server, access, record, timeout)


def stop(server: Server, access: Access, record: Record, timeout: float) -> None:
    """Stop the process, which saves its data, and keep its unit from starting it at the next boot.

    ``timeout`` is in seconds.  Returns when the process is gone; one that does not run is no error.
    """
    if server.unit:
        # Also one that does not run: the host may boot while nothing is to be started there.
        command(["systemctl", "disable", "--now", server.unit])
        return
    launcher, one, sought = _daemon(server, access, record, timeout)
    with _hold_files(server, launcher.layout, timeout):
        pid = processes.find(list(sought.values())).get(one.port)
        if pid is not None:
            launcher.stop([(one, pid)], sought)


def start(server: Server, access: Access, record: Record, timeout: float) -> None:
    """Start the process where it does not run, now and at each boot; return when it answers.

    ``timeout`` is in seconds.  Raises CollectionError with the last lines of the log if it does not start.
    """
    if server.unit:
        operation = _unit(server, timeout)
        _refuse_masked(server, operation.observe())
        command(["systemctl", "reset-failed", server.unit], allowed=None)
        run_operation(operation, Report())
        return
    launcher, one, sought = _daemon(server, access, record, timeout)
    with _hold_files(server, launcher.layout, timeout):
        launcher.check([one])
        if processes.find(list(sought.values())).get(one.port) is None:
            _start_daemon(server, launcher, one, sought)


def launch(server: Server, access: Access, record: Record, timeout: float) -> None:
    """Start the process where it does not run; a unit is not waited for, because it may load its data for long.

    ``timeout`` is in seconds.  Without a service manager it returns when the process answers, loading or not.
    """
    if not server.unit:
        start(server, access, record, timeout)
        return
    _refuse_masked(server, _unit(server, timeout).observe())
    command(["systemctl", "reset-failed", server.unit], allowed=None)
    command(["systemctl", "start", "--no-block", server.unit])


def refuse_failed(server: Server, timeout: float) -> None:
    """Raise CollectionError, with the last lines of the log, for a unit that was launched and has failed."""
    if server.unit:
        _unit(server, timeout).unfailed([server.unit])


def at_boot(server: Server, *, starts: bool) -> None:
    """Have a boot of the host start the process, or not; without a service manager nothing starts it."""
    if server.unit:
        command(["systemctl", "enable" if starts else "disable", server.unit])


def _unit(server: Server, timeout: float) -> units.UnitsOperation:
    return units.UnitsOperation(
        {
            "units": [server.unit],
            "logs": [server.log] if server.log else None,
            "timeout": timeout,
            "state": unit_plan.STARTED,
        }
    )


def _refuse_masked(server: Server, state: unit_plan.Units) -> None:
    if any(unit.load == "masked" for unit in state):
        raise Refused(f"{server.unit} is masked", node=server.name, hint=f"systemctl unmask {server.unit}")


def _restart_unit(server: Server, timeout: float) -> None:
    operation = _unit(server, timeout)
    state = operation.observe()
    _refuse_masked(server, state)
    # It may have failed too often; a start that a person asks for is not counted.
    command(["systemctl", "reset-failed", server.unit], allowed=None)
    operation.execute([unit_plan.Restart((server.unit,))], state)


def _restart_daemon(server: Server, access: Access, record: Record, timeout: float) -> None:
    launcher, one, sought = _daemon(server, access, record, timeout)
    with _hold_files(server, launcher.layout, timeout):
        launcher.check([one])
        pid = processes.find(list(sought.values())).get(one.port)
        if pid is not None:
            launcher.stop([(one, pid)], sought)
        _start_daemon(server, launcher, one, sought)


def _start_daemon(server: Server, launcher: starting.Launcher, one: Instance, sought: starting.All) -> None:
    files.make_directory(Directory(launcher.layout.run_dir, launcher.user, launcher.group, RUN_MODE))
    if server.process["guard"]:
        Guard(launcher.layout, launcher.user, launcher.group, server.process["guard"]).run([one])
    launcher.start([one], sought)


def _daemon(
    server: Server, access: Access, record: Record, timeout: float
) -> tuple[starting.Launcher, Instance, starting.All]:
    given = server.process
    layout = Layout(**{name: given[name] for name in PATHS})
    if server.kind == SENTINEL:
        layout = replace(layout, own_name=SENTINEL_FILE, arguments=SENTINEL_ARGUMENTS)
    user, group = ids(layout.user, layout.group)
    login = Login(tuple(_logins(access)), record)
    launcher = starting.Launcher(layout, user, group, given["open_files"], timeout, login)
    address = ip_address(server.address, server.port)
    one = Instance(server.port, address, False, (Directive("port", str(server.port)),))
    return launcher, one, {one.port: processes.Sought(one.port, layout.home(one.port), user, layout.server)}


def _hold_files(server: Server, layout: Layout, timeout: float) -> t.ContextManager[t.Any]:
    """Take the lock of the module that starts such processes on this host."""
    held = layout.config_dir if server.kind == SENTINEL else layout.run_dir
    return contextlib.closing(files.hold_lock(held, timeout))


def _logins(access: Access) -> t.Iterator[Access]:
    for password in (access.password, access.password_old):
        if password:
            yield replace(access, password=password, password_old=None)
