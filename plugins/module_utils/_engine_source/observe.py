# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspection of a host: builds, the current one, leftovers; and what a build would need, where one is to be made."""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import contextlib
import os
import platform as machine
import shutil
import subprocess
import tempfile
import typing as t

from .._errors import Refused
from .._host.commands import text_of
from . import parse
from .archive import inspect
from .model import MANIFEST, PROGRAMS, Desired, Host, State

LINE = "int main(void){return %s;}\n"
# What a build takes: a program that has to compile and link, its libraries, and what people call it.
HEADERS = (
    ("the headers of OpenSSL", "#include <openssl/ssl.h>\n" + LINE % "!TLS_method()", ("-lssl", "-lcrypto")),
    ("the headers of systemd", "#include <systemd/sd-daemon.h>\n" + LINE % 'sd_notify(0,"")', ("-lsystemd",)),
)
C_LIBRARY = "#include <stdio.h>\n" + LINE % "!stdin"
COMPILE_TIMEOUT = 60


def observe(wanted: Desired, needs: t.Collection[str] = (), *, builds: bool = False) -> State:
    """Return what is below the prefix; where the build is not there, also what stands in its way.

    ``builds``: whether this host compiles, and so has to have the tools.  ``needs`` are libraries
    that a build made elsewhere loads.
    """
    entries = _entries(wanted.home)
    installed = tuple(name for name in entries if _complete(wanted, name))
    there = wanted.name in installed
    archive = bool(wanted.archive) and not there
    contents = inspect(wanted) if archive else None
    if contents and contents.manifest:
        needs = contents.manifest.libraries
    current = _link(wanted.current) or ""
    return State(
        installed=installed,
        current=current,
        leftovers=tuple(
            f"{wanted.home}/{name}"
            for name in entries
            if name.startswith(".") and not _in_use(wanted, f"{wanted.home}/{name}", archive)
        ),
        packed=os.path.exists(wanted.packed),
        links=tuple((path, _link(path)) for path in _link_paths(wanted)),
        host=None if there else _host(wanted, needs, builds),
        contents=contents,
        outdated=tuple(_running(wanted.home)),
    )


def platform() -> str:
    """Return what binaries made here run on."""
    return parse.platform(text_of("/etc/os-release") or "", machine.machine())


def lacking(wanted: Desired) -> tuple[str, ...]:
    """Return what this host lacks to compile the engine, by compiling a line with each of it."""
    found = [] if shutil.which("make") else ["make"]
    with tempfile.TemporaryDirectory(prefix="redis-build-") as directory:
        if not _compiles(directory, "cc", C_LIBRARY, ()):
            return (*found, "a C compiler that works (cc)")
        if wanted.engine == "redis" and int(wanted.version.split(".")[0]) > 7:
            found += [] if _compiles(directory, "c++", C_LIBRARY, ()) else ["a C++ compiler that works (c++)"]
        found += [name for name, text, libraries in HEADERS if not _compiles(directory, "cc", text, libraries)]
    return tuple(found)


def _host(wanted: Desired, needs: t.Collection[str], builds: bool) -> Host:
    place = wanted.home
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    seen = os.statvfs(place)
    missing = lacking(wanted) if builds else _missing_libraries(needs)
    return Host(
        platform=platform(),
        free=seen.f_bavail * seen.f_frsize,
        executable=not seen.f_flag & os.ST_NOEXEC,
        lacking=missing,
    )


def _compiles(directory: str, compiler: str, text: str, libraries: t.Sequence[str]) -> bool:
    source = os.path.join(directory, "probe.c")
    with open(source, "w", encoding="ascii") as stream:
        stream.write(text)
    try:
        done = subprocess.run(
            [compiler, source, "-o", f"{source}.out", *libraries],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMPILE_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _missing_libraries(needs: t.Collection[str]) -> tuple[str, ...]:
    if not needs:
        return ()
    # A user's PATH may lack the directory of ldconfig.
    tool = shutil.which("ldconfig") or "/sbin/ldconfig"
    try:
        known = subprocess.run([tool, "-p"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ()
    names = {line.split()[0] for line in known.splitlines() if "=>" in line}
    return tuple(sorted(name for name in needs if name not in names and not name.startswith("ld-linux")))


def _entries(home: str) -> list[str]:
    try:
        return sorted(os.listdir(home))
    except FileNotFoundError:
        return []
    except NotADirectoryError as error:
        raise Refused(f"{home} is not a directory", hint="Move it away, or set redis_install_prefix.") from error


def _complete(wanted: Desired, name: str) -> bool:
    path = f"{wanted.home}/{name}"
    return not os.path.islink(path) and os.path.isfile(f"{path}/{MANIFEST}") and not name.startswith(".")


def _in_use(wanted: Desired, path: str, archive: bool) -> bool:
    return (archive and path == wanted.archive) or (wanted.pack and path == wanted.packed)


def _link(path: str) -> str | None:
    """Return what a link points at, an empty text where nothing is, None where something else is."""
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return ""
    except OSError:
        return None


def _link_paths(wanted: Desired) -> list[str]:
    return [f"{wanted.links}/{wanted.engine}-{name}" for name in PROGRAMS] if wanted.links else []


def _running(home: str) -> t.Iterator[tuple[int, str, str]]:
    """Yield pid, program and build of each process that runs from a build."""
    for pid in sorted(int(entry) for entry in os.listdir("/proc") if entry.isdigit()):
        # Root in a container may not inspect all of them, and a process may end meanwhile.
        with contextlib.suppress(OSError):
            path = os.readlink(f"/proc/{pid}/exe")
            if path.startswith(f"{home}/"):
                build, _slash, program = path.removeprefix(f"{home}/").partition("/bin/")
                yield pid, program, build
