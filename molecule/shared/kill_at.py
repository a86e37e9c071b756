# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command, and kill it with all its descendants when a line of its output matches: power loss at a chosen point.

usage: kill_at.py PATTERN COMMAND...    (fails when the command ends before it comes to that point)

A pattern of several, separated by " > ", means the last of them, after a line for each of the others.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """Return the process and all that it started, also those that left its group, as Ansible's workers do."""
    children: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it may end while it is inspected
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text(encoding="ascii").split())
    return [pid, *(found for child in children for found in descendants(child))]


def main(pattern: str, *command: str) -> int:
    """Return 0 when the command was killed, 1 when it was over before."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    awaited = pattern.split(" > ")
    for line in process.stdout or ():
        print(line, end="")
        if re.search(awaited[0], line):
            del awaited[0]
        if not awaited:
            os.kill(process.pid, signal.SIGSTOP)  # or it would go on starting others
            for pid in descendants(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return 0
    print(f"It ended with status {process.wait()} before its output came to {pattern}")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
