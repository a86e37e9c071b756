# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinel's own file, which Sentinel rewrites: read, and edited while that Sentinel is stopped."""

from __future__ import annotations

import typing as t

# The options of a set that Sentinel takes from its file alone while deny-scripts-reconfig is on, its default.
SCRIPTS = ("notification-script", "client-reconfig-script")
MONITOR = "monitor"
KNOWN_SENTINEL = "known-sentinel"


def watched(text: str) -> tuple[str, ...]:
    """Return the names of the sets that the file says are watched, in its order."""
    return tuple(words[2] for words in _directives(text) if words[1] == MONITOR and len(words) > 2)


def primary(text: str, set_name: str) -> tuple[str, int] | None:
    """Return address and port of the primary of a set, None where the set is not watched."""
    for words in _directives(text):
        if words[1] == MONITOR and words[2:3] == [set_name] and len(words) > 4 and words[4].isdigit():
            return words[3], int(words[4])
    return None


def sentinels(text: str) -> tuple[tuple[str, int], ...]:
    """Return address and port of the other Sentinels that the file knows, of all sets together."""
    found = [(words[3], int(words[4])) for words in _directives(text)
             if words[1] == KNOWN_SENTINEL and len(words) > 4 and words[4].isdigit()]  # fmt: skip
    return tuple(dict.fromkeys(found))


def has_login(text: str, set_name: str, user: str, password: str) -> bool:
    """Return whether the file says that Sentinel logs in at a set in this way."""
    return (option(text, set_name, "auth-user"), option(text, set_name, "auth-pass")) == (user, password)


def option(text: str, set_name: str, name: str) -> str:
    """Return the value of an option of a set, empty where the file has none."""
    found = [words for words in _directives(text) if words[1] == name and words[2:3] == [set_name]]
    return " ".join(found[-1][3:]).strip('"') if found else ""


def with_scripts(text: str, wanted: t.Mapping[str, t.Mapping[str, str]]) -> str:
    """Return the file with these scripts of these sets, and every other line as it was.

    A script that is empty in the desired state is left out; sets that are not watched are passed over.
    """
    kept = [
        line
        for line in text.splitlines(keepends=True)
        if not any(words[1] in SCRIPTS and words[2:3] and words[2] in wanted for words in _directives(line))
    ]
    result = []
    for line in kept:
        result.append(line)
        for words in _directives(line):
            if words[1] == MONITOR and len(words) > 2 and words[2] in wanted:
                scripts = wanted[words[2]]
                ending = "" if line.endswith("\n") else "\n"
                result += [
                    f"{ending}sentinel {name} {words[2]} {scripts[name]}\n" for name in SCRIPTS if scripts.get(name)
                ]
    return "".join(result)


def _directives(text: str) -> t.Iterator[list[str]]:
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0].lower() == "sentinel":
            yield words
