# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that overrule what CONFIG REWRITE has left in the engine's own file."""

from __future__ import annotations

from .._managed.directives import plain, quoted
from .._managed.model import Directive, Instance, Settings
from .._managed.render import directive_lines, directive_names
from .model import Answer

# Lines that only the engine writes, or that say nothing about how an instance is to be.
NOT_PINNED = frozenset(["replicaof", "slaveof", "dir", "port", "bind", "user", "include"])


def pins(instance: Instance, engine_lines: Settings, answer: Answer) -> tuple[Directive, ...]:
    """Return lines for what CONFIG REWRITE left in the engine's file and is not in the settings any more.

    Without them a directive that was dropped from the settings would come back at the next start:
    its line in the engine's file belongs to the engine, so the managed file has to overrule it.
    A line that says what is the default anyway needs none: CONFIG REWRITE, which every failover
    brings, must not change the managed file.
    """
    defaults = dict(answer.settings)
    asked = instance.names()
    left = sorted(
        name
        for name, text in engine_lines
        if name in defaults and name not in asked | NOT_PINNED and text != defaults[name]
    )
    found: list[Directive] = []
    for name in left:
        if name == "save":
            found.append(Directive("save", '""'))
        if name != "save" or defaults[name]:
            found.append(Directive(name, _default(name, defaults[name]), derived=True))
    return tuple(found)


def engine_lines(text: str) -> Settings:
    """Return the directives of the engine's own file, each with what follows it in all its lines."""
    return tuple((name, " ".join(map(plain, directive_lines(text, name)))) for name in sorted(directive_names(text)))


def _default(name: str, value: str) -> str:
    # Lists of numbers are several arguments of their directive, all else is one.
    several = name in ("save", "client-output-buffer-limit", "oom-score-adj-values", "bind")
    return value if several and value else quoted(value)
