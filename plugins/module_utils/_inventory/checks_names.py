# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a name one of this collection's?  Misspelled variables and groups, with the closest match."""

from __future__ import annotations

import difflib
import re
import typing as t

from .defaults import GROUPS
from .model import Known

ALLOW = "redis_node_accept_names"
# How near another name has to be. A name with a role's prefix can only be meant for this collection.
NEAR = 0.6
VERY_NEAR = 0.9
NEAR_GROUP = 0.8
_OURS = re.compile(r"(redis|valkey)_", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def unknown_variable(name: str, known: Known) -> str:
    """Return why a variable's name seems misspelled; nothing where it may belong to another role."""
    if name in known.options or name.startswith("_"):
        return ""
    if name.lower().startswith(known.prefixes):
        return _refusal(name, _closest(name, known.options, NEAR))
    if _OURS.match(name):
        renamed = re.sub("^valkey_", "redis_", name.lower())
        return _refusal(name, found) if (found := _closest(renamed, known.options, VERY_NEAR)) else ""
    word = _FIRST_WORD.match(name)
    if word and difflib.get_close_matches(word[0].lower(), ["redis"], 1, NEAR_GROUP):
        return _refusal(name, found) if (found := _closest(name, known.options, VERY_NEAR)) else ""
    return ""


def unknown_groups(
    groups: t.Mapping[str, t.Sequence[str]],
    given: t.Mapping[str, str],
    files: t.Collection[str],
    accepted: t.Collection[str],
) -> t.Iterator[str]:
    """Yield what is wrong with the groups: ``given`` are the chosen names of the playbooks' groups, by variable.

    A group that resembles one of the playbooks' is refused where it has hosts that the other lacks: child groups and
    parents of the playbooks' groups have none.  ``files`` are names below group_vars that no group has.
    """
    for variable, name in given.items():
        if name not in groups and name != GROUPS[variable]:
            near = _closest(name, groups, NEAR)
            meant = f"; did you mean {near}?" if near else ""
            yield f"{variable} is {name}, and the inventory has no such group{meant}"
    names = set(groups).intersection(given.values()) | set(GROUPS.values())
    # Where one of several deployments is chosen, its siblings have names like it; group_vars may be other inventories'.
    siblings = tuple(f"{GROUPS[variable]}_" for variable, name in given.items() if name != GROUPS[variable])
    for group, hosts in groups.items():
        ours = group in names or group in accepted or _plain(group).startswith(siblings)
        near = "" if ours else _closest(_plain(group), names, NEAR_GROUP)
        if near and set(hosts) - set(groups.get(near, ())):
            yield (
                f"group {group} resembles {near} and has hosts that {near} lacks: rename it, make it a child "
                f"of {near}, or add it to {ALLOW} if it has nothing to do with this collection"
            )
    for file in sorted(files):
        ours = file in names or file in accepted or _plain(file).startswith(tuple(f"{one}_" for one in GROUPS.values()))
        near = "" if ours else _closest(_plain(file), names, NEAR_GROUP)
        if near:
            yield (
                f"group_vars/{file} is read by no group, since there is none of that name; did you mean {near}? "
                f"Rename it, or add it to {ALLOW}"
            )


def no_hosts(groups: t.Mapping[str, t.Sequence[str]], given: t.Mapping[str, str]) -> str:
    """Return why nothing would be done at all; nothing where a group of the playbooks has hosts."""
    if any(groups.get(name) for name in given.values()):
        return ""
    return (
        f"no host is in any of the groups {', '.join(given.values())}, so there is nothing to do: is it the right "
        "inventory? Put the hosts of a cluster into redis_cluster, and those of replication sets into redis_replication"
    )


def _plain(name: str) -> str:
    """Return a group's name as this collection would write it: redis_sentinel for RedisSentinels or valkey-sentinel."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return re.sub("^valkey_", "redis_", words)


def _closest(name: str, names: t.Iterable[str], cutoff: float) -> str:
    # What is very near is found much sooner than what is not.
    for least in sorted({cutoff, VERY_NEAR}, reverse=True):
        if found := difflib.get_close_matches(name.lower(), list(names), 1, least):
            return found[0]
    return ""


def _refusal(name: str, near: str) -> str:
    what = f"{name} is not a variable of this collection"
    if near:
        return f"{what}; did you mean {near}? Correct it, or add it to {ALLOW} if it is one of your own"
    return f"{what}: take it out, or add it to {ALLOW} if it is one of your own"
