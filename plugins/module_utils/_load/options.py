# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of module ``load_test``, without the login."""

from __future__ import annotations

import typing as t

from .._argspec import NODES, TOPOLOGY
from .model import KINDS

LOAD: dict[str, dict[str, t.Any]] = {
    "nodes": NODES,
    "topology": TOPOLOGY,
    "tool": {"type": "str", "required": True},
    "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
    "pipelines": {"type": "list", "elements": "int", "default": [1, 16]},
    "connections": {"type": "int", "default": 50},
    "value_bytes": {"type": "int", "default": 100},
    "keys": {"type": "int", "default": 10000, "no_log": False},
    "read_percent": {"type": "int", "default": 80},
    "per_node": {"type": "bool", "default": True},
    "seconds": {"type": "float", "default": 60.0},
    "timeout": {"type": "float", "default": 0.0},
    "threads": {"type": "int", "default": 0},
    "node_percent": {"type": "float", "default": 50.0},
    "targets": {
        "type": "dict",
        "default": {},
        "options": {"ops_per_second": {"type": "float"}, "p99_ms": {"type": "float"}},
    },
}
