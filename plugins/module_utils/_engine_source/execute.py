# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps: a build is made beside its place, asked what it is, and gets its name last."""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import ctypes
import functools
import os
import shutil
import signal
import subprocess
import typing as t

from .._errors import CollectionError, DeadlineExceeded, Refused
from . import parse
from .archive import checksum_of, pack, unpack
from .model import MANIFEST, NEEDED_LIBRARIES, Contents, Desired, Manifest, State
from .observe import platform
from .steps import Install, Link, Pack, Remove, Step, Switch

# As the engines' Makefiles call them.
FEATURES = ("BUILD_TLS=yes", "USE_SYSTEMD=yes")
LOG_LINES = 15
PR_SET_PDEATHSIG = 1
ASK_TIMEOUT = 30


def execute(step: Step, wanted: Desired, state: State, jobs: int, timeout: float, lock: int) -> None:
    """Do one step; ``lock`` is held by the processes of a build as well, so that none outlives it."""
    try:
        if isinstance(step, Remove):
            for path in step.paths:
                remove(path)
        elif isinstance(step, Install):
            _install(wanted, state.contents, jobs, timeout, lock)
        elif isinstance(step, Pack):
            pack(wanted.path, f"{wanted.engine}-{wanted.version}-{platform()}", step.path)
        elif isinstance(step, Switch):
            _link(step.path, step.after)
        elif isinstance(step, Link):
            os.makedirs(os.path.dirname(step.path), exist_ok=True)
            _link(step.path, step.target)
    except OSError as error:
        raise CollectionError(
            f"could not {step.describe()}: {error.strerror}: {error.filename or ''}",
            hint="The build that was current still is.",
        ) from error


def remove(path: str) -> None:
    """Remove a file or a whole directory; a link is removed, never followed."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def packed(wanted: Desired) -> dict[str, t.Any]:
    """Return the archive of the build for other hosts, with the name to keep it by."""
    name = f"{wanted.engine}-{wanted.version}-{platform()}.tar.gz"
    return {"path": wanted.packed, "name": name, "checksum": f"sha256:{checksum_of(wanted.packed)}"}


def _install(wanted: Desired, held: Contents | None, jobs: int, timeout: float, lock: int) -> None:
    if held is None:
        raise Refused(
            f"{wanted.label} is not installed below {wanted.home}, and no archive to make it from was given",
            hint="Run the whole role redis_install.",
        )
    _directory(wanted.prefix)
    _directory(wanted.home)
    os.mkdir(wanted.work, 0o700)
    unpack(wanted.archive, f"{wanted.work}/tree")
    result = top = f"{wanted.work}/tree/{held.top}"
    source = held.manifest.source if held.manifest else wanted.archive_checksum
    arguments = held.manifest.make_arguments if held.manifest else wanted.make_arguments
    if wanted.method == "source":
        result = f"{wanted.work}/result"
        _make(wanted, top, result, jobs, timeout, lock)
    libraries = _validate(wanted, result)
    reported = Manifest(wanted.engine, wanted.version, platform(), wanted.checksum, source, libraries, arguments)
    os.chmod(result, 0o755)
    for directory, _names, files in os.walk(result):
        for name in files:
            _sync(os.path.join(directory, name))
    with open(f"{result}/{MANIFEST}", "w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), 0o644)
        stream.write(parse.manifest_text(reported))
        stream.flush()
        os.fsync(stream.fileno())
    # An incomplete one of that name is not ours: a build of this collection gets its name when it is complete.
    os.rename(result, wanted.path)
    _sync(wanted.home)
    remove(wanted.work)


def _make(wanted: Desired, tree: str, result: str, jobs: int, timeout: float, lock: int) -> None:
    log = f"{wanted.work}/log"
    count = jobs or len(os.sched_getaffinity(0))
    command = ["make", f"-j{count}", *FEATURES, *wanted.make_arguments, f"PREFIX={result}", "install"]
    with open(log, "wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=tree,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": wanted.work},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o022,
            pass_fds=(lock,),
            preexec_fn=functools.partial(_end_with, os.getpid()),
        )
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise DeadlineExceeded(
            f"waited {timeout:g} s for {wanted.label} to be built; last seen: {_last_words(log)}",
            hint="Raise redis_install_build_timeout. The build that was current still is.",
        ) from error
    finally:
        # The compilers of a make that failed, too.
        _kill(process.pid)
        process.wait()
    if process.returncode:
        raise CollectionError(
            f"the build of {wanted.label} failed ({' '.join(command)}): {_last_words(log)}",
            hint="The build that was current still is, and nothing was installed.",
        )


def _validate(wanted: Desired, result: str) -> tuple[str, ...]:
    """Ask the fresh server what it is and what it loads; return its libraries."""
    server = f"{result}/bin/{wanted.engine}-server"
    if not os.path.exists(server) or not os.path.exists(f"{result}/bin/{wanted.engine}-cli"):
        raise CollectionError(
            f"the build of {wanted.label} has no bin/{wanted.engine}-server and bin/{wanted.engine}-cli",
            hint="Nothing was installed.",
        )
    loaded, missing = parse.libraries(_ask(["ldd", server]))
    if missing:
        raise CollectionError(
            f"the build of {wanted.label} needs libraries that this host lacks: {', '.join(missing)}",
            hint="Install them and run again; nothing was installed.",
        )
    reported = _ask([server, "--version"])
    if parse.reported_version(reported) != (wanted.engine, wanted.version):
        raise CollectionError(
            f"the new {server} reports {reported.strip() or 'nothing'!r}, expected {wanted.label}",
            hint="Correct redis_install_version or the archive; nothing was installed.",
        )
    absent = [name for name in NEEDED_LIBRARIES if not any(one.startswith(f"{name}.so") for one in loaded)]
    if absent:
        raise CollectionError(
            f"the build of {wanted.label} does not load {' and '.join(absent)}: it has no TLS or no systemd support",
            hint="Build it with BUILD_TLS=yes USE_SYSTEMD=yes; nothing was installed.",
        )
    return loaded


def _ask(command: t.Sequence[str]) -> str:
    try:
        done = subprocess.run(
            list(command),
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=ASK_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CollectionError(f"the new {command[0]} does not run: {error}", hint="Nothing was installed.") from error
    return done.stdout


def _link(path: str, target: str) -> None:
    """Put a link in place in one step: a server that starts finds the old one or the new one."""
    temporary = f"{os.path.dirname(path)}/.{os.path.basename(path)}.new"
    remove(temporary)
    os.symlink(target, temporary)
    os.replace(temporary, path)
    _sync(os.path.dirname(path))


def _directory(path: str) -> None:
    os.makedirs(path, mode=0o755, exist_ok=True)
    if os.stat(path).st_uid == os.geteuid():
        os.chmod(path, 0o755)


def _sync(path: str) -> None:
    if os.path.islink(path):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _last_words(log: str) -> str:
    with open(log, encoding="utf-8", errors="backslashreplace") as stream:
        lines = [line.rstrip() for line in stream if line.strip()]
    return "\n" + "\n".join(lines[-LOG_LINES:]) if lines else "nothing"
