# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes for modules that need not import anything: most of a module's processor time is the import of its packages.

One process imports all modules, and forks for each run.  A run is a process of its own as under Ansible, with its
arguments on standard input, and can be stopped or killed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import types
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.almashooq.redis.plugins.modules"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
STATUS = struct.Struct("=i")  # first the process id, then its exit code as subprocess has it
MAXIMUM = 1 << 16  # bytes of a request: a name and an environment


class Forked:
    """A process of the server's, as ``subprocess.Popen`` has one."""

    def __init__(self, server: socket.socket, name: str, arguments: bytes, environment: t.Mapping[str, str]) -> None:
        standard_input, write_end = os.pipe()
        self._stdout, child_stdout = os.pipe()
        self._stderr, child_stderr = os.pipe()
        self._status, child_status = os.pipe()
        given = (standard_input, child_stdout, child_stderr, child_status)
        socket.send_fds(server, [json.dumps({"name": name, "environment": dict(environment)}).encode()], given)
        for descriptor in given:
            os.close(descriptor)
        # Small enough for the pipe's buffer, so nothing blocks before the module reads it.
        os.write(write_end, arguments)
        os.close(write_end)
        self.args = name
        self.returncode: int | None = None
        self.pid = self._number(None) or 0

    def _number(self, seconds: float | None) -> int | None:
        """Return the next number that the server reports; None where there is none within the time."""
        if not select.select([self._status], [], [], seconds)[0]:
            return None
        content = os.read(self._status, STATUS.size)
        assert content, "the server of modules has ended"
        return int(STATUS.unpack(content)[0])

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        if self.returncode is None:
            self.returncode = self._number(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended; raises TimeoutExpired after ``timeout`` seconds."""
        if self.returncode is None:
            self.returncode = self._number(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return all that it writes until it has ended; raises TimeoutExpired after ``timeout`` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        written = {self._stdout: bytearray(), self._stderr: bytearray()}
        open_ones = list(written)
        while open_ones:
            left = None if end is None else max(0.0, end - time.monotonic())
            ready = select.select(open_ones, [], [], left)[0]
            if not ready:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            for descriptor in ready:
                content = os.read(descriptor, MAXIMUM)
                written[descriptor] += content
                if not content:
                    open_ones.remove(descriptor)
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        self._close()
        return written[self._stdout].decode(), written[self._stderr].decode()

    def _close(self) -> None:
        for descriptor in (self._stdout, self._stderr, self._status):
            os.close(descriptor)


_server: list[socket.socket] = []


def start(name: str, arguments: bytes, environment: t.Mapping[str, str]) -> Forked:
    """Run a module with its arguments in that environment; the first call starts the server of this process."""
    if not _server:
        mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # It ends with this process, which closes its end.
        subprocess.Popen(
            [sys.executable, "-m", "tests.integration.module_server", str(other.fileno())],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / '.collections'}:{ROOT}"},
            pass_fds=[other.fileno()],
        )
        other.close()
        _server.append(mine)
    return Forked(_server[0], name, arguments, environment)


def serve(requests: socket.socket) -> types.ModuleType | None:
    """Fork for each request, and report ids and exit codes; returns the module to run in a new process, else None."""
    modules = {name: importlib.import_module(f"{PACKAGE}.{name}") for name in MODULES}
    gc.freeze()
    reports: dict[int, int] = {}
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_signal: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    asked = requests.fileno()
    while True:
        ready = select.select([asked, wake], [], [])[0]
        if wake in ready:
            os.read(wake, MAXIMUM)
            _report(reports)
        if asked not in ready:
            continue
        content, descriptors, _flags, _address = socket.recv_fds(requests, MAXIMUM, 4)
        if not content:
            return None
        *streams, report = descriptors
        child = os.fork()
        if not child:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in (requests.detach(), report, wake, woken, *reports.values()):
                os.close(descriptor)
            return _become(modules, json.loads(content), streams)
        for descriptor in streams:
            os.close(descriptor)
        os.write(report, STATUS.pack(child))
        reports[child] = report


def _become(modules: t.Mapping[str, types.ModuleType], request: t.Mapping[str, t.Any], streams: list[int]) -> t.Any:
    """Make a new process the one that runs the module."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["name"]]
    return modules[request["name"]]


def _report(reports: dict[int, int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            # Where nobody waits for it any more, nobody reads.
            with contextlib.suppress(BrokenPipeError):
                os.write(reports[child], STATUS.pack(os.waitstatus_to_exitcode(status)))
            os.close(reports.pop(child))


if __name__ == "__main__":
    module = serve(socket.socket(fileno=int(sys.argv[1])))
    if module is not None:
        module.main()
