# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the engine's own benchmark tool on this host, and how busy that makes the host."""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import os
import resource
import shutil
import subprocess
import typing as t
from dataclasses import dataclass

from .._client import Access
from .._errors import AuthenticationFailed, CollectionError, DeadlineExceeded, EngineRefused, Refused
from .._host.commands import run, text_of
from .model import Slice
from .parse import parse_fault, parse_output, parse_version


@dataclass(frozen=True)
class Login:
    """The user that the tool logs in as, one of its own: it takes a password from its command line alone."""

    username: str
    password: str


@dataclass(frozen=True)
class Target:
    """Where the tool connects to, and how."""

    name: str
    address: str
    port: int
    access: Access
    login: Login | None


def find(tool: str) -> tuple[str, str]:
    """Return the tool's path, and its name with the version; raises Refused where it is not on this host."""
    path = shutil.which(tool)
    if path is None:
        raise Refused(
            f"the load generator {os.uname().nodename} has no {tool}",
            hint="Install the package with the engine's tools there (redis-tools or valkey-tools), or give its path.",
        )
    reported = parse_version(run([path, "--version"]))
    if not reported:
        raise Refused(f"{path} is neither redis-benchmark nor valkey-benchmark", hint="Give the path of one of them.")
    return path, reported


def measure(path: str, target: Target, words: t.Sequence[str], value: bytes, timeout: float) -> Slice:
    """Run the tool once and return what it measured; raises the reason why it could not."""
    command = [path, "-h", target.address, "-p", str(target.port), *_login(target), *_tls(target.access), *words]
    try:
        done = subprocess.run(command, input=value, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise DeadlineExceeded(
            f"{os.path.basename(path)} had not ended after {timeout:g} s",
            node=target.name,
            hint="See whether the nodes answer at all (playbook health); give more timeout where they are just slow.",
        ) from error
    except OSError as error:
        raise CollectionError(f"{path} cannot be run on this host: {error.strerror}") from error
    reported = parse_output(done.stdout.decode("utf-8", "replace"))
    if done.returncode == 0 and reported is not None:
        return reported
    raise _fault(os.path.basename(path), target, parse_fault(done.stderr.decode("utf-8", "replace")), done.returncode)


def busy() -> tuple[float, float, float]:
    """Return the clock ticks that this host's processors were busy, and had, and the tool's seconds, so far."""
    ticks = [int(word) for word in (text_of("/proc/stat") or "cpu 0 0 0 0 0").split("\n", 1)[0].split()[1:9]]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    idle = sum(ticks[3:5])  # idle and waiting for a disk (proc(5))
    return float(sum(ticks) - idle), float(sum(ticks)), used.ru_utime + used.ru_stime


def _login(target: Target) -> list[str]:
    return ["--user", target.login.username, "-a", target.login.password] if target.login else []


def _tls(access: Access) -> list[str]:
    if not access.tls:
        return []
    files = (("--cacert", access.tls_ca_file), ("--cert", access.tls_cert_file), ("--key", access.tls_key_file))
    return ["--tls", *(word for option, path in files if path for word in (option, path))]


def _fault(tool: str, target: Target, said: str, code: int) -> CollectionError:
    what = f"{tool} ended with {code}: {said}"
    for sign, kind, hint in (
        ("OOM", EngineRefused, "A primary is full: raise maxmemory, or make room, before measuring."),
        ("CLUSTERDOWN", EngineRefused, "Fix the cluster first: playbook health reports what is wrong."),
        ("MOVED", EngineRefused, "A slot moved meanwhile: run again when the cluster is at rest."),
        ("READONLY", EngineRefused, "The primary changed meanwhile: run again."),
        ("NOPERM", EngineRefused, "Users were changed meanwhile (ACL LOAD): run again."),
        ("WRONGPASS", AuthenticationFailed, "Users were changed meanwhile (ACL LOAD): run again."),
        ("NOAUTH", AuthenticationFailed, "Give username and password."),
    ):
        if sign in said:
            return kind(what, node=target.name, hint=hint, tool=said)
    return EngineRefused(what, node=target.name, hint="See whether all nodes can be reached from here.", tool=said)
