# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The start guard of role redis_node, before instances that no service manager starts."""

from __future__ import annotations

# There is no AnsibleModule here whose run_command could be called instead.
# pylint: disable=ansible-bad-function
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field

from .._client import gather
from .._errors import Refused

if t.TYPE_CHECKING:
    from .._managed.layout import Layout
    from .._managed.model import Instance

PROGRAM = "redis_guard.py"


@dataclass
class Guard:
    """Runs the guard of each instance, and keeps what it says."""

    layout: Layout
    user: int
    group: int
    directory: str
    said: list[str] = field(default_factory=list)

    def run(self, instances: t.Sequence[Instance]) -> None:
        """Return when all of these may start; the guard bounds its time, and an error of its own keeps none of them."""
        program = os.path.join(self.directory, PROGRAM)
        if not os.path.isfile(program):
            raise Refused(
                f"the start guard {program} does not exist",
                hint="Run role redis_node with its tag redis_node_guard first: without the guard a restarted primary "
                "may erase what its replicas have.",
                path=program,
            )
        for output in gather(self._run, instances):
            self.said += output.splitlines() if isinstance(output, str) else [str(output)]

    def _run(self, one: Instance) -> str:
        # The interpreter of this module: the guard takes the service user's rights itself, because that user may have
        # no way to it.
        command = [sys.executable, "-B", "-s", os.path.join(self.directory, PROGRAM)]
        files = [self.layout.engine_file(one.port), self.layout.config_file(one.port)]
        ended = subprocess.run(
            [*command, "--user", f"{self.user}:{self.group}", *files, os.path.join(self.directory, f"{one.port}.json")],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            check=False,
        )
        return ended.stdout
