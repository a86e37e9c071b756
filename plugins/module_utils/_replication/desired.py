# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants of a replication set."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import Refused
from .._nodes import DesiredNode, make_desired_nodes, refuse_set_name
from .._text import node_name


@dataclass(frozen=True)
class Desired:
    """The whole desired state.  ``primary`` is the one to start with, when there is none yet.

    ``discard`` may name nodes of other sets, too: one list serves them all.  ``external`` are replicas that are
    none of the nodes and may be there: of a host that leaves, or of a purpose of their own.
    """

    set: str
    nodes: tuple[DesiredNode, ...]
    primary: str
    sentinels: tuple[DesiredNode, ...] = ()
    discard: frozenset[str] = frozenset()
    external: frozenset[str] = frozenset()

    def wanted(self, name: str) -> DesiredNode:
        """Return the wanted node of that name."""
        return next(node for node in self.nodes if node.name == name)


def make_sets(params: t.Mapping[str, t.Any]) -> dict[str, Desired]:
    """Build the desired state of each set from option ``sets``, by name; raises Refused as ``make_desired`` does."""
    found: dict[str, Desired] = {}
    for one in params["sets"]:
        if one["name"] in found:
            raise Refused(f"set {one['name']!r} is given twice", hint="Give each set once, with all of its nodes.")
        external = [*params["external"], *one["external"]]
        found[one["name"]] = make_desired(
            one["name"], one["nodes"], one["primary"], params["sentinels"], params["discard"], external
        )
    return found


def make_desired(
    set_name: str,
    nodes: t.Iterable[t.Mapping[str, t.Any]],
    primary: t.Mapping[str, t.Any],
    sentinels: t.Iterable[t.Mapping[str, t.Any]] = (),
    discard: t.Iterable[str] = (),
    external: t.Iterable[str] = (),
) -> Desired:
    """Build the desired state from the module's options; raises Refused for what no set can be made of."""
    refuse_set_name(set_name)
    first = node_name(str(primary["address"]), int(primary["port"]))
    lists = (frozenset(discard), frozenset(external))
    desired = Desired(set_name, make_desired_nodes(nodes), first, make_desired_nodes(sentinels), *lists)
    names = [node.name for node in desired.nodes]
    if first not in names:
        raise Refused(
            f"{first} (the primary to start with) is not one of the nodes of set {set_name!r}: {', '.join(names)}",
            hint="Name one of the nodes, by the address and port that it has there.",
        )
    return desired
