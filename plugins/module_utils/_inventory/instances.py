# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of a host as module ``instance`` takes them: what they have in common spelt out for each."""

from __future__ import annotations

import typing as t

from .defaults import Variables
from .host import Value

# A primary without replicas takes writes all the same.
ALONE = {"min-replicas-to-write": 0}


def node_instances(
    instances: t.Sequence[Variables],
    address: str,
    cluster_enabled: bool,
    lonely: t.Collection[int] = (),
    announced: str = "",
) -> list[Value]:
    """Return the instances of a host.

    ``lonely`` are the ports of those that take writes without a replica; ``announced`` is the name by which instances
    are announced instead of their address. An instance's own directives win over both.
    """
    return [
        {
            "port": one["port"],
            "address": address,
            "cluster_enabled": cluster_enabled,
            "settings": {
                **(ALONE if int(one["port"]) in lonely else {}),
                **({"replica-announce-ip": announced} if announced else {}),
                **(one.get("config") or {}),
            },
        }
        for one in instances
    ]
