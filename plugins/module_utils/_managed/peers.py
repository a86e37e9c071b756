# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which other members of its deployment an instance names, in what it answers."""

from __future__ import annotations

import re
import typing as t

from .._replies import fields, parse_info

Endpoint = tuple[str, int]
# Of nodes that are gone, or not known yet.
NOBODY = {"myself", "fail", "noaddr", "handshake"}
REPLICA = re.compile(r"slave\d+")


def cluster_peers(nodes: str) -> list[Endpoint]:
    """Return the other nodes that CLUSTER NODES lists."""
    lines = (line.split() for line in nodes.splitlines())
    found = [words[1] for words in lines if len(words) > 2 and NOBODY.isdisjoint(words[2].split(","))]
    # 192.0.2.11:7000@17000,host-name
    return _endpoints(endpoint.partition(",")[0].partition("@")[0].rpartition(":")[::2] for endpoint in found)


def set_peers(replication: str) -> list[Endpoint]:
    """Return the replicas, also those that are not in sync yet, and the primary that INFO replication names."""
    told = parse_info(replication)
    replicas = [fields(value) for name, value in told.items() if REPLICA.fullmatch(name)]
    found = [(one.get("ip", ""), one.get("port", "")) for one in replicas]
    return _endpoints([*found, (told.get("master_host", ""), told.get("master_port", ""))])


def _endpoints(found: t.Iterable[t.Sequence[str]]) -> list[Endpoint]:
    return [(host, int(port)) for host, port in found if host and port.isdigit() and int(port)]
