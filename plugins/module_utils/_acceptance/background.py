# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that goes on after the module that started it: nothing waits for it, and it ends by itself."""

from __future__ import annotations

import json
import os
import typing as t

from .._errors import CollectionError
from .._host.commands import write

MODE = 0o600


def launch(program: t.Callable[[], dict[str, t.Any]], report: str) -> None:
    """Run a program in a process of its own, in a session of its own; what it returns is written to ``report``.

    It ends by ``os._exit``: nothing of the module that started it is done twice.
    """
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    outcome: dict[str, t.Any] = {"error": "it ended with an unexpected error"}
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.chdir("/")
        _let_go()
        outcome = _outcome(program)
    finally:
        write(report, json.dumps(outcome), MODE)
        os._exit(0)


def _outcome(program: t.Callable[[], dict[str, t.Any]]) -> dict[str, t.Any]:
    try:
        return program()
    except CollectionError as error:
        return {"error": str(error)}


def _let_go() -> None:
    """Close what the caller reads: it must not wait for this process."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
