# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a command of the host, and writing a file of it as a whole."""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import os
import subprocess
import typing as t

from .._errors import CollectionError

SYSTEMD_RUNS = "/run/systemd/system"


def run(command: t.Sequence[str], *, allowed: t.Collection[int] | None = (0,)) -> str:
    """Run a command and return its output; an exit code that is not allowed (None: all are) is an error."""
    environment = {**os.environ, "LC_ALL": "C", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    try:
        done = subprocess.run(
            list(command), env=environment, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise CollectionError(f"{command[0]!r} cannot be run on this host: {error.strerror}") from error
    if allowed is not None and done.returncode not in allowed:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").rstrip(".")
        raise CollectionError(f"{' '.join(command)!r} ended with {done.returncode}: {said}")
    return done.stdout


def systemd_runs() -> bool:
    """Return whether systemd is this host's init."""
    return os.path.isdir(SYSTEMD_RUNS)


def text_of(path: str) -> str | None:
    """Return a file's text, or nothing when there is no such file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return None


def write(path: str, text: str, mode: int = 0o644) -> None:
    """Put a file in place as a whole: a reader sees the old or the new one."""
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(text)
        os.replace(temporary, path)
    except OSError as error:
        raise CollectionError(f"{path} cannot be written: {error.strerror}") from error
