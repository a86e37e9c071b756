# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an action of this checkout with Ansible itself: each task of a playbook has the options of one call."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing as t

from .module_runner import ROOT

Options = t.Mapping[str, t.Any]
Result = dict[str, t.Any]


def run_action(name: str, *calls: Options, check: bool = False, diff: bool = False) -> list[Result]:
    """Run the action once for each of the calls, one after the other, and return the results of all.

    The play is for a host that does not exist: an action that connected to it would fail.
    """
    with tempfile.TemporaryDirectory() as place:
        asked, answered = (pathlib.Path(place) / file for file in ("calls.json", "results.json"))
        # Values come from a variable, as those of a role do; text in the playbook would be a template.
        asked.write_text(json.dumps(list(calls)))
        (pathlib.Path(place) / "play.json").write_text(json.dumps(_play(name, calls, str(answered))))
        ended = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", "--inventory=nobody.invalid,", f"--extra-vars=asked={asked}"]
            + ["--check"] * check
            + ["--diff"] * diff
            + [f"{place}/play.json"],
            check=False,
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert answered.exists(), ended.stdout
        results: list[Result] = json.loads(answered.read_text())
        assert len(results) == len(calls), ended.stdout
        return results


def _play(name: str, calls: t.Sequence[Options], answered: str) -> list[dict[str, t.Any]]:
    tasks: list[dict[str, t.Any]] = [
        {
            f"almashooq.redis.{name}": {option: f"{{{{ calls[{index}]['{option}'] }}}}" for option in call},
            "register": f"result_{index}",
            "ignore_errors": True,
        }
        for index, call in enumerate(calls)
    ]
    results = ", ".join(f"result_{index}" for index in range(len(calls)))
    tasks.append(
        {
            "ansible.builtin.copy": {"content": f"{{{{ [{results}] | to_json }}}}", "dest": answered, "mode": "0600"},
            "delegate_to": "localhost",
            "check_mode": False,
        }
    )
    read = "{{ lookup('ansible.builtin.file', asked) | from_json }}"
    return [{"hosts": "all", "gather_facts": False, "vars": {"calls": read}, "tasks": tasks}]


def converged(name: str, options: Options, *, check: bool = False, diff: bool = False) -> Result:
    """Run the action, which has to succeed."""
    return all_converged(name, options, check=check, diff=diff)[-1]


def all_converged(name: str, *calls: Options, check: bool = False, diff: bool = False) -> list[Result]:
    """Run the action for each of the calls, and all have to succeed."""
    results = run_action(name, *calls, check=check, diff=diff)
    assert [result["msg"] for result in results if result.get("failed")] == []
    return results


def refused(name: str, options: Options) -> Result:
    """Run the action, which has to fail with a message."""
    [result] = run_action(name, options)
    assert result.get("failed") is True, result
    return result
