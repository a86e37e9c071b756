# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that name a deployment of either topology, and those of module ``health``."""

from __future__ import annotations

import dataclasses
import typing as t

from .._argspec import SENTINELS, TOPOLOGY
from .desired import Limits

# A deployment of either topology, in addition to the nodes and the login (doc fragment ``deployment``).
DEPLOYMENT: dict[str, dict[str, t.Any]] = {
    "deployment": {"type": "str", "default": "redis"},
    "topology": TOPOLOGY,
    "sentinels": {**SENTINELS, "required": False},
    "replicas": {"type": "int", "default": 1},
}

# What module health asserts of it.
HEALTH: dict[str, dict[str, t.Any]] = {
    **DEPLOYMENT,
    "set": {"type": "str"},
    "announced": {"type": "dict", "default": {}},
    "hosts": {"type": "list", "elements": "dict"},
    "checks": {"type": "list", "elements": "str", "default": []},
    "skip": {"type": "list", "elements": "str", "default": []},
    "external": {"type": "list", "elements": "str", "default": []},
    "mute": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "check": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
            "node": {"type": "str"},
        },
    },
    "maintenance": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "host": {"type": "str", "required": True},
            "text": {"type": "str", "required": True},
            "expired": {"type": "bool", "required": True},
        },
    },
    "warn": {"type": "list", "elements": "str", "default": []},
    "limits": {
        "type": "dict",
        "default": {},
        "options": {limit.name: {"type": "float"} for limit in dataclasses.fields(Limits)},
    },
    "sample": {"type": "float", "default": 1.0},
    "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
}
