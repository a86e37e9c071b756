# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of this checkout as Ansible would: a process of its own, JSON in, JSON out."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t

from . import module_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
Process = subprocess.Popen[str] | module_server.Forked


def start_module(
    name: str,
    options: t.Mapping[str, t.Any],
    *,
    check: bool = False,
    diff: bool = False,
    verbosity: int = 0,
    within: t.Sequence[str] = (),
) -> Process:
    """Start the module and return its process, for tests that interrupt it; see ``finish_module``.

    ``within`` is a command to run it under, such as ``setpriv`` with its options; only then it is a new interpreter.
    """
    arguments = {
        **options,
        "_ansible_module_name": f"almashooq.redis.{name}",
        "_ansible_check_mode": check,
        "_ansible_diff": diff,
        "_ansible_verbosity": verbosity,
        "_ansible_remote_tmp": "/tmp",
        "_ansible_keep_remote_files": False,
    }
    content = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / ".collections")}
    if not within:
        return module_server.start(name, content, environment)
    process = subprocess.Popen(
        [*within, sys.executable, "-m", f"{module_server.PACKAGE}.{name}"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Small enough for the pipe's buffer, so nothing blocks before the module reads it.
    assert process.stdin is not None
    process.stdin.write(content.decode())
    process.stdin.close()
    process.stdin = None
    return process


def finish_module(process: Process, timeout: float = 120) -> dict[str, t.Any]:
    """Wait for the module and return its JSON with ``rc`` and ``stderr`` of the process added."""
    stdout, stderr = process.communicate(timeout=timeout)
    try:
        result = json.loads(stdout)
    except ValueError:
        raise AssertionError(f"no JSON, exit code {process.returncode}:\n{stdout}\n{stderr}") from None
    # What went wrong comes first: pytest shows the beginning of a long value only.
    said = {key: result[key] for key in ("msg", "hint") if key in result}
    return {**said, **result, "rc": process.returncode, "stderr": stderr}


def run_module(name: str, options: t.Mapping[str, t.Any], *, timeout: float = 120, **how: t.Any) -> dict[str, t.Any]:
    """Run the module to its end; the result of a failed one has ``failed`` and ``rc`` 1.

    On time-out the module is killed and TimeoutExpired raised, so that a hang is a failed test.
    """
    process = start_module(name, options, **how)
    try:
        return finish_module(process, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def converged(name: str, options: t.Mapping[str, t.Any], **how: t.Any) -> dict[str, t.Any]:
    """Run the module, which has to succeed."""
    result = run_module(name, options, **how)
    assert result["rc"] == 0, result.get("msg", result)
    return result


def refused(name: str, options: t.Mapping[str, t.Any], **how: t.Any) -> dict[str, t.Any]:
    """Run the module, which has to fail with a message."""
    result = run_module(name, options, **how)
    assert result.get("failed") is True, result
    assert result["rc"] != 0, result
    return result
