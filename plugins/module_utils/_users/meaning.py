# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a running engine has the users of a users file, in whatever way it lists them.

Redis up to 7.0 lists what the rules amount to, later engines the rules as they were given, each in its own order.
So the list and the file are evaluated with the commands of the running engine: which commands, keys and channels
are open to which user.  The rules and their effects are those of the engines' documentation of ACL.
"""

from __future__ import annotations

import typing as t

# Commands by category, as ACL CAT lists them.
Categories = tuple[tuple[str, tuple[str, ...]], ...]
Meaning = tuple[t.Any, ...]

# What is so where nothing else is said; an engine may list it or not.
DEFAULTS = frozenset({"sanitize-payload", "alldbs"})
SELECTOR = ("(", ")")
SYNONYMS = {"allkeys": "~*", "allchannels": "&*", "allcommands": "+@all", "nocommands": "-@all"}
OTHERS = frozenset({*SYNONYMS, "resetkeys", "resetchannels", "clearselectors"})


def differing(before: t.Iterable[str], after: t.Iterable[str], categories: Categories) -> list[str]:
    """Return the names of the users that differ between two lists of ``user NAME ...`` lines."""
    evaluate = _Evaluation(categories).user
    sides = [{line.split()[1]: evaluate(line) for line in lines if len(line.split()) > 1} for lines in (before, after)]
    return sorted(name for name in {*sides[0], *sides[1]} if sides[0].get(name) != sides[1].get(name))


class _Evaluation:
    """The rules of users, evaluated with the commands of one engine."""

    def __init__(self, categories: Categories) -> None:
        known = {name for _category, names in categories for name in names}
        # A command with subcommands is open as far as these are.
        containers = {name.partition("|")[0] for name in known if "|" in name}
        self._all = frozenset(known - containers)
        self._categories = {category: frozenset(names) & self._all for category, names in categories}

    def user(self, line: str) -> Meaning:
        """Return what a line of ACL LIST means, without the order of patterns and selectors."""
        words, selectors = _split(line.split()[2:])
        return (_flags(words), self._rights(words), frozenset(self._rights(one) for one in selectors))

    def _rights(self, words: t.Iterable[str]) -> Meaning:
        commands: set[str] = set()
        keys: dict[str, set[str]] = {}
        channels: set[str] = set()
        for word in words:
            rule = SYNONYMS.get(word, word)
            if rule[0] in "+-":
                self._apply(rule, commands)
            elif rule[0] in "~%" or rule == "resetkeys":
                _apply_keys(rule, keys)
            elif rule[0] == "&":
                channels.add(rule)
            elif rule == "resetchannels":
                channels.clear()
        patterns = frozenset((pattern, frozenset(ways)) for pattern, ways in keys.items())
        return (frozenset(commands), patterns, frozenset({"&*"} if "&*" in channels else channels))

    def _apply(self, word: str, commands: set[str]) -> None:
        name = word[1:].lower()
        if name == "@all":
            affected = set(self._all)
            if word[0] == "-":
                commands.clear()
        elif name.startswith("@"):
            affected = set(self._categories.get(name[1:], {name}))
        else:
            affected = {one for one in self._all if one == name or one.startswith(f"{name}|")} or {name}
            if word[0] == "-":
                affected |= {one for one in commands if one.startswith(f"{name}|")}
        if word[0] == "+":
            commands |= affected
        else:
            commands -= affected


def _split(words: t.Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return the rules of the user itself, and those of each selector."""
    own: list[str] = []
    selectors: list[list[str]] = []
    target = own
    for word in words:
        if word.startswith(SELECTOR[0]):
            target = []
            selectors.append(target)
        bare = word.strip("".join(SELECTOR))
        if bare:
            target.append(bare)
        if word.endswith(SELECTOR[1]):
            target = own
    return own, selectors


def _flags(words: t.Iterable[str]) -> frozenset[str]:
    """Return passwords and switches, the last of each."""
    flags = {"off"}
    for word in words:
        if word[0] == "#":
            flags = (flags - {"nopass"}) | {word}
        elif word in ("nopass", "resetpass"):
            flags = {flag for flag in flags if flag[0] != "#"} - {"nopass"} | ({word} - {"resetpass"})
        elif word in ("on", "off"):
            flags = flags - {"on", "off"} | {word}
        elif word[0] not in "+-~%&" and word not in OTHERS:
            flags.add(word)
    return frozenset(flags - DEFAULTS)


def _apply_keys(word: str, keys: dict[str, set[str]]) -> None:
    if word == "resetkeys":
        keys.clear()
        return
    ways, _tilde, pattern = word.partition("~")
    if "*" not in keys or len(keys["*"]) < len("RW"):
        keys.setdefault(pattern, set()).update(ways[1:] or "RW")
    if keys.get("*") == set("RW"):
        for other in [one for one in keys if one != "*"]:
            del keys[other]
