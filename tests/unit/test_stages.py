# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline: every target of it runs, what runs beside another counts as well, and one failure ends it."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Meets the other one, so that each fails alone.
MEET = """
good also bad:
\t@echo "$@ ran"; test $@ != bad
left right:
\t@touch $@.here; for i in $$(seq 500); do [ -e left.here ] && [ -e right.here ] && exit 0; sleep 0.02; done; exit 1
"""


def stages(directory: pathlib.Path, *arguments: str) -> tuple[int, str]:
    """Run stages of a Makefile of our own; return the exit code and the output."""
    (directory / "Makefile").write_text(MEET)
    command = ["bash", str(ROOT / "tests" / "tools" / "stages.sh"), *arguments]
    ended = subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True)
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("arguments", "outcomes"),
    [
        (["good", "good"], ["good passed", "good passed"]),
        (["left+right", "good"], ["left passed", "right passed", "good passed"]),
        (["bad", "good"], ["bad FAILED"]),
        (["bad+good", "good"], ["bad FAILED", "good passed"]),
        (["good+bad", "good"], ["good passed", "bad FAILED"]),
    ],
    ids=["one by one", "side by side", "a failure", "the first of two fails", "the second of two fails"],
)
def test_the_pipeline_ends_after_the_first_failure(
    tmp_path: pathlib.Path, arguments: list[str], outcomes: list[str]
) -> None:
    code, output = stages(tmp_path, *arguments)
    assert re.findall(r"^(\w+) +(passed|FAILED) +\d+ s$", output, re.MULTILINE) == [
        tuple(outcome.split()) for outcome in outcomes
    ]
    failed = sum("FAILED" in outcome for outcome in outcomes)
    assert (code, output.splitlines()[-1]) == (int(failed > 0), f"{len(outcomes) - failed} passed, {failed} failed")


def test_what_runs_beside_another_prints_in_one_piece(tmp_path: pathlib.Path) -> None:
    _code, output = stages(tmp_path, "good+also")
    assert (
        output.index("=== good, and beside it also") < output.index("good ran") < output.index("=== also\nalso ran\n")
    )


def dry(target: str, **environment: str) -> str:
    """Return what make would run for a target."""
    command = ["make", "--dry-run", "--no-print-directory", "--old-file=.venv/.dev", target]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True, text=True
    )
    return ended.stdout


def test_lint_unit_and_build_run_on_a_bare_machine_in_every_test_run() -> None:
    assert "bash tests/tools/bare.sh lint unit build" in dry("bare")
    run = dry("test").split("stages.sh", 1)[1].replace("+", " ").split()
    assert {"bare", "docs", "integration", "matrix-quick", "sanity", "molecule"} <= set(run)


def test_the_container_is_not_put_into_itself() -> None:
    command = ["bash", str(ROOT / "tests" / "tools" / "bare.sh"), "help"]
    ended = subprocess.run(
        command, env={**os.environ, "ALMASHOOQ_BARE": "1"}, check=True, capture_output=True, text=True
    )
    assert "right here" in ended.stdout
    assert "make site" in ended.stdout


def test_a_machine_that_cannot_run_a_container_fails_the_stage(tmp_path: pathlib.Path) -> None:
    playbook = tmp_path / "ansible-playbook"
    playbook.write_text("#!/bin/sh\nexit 2\n")
    playbook.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    environment.pop("ALMASHOOQ_BARE", None)
    ended = subprocess.run(
        ["bash", str(ROOT / "tests" / "tools" / "bare.sh"), "help"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode != 0
    assert "NOTHING WAS TESTED ON A BARE MACHINE" in ended.stderr
