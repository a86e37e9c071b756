# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of module ``upgrade_info``, and what they ask for."""

from __future__ import annotations

import typing as t

from .._argspec import NODES, SENTINELS
from .model import Consent, Place

BEFORE, INSTALLED, AFTER = "before", "installed", "after"
UPGRADE: dict[str, dict[str, t.Any]] = {
    "deployment": {"type": "str", "required": True},
    "topology": {"type": "str", "required": True, "choices": ["cluster", "replication"]},
    "nodes": NODES,
    "sentinels": {**SENTINELS, "required": False},
    "stage": {"type": "str", "choices": [BEFORE, INSTALLED, AFTER], "default": BEFORE},
    "targets": {"type": "dict", "required": True},
    "hosts": {"type": "list", "elements": "dict", "default": []},
    "processes": {"type": "dict", "default": {}},
    "named": {"type": "list", "elements": "str", "default": []},
    "one_way": {"type": "bool", "default": False},
    "untested": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 60.0},
}


def consent(params: t.Mapping[str, t.Any]) -> Consent:
    """Return what the user has agreed to."""
    return Consent(params["one_way"], params["untested"], tuple(params["named"]))


def places(hosts: t.Iterable[t.Mapping[str, t.Any]], members: t.Collection[str]) -> dict[str, Place]:
    """Return what hosts reported (module rolling_host_info) about these members."""
    found = [one for host in hosts for one in host.get("members") or () if one["node"] in members]
    return {
        str(one["node"]): Place(str(one["node"]), str(one.get("installed") or ""), one.get("disk_free_bytes"))
        for one in found
    }


def memory(hosts: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, int | None]:
    """Return the bytes of memory that each host has available, by its name."""
    return {str(host["host"]): host.get("memory_available_bytes") for host in hosts}
