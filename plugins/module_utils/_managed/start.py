# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping server processes, and finding out why one did not start."""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import contextlib
import os
import resource
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass, field

from .._client import gather
from .._errors import AuthenticationFailed, CollectionError, DeadlineExceeded, Loading, Refused, Unreachable
from .._preflight import proc
from .._wait import poll
from . import files, processes
from .connection import Login, connect
from .directives import plain
from .layout import Layout
from .model import Instance
from .render import directive_lines
from .start_output import reason

LOG_LINES = 8
LOG_BYTES = 8192
INTERVAL = 0.02
UMASK = 0o027

All = t.Mapping[int, processes.Sought]


@dataclass
class Launcher:
    """What starting and stopping needs to know of the host."""

    layout: Layout
    user: int
    group: int
    open_files: int
    timeout: float
    login: Login
    warnings: list[str] = field(default_factory=list)

    def check(self, instances: t.Sequence[Instance]) -> None:
        """Refuse to start instances whose files are not there yet."""
        needed = [self.layout.server] if instances else []
        for one in instances:
            needed += [self.layout.config_file(one.port), self.layout.engine_file(one.port)]
        for path in needed:
            if not os.path.isfile(path):
                raise Refused(
                    f"{path} does not exist",
                    hint="Install the engine and run almashooq.redis.instance for these instances first.",
                    path=path,
                )

    def start(self, instances: t.Sequence[Instance], sought: All) -> None:
        """Start instances side by side and return when all of them answer."""
        self._raise_open_files()
        sizes = {one.port: _size(self._log(one.port)) for one in instances}
        launched = [(one, self._launch(one)) for one in instances]
        for one, process in launched:
            self._await_fork(one, process)
        self.await_answers(instances, sought, sizes)

    def stop(self, running: t.Sequence[tuple[Instance, int]], sought: All) -> None:
        """Ask processes to end, as a service manager does, and return when they are gone.

        The server saves what it has to save before it goes; it is never killed.
        """
        sizes = {one.port: _size(self._log(one.port)) for one, _pid in running}
        ticks = [(one, pid, _terminate(pid, sought[one.port])) for one, pid in running]
        for one, pid, started in ticks:
            try:
                self._await_end(one, pid, started)
            except DeadlineExceeded as error:
                error.hint = self._from_log(one, sizes[one.port])
                raise

    def await_answers(
        self, instances: t.Sequence[Instance], sought: All, sizes: t.Mapping[int, int] | None = None
    ) -> None:
        """Wait until all of these answer; one that is loading its data does."""
        deadline = time.monotonic() + self.timeout

        def wait(one: Instance) -> None:
            self._await_answer(one, sought[one.port], deadline, (sizes or {}).get(one.port))

        for failure in gather(wait, instances):
            if isinstance(failure, CollectionError):
                raise failure

    def _await_answer(self, one: Instance, sought: processes.Sought, deadline: float, size: int | None) -> None:
        # Not poll(): the end of the process ends the wait, and its log says why.  It has to be missed
        # twice: while a server writes its title over its command line, neither can be read.
        missed = 0
        while True:
            missed = 0 if one.port in processes.find([sought]) else missed + 1
            try:
                with connect(one, self.login):
                    return
            except Loading:
                return
            except AuthenticationFailed as error:
                error.hint = "It runs, and has another password than admin_password: run almashooq.redis.instance."
                raise
            except Unreachable as error:
                if missed > 1:
                    raise Unreachable(
                        "ended right after its start", node=one.node, hint=self._from_log(one, size)
                    ) from error
                if time.monotonic() > deadline:
                    raise DeadlineExceeded(
                        f"waited {self.timeout:g} s for it to answer; last seen: {error.message}",
                        node=one.node,
                        hint=self._from_log(one, size),
                    ) from error
            time.sleep(INTERVAL)

    def _launch(self, one: Instance) -> subprocess.Popen[str]:
        layout, port = self.layout, one.port
        with contextlib.suppress(FileNotFoundError):
            # Of an instance that is not running: no pid file is believed, this one is in the way.
            os.unlink(layout.pid_file(port))
        command = [layout.server, layout.engine_file(port), "--include", layout.config_file(port), *layout.arguments]
        command += ["--daemonize", "yes", "--pidfile", layout.pid_file(port)]
        switch: dict[str, t.Any] = {}
        if os.geteuid() != self.user:
            switch = {"user": self.user, "group": self.group, "extra_groups": []}
        return subprocess.Popen(
            command,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            start_new_session=True,
            umask=UMASK,
            **switch,
        )

    def _await_fork(self, one: Instance, process: subprocess.Popen[str]) -> None:
        try:
            output, _errors = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise DeadlineExceeded(
                f"waited {self.timeout:g} s for the server to go into the background", node=one.node
            ) from error
        if process.returncode:
            raise Refused(f"did not start: {reason(output, one)}", node=one.node, hint=self._from_log(one, None))

    def _await_end(self, one: Instance, pid: int, started: str | None) -> None:
        poll(
            lambda: proc.start_time(pid),
            lambda now: f"process {pid} runs" if now is not None and now == started else "",
            awaiting="it to save its data and end",
            timeout=self.timeout,
            node=one.node,
        )

    def _raise_open_files(self) -> None:
        # In this process, and as root: the servers inherit it, and could not raise it themselves.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        wanted = self.open_files
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
        except (ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
            if hard < wanted:
                self.warnings.append(
                    f"open files are limited to {hard} here, and {wanted} are wanted: "
                    "the engine lowers maxclients to what fits"
                )

    def _log(self, port: int) -> str:
        file = files.look_at_file(self.layout.config_file(port))
        given = directive_lines(file.text, "logfile") if file else []
        return plain(given[-1]) if given else ""

    def _from_log(self, one: Instance, size: int | None) -> str:
        """Return the last lines of an instance's log, those since its start where that is known."""
        path = self._log(one.port)
        try:
            with open(path, "rb") as stream:
                start = max(size or 0, os.fstat(stream.fileno()).st_size - LOG_BYTES)
                stream.seek(start)
                lines = stream.read().decode(errors="backslashreplace").splitlines()
        except OSError:
            return "It has left no log."
        last = " | ".join(line.strip() for line in lines[-LOG_LINES:] if line.strip())
        return f"The last lines of {path}: {last}" if last else f"{path} has nothing about it."


def _terminate(pid: int, sought: processes.Sought) -> str | None:
    """Send SIGTERM to an instance, and to nothing else that may have got its pid meanwhile."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    try:
        if not processes.is_instance(pid, sought):
            return None
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        return proc.start_time(pid)
    except ProcessLookupError:
        return None
    finally:
        os.close(handle)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
