# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Under which addresses the members know each other, compared with the configured ones."""

from __future__ import annotations

import typing as t

from .model import Observed


def other_addresses(observed: Observed) -> dict[tuple[str, str], list[str]]:
    """Return by (node, address) who knows a node at an address that is not its configured one."""
    own = observed.by_id()
    found: dict[tuple[str, str], list[str]] = {}
    for node in observed.nodes:
        for line in node.view:
            other = own.get(line.id)
            if other is None or not line.address or "noaddr" in line.flags or line.name in other.places:
                continue
            found.setdefault((other.name, line.name), []).append(node.name)
    return found


def other_address_text(name: str, address: str, knowing: t.Sequence[str]) -> tuple[str, str]:
    """Return the sentence and the remedy for one node that others know at an address that is not its own."""
    if list(knowing) == [name] or name in knowing:
        return (
            f"{name} announces the address {address}, which is not its configured one",
            "Correct redis_node_address, or what the instance announces (cluster-announce-ip, cluster-announce-port).",
        )
    remedy = (
        f"A server at {address} may have been started on a copy of this node's data directory, and has its id. Stop "
        "that one (its files stay), and the members find this one again."
    )
    return f"{', '.join(knowing)} knows {name} at {address}, which is not its configured address", remedy
