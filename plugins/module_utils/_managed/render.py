# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of the managed file, and both files with every secret blanked."""

from __future__ import annotations

import re
import typing as t

from .._text import MASK, SECRET_SETTINGS
from .model import Directive, Instance

HEADER = """\
# Managed by Ansible (almashooq.redis.instance): change the inventory, not this file.
# It is read after the engine's own redis.conf in the data directory, and so wins at each start.
"""
PINNED = """\
# The engine's own file still holds other values of these; here they are back at the default.
"""

HASH = re.compile(r"#[0-9a-f]{64}")


def config_text(instance: Instance, pins: t.Sequence[Directive]) -> str:
    """Return the text of an instance's managed file."""
    derived = [_line(one) for one in instance.directives if one.derived]
    given = [_line(one) for one in instance.directives if not one.derived]
    # Pins come first: where one is another name of a directive below, that directive wins.
    pinned = [PINNED, *(_line(pin) for pin in pins), "\n"] if pins else []
    return "".join([HEADER, "\n", *pinned, *derived, "\n" if given else "", *given])


def directive_names(text: str) -> frozenset[str]:
    """Return the names of the directives in a configuration file."""
    lines = [line.strip() for line in text.splitlines()]
    return frozenset(line.split()[0].lower() for line in lines if line and not line.startswith("#"))


def directive_lines(text: str, name: str) -> list[str]:
    """Return what follows a directive's name, for each of its lines in a configuration file."""
    lines = [line.strip().partition(" ") for line in text.splitlines()]
    return [rest.strip() for first, _blank, rest in lines if first.lower() == name]


def changed_names(before: str, after: str) -> list[str]:
    """Return the names of the directives whose lines differ between two configurations."""
    return sorted(directive_names("\n".join(set(before.splitlines()) ^ set(after.splitlines()))))


def blanked(text: str) -> str:
    """Return a managed file or a users file without its secrets."""
    lines = [HASH.sub(f"#{MASK}", line) for line in text.splitlines(keepends=True)]
    return "".join(_blanked_line(line) for line in lines)


def shown(name: str, value: str) -> str:
    """Return a setting's value for people, blanked where it is a secret."""
    return MASK if name.lower() in SECRET_SETTINGS and value else value


def _line(directive: Directive) -> str:
    return f"{directive.name} {directive.text}\n"


def _blanked_line(line: str) -> str:
    name = line.split(maxsplit=1)[0].lower() if line.strip() else ""
    return f"{name} {MASK}\n" if name in SECRET_SETTINGS else line
