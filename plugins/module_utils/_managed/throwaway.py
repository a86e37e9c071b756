# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throwaway server of the same binary, which no other client can reach: the engine itself is asked.

It runs as the service user in a private directory, listens on a unix socket there and on no port,
gets the candidate settings on its standard input (so that no secret reaches a disk) and ends with
this process.  It refuses what the engine refuses, and shows values and users as the engine does.
"""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import contextlib
import ctypes
import functools
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass

from .._client import Access, Client
from .._errors import DeadlineExceeded, Refused, Unreachable
from .model import Instance
from .probe_config import probe_text
from .start_output import reason, with_users

if t.TYPE_CHECKING:
    from collections.abc import Iterator

RUN = "/run"
PREFIX = "redis-probe-"
INTERVAL = 0.003
# Of the files that it may open, the engine keeps these for itself.
RESERVED_FILES = 32
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Engine:
    """The binary to ask, whose user it runs as (ids), and how long it may take.

    ``label`` is in the names of its directories: the holder of the lock of that label may remove
    what a killed run has left.
    """

    server: str
    name: str
    version: str
    user: int
    group: int
    timeout: float
    label: str
    sentinel: bool = False


def identify(server: str, user: int, group: int, timeout: float, label: str, *, sentinel: bool = False) -> Engine:
    """Return which engine a binary is, by its own word."""
    try:
        words = subprocess.run(
            [server, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=True
        ).stdout.split()
        version = next(word for word in words if word.startswith("v=")).removeprefix("v=")
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        raise Refused(
            f"{server} is not a server that can be run: {str(error) or 'its --version has no version'}",
            hint="Install the engine, or set 'server' to the path of its binary.",
        ) from error
    return Engine(server, words[0].lower(), version, user, group, timeout, label, sentinel)


@contextlib.contextmanager
def throwaways(
    engine: Engine, instances: t.Sequence[Instance], users: str, login: tuple[str, str]
) -> Iterator[list[Client]]:
    """Start a server with the settings and users of each instance, and yield connections to them.

    They start side by side.  Raises Refused with the engine's own message where it refuses one.
    """
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(_server(engine, one, users)) for one in instances]
        clients = []
        for one, (process, directory) in zip(instances, servers):
            access = Access(username=login[0], password=login[1], timeout=engine.timeout)
            client = stack.enter_context(Client("", 0, access, unix_socket=f"{directory}/s"))
            _await(client, process, f"{directory}/log", engine, one)
            clients.append(client)
        yield clients


@contextlib.contextmanager
def _server(engine: Engine, instance: Instance, users: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    directory = tempfile.mkdtemp(prefix=f"{PREFIX}{engine.label}-", dir=_parent())
    process = None
    try:
        text = probe_text(instance, directory, f"{directory}/users.acl")
        process = _start(engine, directory, users, text)
        with contextlib.suppress(BrokenPipeError), t.cast("t.IO[bytes]", process.stdin) as stdin:
            stdin.write(b"" if engine.sentinel else text.encode())
        yield process, directory
    finally:
        if process is not None:
            process.kill()
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def remove_leftovers(engine: Engine) -> None:
    """Remove the directories of killed runs; only the holder of the lock may."""
    parent = _parent()
    for name in os.listdir(parent) if parent else []:
        if name.startswith(f"{PREFIX}{engine.label}-"):
            shutil.rmtree(os.path.join(RUN, name), ignore_errors=True)


def _parent() -> str | None:
    # A user's own temporary directory may be closed to the service user; /run is also in memory.
    return RUN if os.access(RUN, os.W_OK) else None


def _start(engine: Engine, directory: str, users: str, text: str) -> subprocess.Popen[bytes]:
    # No port, and so no server at all, even where the rest of the settings never arrives.
    command = [engine.server, "-", "--port", "0"]
    written = {"users.acl": users}
    if engine.sentinel:
        # A Sentinel takes its settings from nothing but a file that it can write.
        command = [engine.server, f"{directory}/sentinel.conf", "--sentinel", "--port", "0"]
        written["sentinel.conf"] = text
    for name, content in written.items():
        with open(f"{directory}/{name}", "x", encoding="utf-8", opener=_private) as stream:
            stream.write(content)
    switch: dict[str, t.Any] = {}
    if os.geteuid() != engine.user:
        for name in written:
            os.chown(f"{directory}/{name}", engine.user, engine.group)
        os.chown(directory, engine.user, engine.group)
        switch = {"user": engine.user, "group": engine.group, "extra_groups": []}
    with open(f"{directory}/log", "xb", opener=_private) as log:
        return subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=functools.partial(_in_child, os.getpid()),
            **switch,
        )


def _in_child(parent: int) -> None:
    # The server must not outlive a module that is killed, also one that is gone already.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files(), open_files()))


def open_files() -> int:
    """Return how many files a throwaway server may open: the engine makes maxclients fit it."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _await(client: Client, process: subprocess.Popen[bytes], log: str, engine: Engine, instance: Instance) -> None:
    # Not poll(): the server's exit ends the wait, and says why in its log.
    deadline = time.monotonic() + engine.timeout
    while True:
        ended = process.poll() is not None
        try:
            client.command("PING")
            return
        except Unreachable as error:
            if ended:
                raise refusal(_content(log), instance, engine, _content(f"{log[: -len('log')]}users.acl")) from error
            if time.monotonic() > deadline:
                raise DeadlineExceeded(
                    f"waited {engine.timeout:g} s for a throwaway server with the settings of instance "
                    f"{instance.port} to answer; last seen: {error.message}",
                    hint=f"Try {engine.server} by hand, or raise 'timeout'.",
                ) from error
        time.sleep(INTERVAL)


def _content(path: str) -> str:
    with open(path, encoding="utf-8", errors="backslashreplace") as stream:
        return stream.read()


def refusal(output: str, instance: Instance, engine: Engine, users: str = "") -> Refused:
    """Return the engine's refusal of an instance's settings as an error, without its secrets."""
    why = with_users(reason(output, instance), users)
    return Refused(
        f"{engine.name} {engine.version} refuses the settings of instance {instance.port}: {why}",
        hint="Correct that directive.",
        port=instance.port,
    )
