# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first command: a user who cannot become root without a password reads what to type."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASKS = "sudo asks somebody for a password, which Ansible has to be given: make site ARGS=-K"


def site(directory: pathlib.Path, *arguments: str, sudo: int, **environment: str) -> tuple[int, str]:
    """Run the check as a user who is not root, with a sudo that ends with this code."""
    for name, line in {"sudo": f"exit {sudo}", "id": 'case "$1" in -u) echo 1000 ;; *) echo somebody ;; esac'}.items():
        program = directory / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    ended = subprocess.run(
        ["bash", str(ROOT / "tests" / "tools" / "sudo.sh"), *arguments],
        env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}", **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stderr.strip()


@pytest.mark.parametrize("arguments", [(), ("--check", "-v"), ("-e", "redis_node_maxmemory=1gb")])
def test_a_sudo_that_asks_for_a_password_is_found_before_the_run(
    tmp_path: pathlib.Path, arguments: tuple[str, ...]
) -> None:
    assert site(tmp_path, *arguments, sudo=1) == (1, ASKS)


@pytest.mark.parametrize(
    "arguments",
    [("-K",), ("-vK",), ("--ask-become-pass",), ("--become-password-file=x",), ("-e", "ansible_become_password=x")],
)
def test_a_password_that_is_given_is_enough(tmp_path: pathlib.Path, arguments: tuple[str, ...]) -> None:
    assert site(tmp_path, *arguments, sudo=1) == (0, "")
    assert site(tmp_path, sudo=1, ANSIBLE_BECOME_PASSWORD_FILE="x") == (0, "")


def test_a_sudo_that_asks_nothing_is_enough(tmp_path: pathlib.Path) -> None:
    assert site(tmp_path, sudo=0) == (0, "")


def test_make_site_checks_it_for_this_machine_only() -> None:
    command = ["make", "--dry-run", "--old-file=.venv/.run", "site", "ARGS=-v"]
    for inventory, checks in (("inventories/local", True), ("hosts.yml", False)):
        told = subprocess.run(
            [*command, f"INVENTORY={inventory}"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        assert ("tests/tools/sudo.sh -v" in told.stdout) is checks
        # It prints the command that comes next itself: tests/unit/test_summary.py.
        assert f"ansible-playbook site.yml -i {inventory} -v\n" in told.stdout
