# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the engine: a throwaway server of the same binary, which nobody else can reach.

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
from .._errors import CollectionError, DeadlineExceeded, Refused, Unreachable
from .answers import probe_text, reason, with_users
from .model import Instance
from .users import canonical

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
            f"{server} is no server that can be asked: {error or 'its --version names none'}",
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


@dataclass(frozen=True)
class Told:
    """What a throwaway server shows: its settings, its users, which engine it is."""

    settings: t.Mapping[str, str]
    users: tuple[str, ...]
    version: str


def ask(client: Client, instance: Instance) -> Told:
    """Return the settings and users that a throwaway server shows."""
    settings, users, info = checked(client.pipeline([("CONFIG", "GET", "*"), ("ACL", "LIST"), ("INFO", "server")]))
    hidden = sorted(instance.names() - set(settings[::2]))
    for reply in checked(client.pipeline([("CONFIG", "GET", name) for name in hidden])) if hidden else []:
        settings += reply
    shown, version = dict(zip(settings[::2], settings[1::2])), version_of(info)
    if shown.get("maxclients") == str(_open_files() - RESERVED_FILES):
        # The engine has lowered it to what this run may open, which says nothing about the service.
        del shown["maxclients"]
    return Told(shown, canonical(users, version), version)


def known_names(client: Client, name: str) -> frozenset[str]:
    """Return the settings that a throwaway server knows; ``name`` is asked for by itself, as it may be hidden."""
    shown, asked = checked(client.pipeline([("CONFIG", "GET", "*"), ("CONFIG", "GET", name)]))
    return frozenset([*shown[::2], *asked[::2]])


def classify(
    client: Client, told: Told, names: t.Sequence[str], groups: t.Sequence[t.Sequence[tuple[str, str]]]
) -> tuple[frozenset[str], dict[str, str]]:
    """Return which settings only a restart changes, and which names are second names of others.

    Setting each to the value that it has changes nothing and tells; a list of them in our source
    would be out of date with the next minor version.  A group holds settings, with another valid
    value, that may be one setting: the server tells by what changes along.
    """
    replies = client.pipeline([("CONFIG", "SET", name, told.settings[name]) for name in names])
    fixed = frozenset(name for name, reply in zip(names, replies) if _is_fixed(reply))
    aliases: dict[str, str] = {}
    for group in groups:
        for name, other_value in group:
            rest = [other for other, _value in group if other != name and other not in aliases]
            if name not in fixed and name not in aliases and rest:
                for other in _changing_along(client, told, name, other_value, rest):
                    aliases[other] = name
    return fixed, aliases


def checked(replies: t.Sequence[t.Any]) -> list[t.Any]:
    """Return replies of which none may be an error."""
    for reply in replies:
        if isinstance(reply, CollectionError):
            raise reply
    return list(replies)


def _is_fixed(reply: object) -> bool:
    # 6.2 says "Unsupported CONFIG parameter" of what can only be read.
    text = str(reply) if isinstance(reply, CollectionError) else ""
    return any(word in text for word in ("immutable", "protected", "Unsupported CONFIG parameter"))


def _changing_along(client: Client, told: Told, name: str, other_value: str, rest: t.Sequence[str]) -> list[str]:
    changed, *values, _reset = client.pipeline(
        [
            ("CONFIG", "SET", name, other_value),
            *(("CONFIG", "GET", other) for other in rest),
            ("CONFIG", "SET", name, told.settings[name]),
        ]
    )
    if isinstance(changed, CollectionError):
        return []
    return [other for other, value in zip(rest, checked(values)) if value[1] != told.settings[other]]


def version_of(info: str) -> str:
    """Return engine and version from INFO; every Valkey claims to be some Redis as well."""
    fields = dict(line.partition(":")[::2] for line in info.splitlines())
    if "valkey_version" in fields:
        return f"valkey {fields['valkey_version']}"
    return f"redis {fields.get('redis_version', '?')}"


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
    # A user's own temporary directory may be closed to the service user; /run is in memory besides.
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
        resource.setrlimit(resource.RLIMIT_NOFILE, (_open_files(), _open_files()))


def _open_files() -> int:
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
