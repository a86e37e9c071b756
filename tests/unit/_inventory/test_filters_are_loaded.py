# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the inventory loads all filters, in the process that Ansible forks those of later tasks from."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
# What strategies do with the action of each task, before they start a process for it.
PROGRAM = """
import json, sys
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader([sys.argv[1]])
prefix = "ansible_collections.almashooq.redis.plugins.filter."
loaded = lambda: sorted(name[len(prefix):] for name in sys.modules if name.startswith(prefix))
before = loaded()
action_loader.get("almashooq.redis.check_inventory", class_only=True)
print(json.dumps([before, loaded()]))
"""


def test_filters_are_there_for_the_processes_of_tasks() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT / ".collections")],
        check=True,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        stdout=subprocess.PIPE,
    )
    before, after = json.loads(ended.stdout)
    assert before == []
    assert after == sorted(path.stem for path in (ROOT / "plugins" / "filter").glob("[!_]*.py"))
