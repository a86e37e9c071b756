"""Run a command, and kill it with all its children when a line of its output matches: power loss at a chosen point.

usage: kill_at.py PATTERN COMMAND...    (fails when the command ends before it comes to that point)
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys


def main(pattern: str, *command: str) -> int:
    """Return 0 when the command was killed, 1 when it was over before."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="")
        if re.search(pattern, line):
            os.killpg(process.pid, signal.SIGKILL)
            print(f"killed at: {line}")
            return 0
    print(f"ended with status {process.wait()} before anything matched {pattern}")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
