# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants of a replication set."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import Refused
from .._nodes import Wanted, make_wanted, refuse_set_name
from .._text import node_name


@dataclass(frozen=True)
class Desired:
    """The whole wish.  ``primary`` is who starts as such, when nobody is yet.

    ``discard`` may name nodes of other sets, too: one list serves them all.  ``external`` are replicas that are
    none of the nodes and may be there: of a host that leaves, or of a purpose of their own.
    """

    set: str
    nodes: tuple[Wanted, ...]
    primary: str
    sentinels: tuple[Wanted, ...] = ()
    discard: frozenset[str] = frozenset()
    external: frozenset[str] = frozenset()

    def wanted(self, name: str) -> Wanted:
        """Return the wanted node of that name."""
        return next(node for node in self.nodes if node.name == name)


def make_desired(
    set_name: str,
    nodes: t.Iterable[t.Mapping[str, t.Any]],
    primary: t.Mapping[str, t.Any],
    sentinels: t.Iterable[t.Mapping[str, t.Any]] = (),
    discard: t.Iterable[str] = (),
    external: t.Iterable[str] = (),
) -> Desired:
    """Build the wish from the module's options; raises Refused for what no set can be made of."""
    refuse_set_name(set_name)
    first = node_name(str(primary["address"]), int(primary["port"]))
    lists = (frozenset(discard), frozenset(external))
    desired = Desired(set_name, make_wanted(nodes), first, make_wanted(sentinels), *lists)
    names = [node.name for node in desired.nodes]
    if first not in names:
        raise Refused(
            f"{first} (the primary to start with) is none of the nodes of set {set_name!r}: {', '.join(names)}",
            hint="Name one of the nodes, by the address and port that it has there.",
        )
    return desired
