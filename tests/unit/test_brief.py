# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of callback brief, as a terminal gets it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
PLAYBOOK = """
- name: First
  hosts: all
  gather_facts: false
  tasks:
    - {name: Nothing, ansible.builtin.command: {argv: ["true"]}, changed_when: false}
    - {name: Skipped, ansible.builtin.command: {argv: ["true"]}, when: false}
    - {name: Included, ansible.builtin.include_tasks: included.yml}
    - {name: Changed, ansible.builtin.command: {argv: ["true"]}, loop: [1, 2], changed_when: item == 2}
- name: Nobody
  hosts: "!all"
  gather_facts: false
  tasks: []
- name: Last
  hosts: all
  gather_facts: false
  tasks:
    - {name: Failing, ansible.builtin.command: {argv: ["false"]}, changed_when: false}
"""
INCLUDED = "- {name: Said, ansible.builtin.debug: {msg: This is said}}\n"


def run(directory: pathlib.Path, *arguments: str) -> list[str]:
    """Return the lines that a run prints before its recap, without those that are empty."""
    (directory / "playbook.yml").write_text(PLAYBOOK)
    (directory / "included.yml").write_text(INCLUDED)
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "host,", "-c", "local", *arguments]
    ended = subprocess.run(
        [*command, "-e", f"ansible_python_interpreter={sys.executable}", str(directory / "playbook.yml")],
        check=False,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2, ended.stdout + ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line.strip()]
    return lines[: next(number for number, line in enumerate(lines) if line.startswith("PLAY RECAP"))]


def test_only_what_changes_what_is_said_and_what_fails_is_shown(tmp_path: pathlib.Path) -> None:
    shown = [line.rstrip(" *") for line in run(tmp_path)]
    assert shown[:8] == [
        "PLAY [First]",
        "TASK [Said]",
        "ok: [host] =>",
        "    msg: This is said",
        "TASK [Changed]",
        "changed: [host] => (item=2)",
        "PLAY [Last]",
        "TASK [Failing]",
    ]
    assert any(line.startswith("fatal: [host]: FAILED!") for line in shown)
    assert [line for line in shown if "Nobody" in line or "Skipped" in line or "Nothing" in line] == []


def test_with_v_everything_is_shown(tmp_path: pathlib.Path) -> None:
    shown = "\n".join(run(tmp_path, "-v"))
    hidden = ["TASK [Nothing]", "TASK [Skipped]", "PLAY [Nobody]", "skipping: no hosts matched", "included: "]
    assert [each for each in hidden if each not in shown] == []
