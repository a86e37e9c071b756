# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a server did not start, from what it printed."""

from __future__ import annotations

import re

from .._text import MASK, SECRET_SETTINGS
from .directives import plain
from .model import Instance

LOG_LINES = 5
USERS_LINE = re.compile(r"\S*/users\.acl:(\d+): ")
# What an engine says around its list of errors in a users file.
ACL_FRAME = re.compile(r"Aborting \w+ startup because of ACL errors: |WARNING: ACL errors detected, .*")
# A line of the log at the level of warnings, without process and time.
WARNING = re.compile(r"\d+:[A-Z] .*?\d\d:\d\d:\d\d\.\d+ # (.*)")


def reason(output: str, instance: Instance) -> str:
    """Return why a server did not start, from what it printed; secret values are blanked."""
    # Before it is divided: what the engine takes for one line may be several here.
    lines = [line.strip() for line in _blanked(output, instance).splitlines() if line.strip()]
    heads = [index for index, line in enumerate(lines) if "FATAL CONFIG FILE ERROR" in line]
    if heads:
        explained = [line for line in lines[heads[-1] + 1 :] if not line.startswith("Reading the configuration")]
        text = ": ".join(line.removeprefix(">>> ") for line in explained[:2])
    else:
        warned = [match.group(1) for match in map(WARNING.match, lines) if match]
        text = " | ".join(line.removeprefix(">>> ") for line in (warned or lines)[-LOG_LINES:])
    return text or "it ended without a word"


def with_users(text: str, users: str) -> str:
    """Return a reason with the names of users where the engine reports the lines of a file that is gone by now."""
    lines = users.splitlines()

    def named(found: re.Match[str]) -> str:
        number = int(found[1]) - 1
        words = lines[number].split() if 0 <= number < len(lines) else []
        return f"user {words[1]!r}: " if len(words) > 1 else "users: "

    return USERS_LINE.sub(named, ACL_FRAME.sub("", text)).strip()


def _blanked(output: str, instance: Instance) -> str:
    for directive in instance.directives:
        value = plain(directive.text)
        if directive.name in SECRET_SETTINGS and value:
            output = output.replace(directive.text, MASK).replace(value, MASK)
    # What users log in with, as their file has it.
    return re.sub(r"#[0-9a-fA-F]{64}", MASK, output)
