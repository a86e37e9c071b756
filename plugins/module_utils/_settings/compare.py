# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of a running instance differ from what the engine makes of the wanted ones."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._managed.model import Instance
from .model import Answer, Node

# Redis 8 has one database in cluster mode, whatever is set; the throwaway server is not in cluster mode.
DECIDED_BY_CLUSTER_MODE = frozenset({"databases"})


@dataclass(frozen=True)
class Difference:
    """One setting: its value now, its value as wanted, and whether only a restart changes it."""

    name: str
    running: str
    wanted: str
    fixed: bool


def different_names(node: Node, answer: Answer, instance: Instance) -> list[str]:
    """Return the settings that differ.

    All that both know are compared, not only those of the managed file: a directive dropped from
    the file goes back to its default that way, also where an earlier run was cut, and so does what
    was set by hand.  While another version than that of the binary still runs, defaults
    differ by design, so only what is in the file is compared.
    """
    running = dict(node.settings)
    decided = DECIDED_BY_CLUSTER_MODE if instance.cluster_enabled else frozenset()
    common = [(name, value) for name, value in answer.settings if name in running and name not in decided]
    if node.version != answer.version:
        common = [(name, value) for name, value in common if name in instance.names()]
    return [name for name, value in common if running[name] != value]


def differences(node: Node, answer: Answer, instance: Instance) -> list[Difference]:
    """Return the differences with second names of one setting folded into its first."""
    running, wanted, first = dict(node.settings), dict(answer.settings), dict(answer.aliases)
    names = different_names(node, answer, instance)
    found = []
    for name in (name for name in names if first.get(name, name) == name):
        others = {other for other in names if first.get(other) == name}
        fixed = not {name, *others}.isdisjoint(answer.fixed)
        found.append(Difference(name, running[name], wanted[name], fixed))
    return found


def look_alikes(names: t.Sequence[str], node: Node, answer: Answer) -> list[list[str]]:
    """Return the groups of differing settings that may be one setting under several names."""
    running, wanted = dict(node.settings), dict(answer.settings)
    groups: dict[tuple[str, str], list[str]] = {}
    for name in names:
        groups.setdefault((running[name], wanted[name]), []).append(name)
    return [group for group in groups.values() if len(group) > 1]
