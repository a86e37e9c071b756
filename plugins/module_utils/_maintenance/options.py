# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of maintenance."""

from __future__ import annotations

import typing as t

from .. import _marks
from .._argspec import NODES, SENTINELS
from .._rolling.options import PRIORITIES, SERVERS
from .._together.options import RECORDS

OUT, IN = "out", "in"
MAINTENANCE_STEP: dict[str, dict[str, t.Any]] = {
    "deployment": {"type": "str", "required": True},
    "topology": {"type": "str", "required": True, "choices": ["cluster", "replication"]},
    "nodes": NODES,
    "sentinels": {**SENTINELS, "required": False},
    "host": {"type": "str", "required": True},
    "state": {"type": "str", "required": True, "choices": [OUT, IN]},
    "servers": SERVERS,
    "accept_no_replica": {"type": "bool", "default": False},
    "primaries": {"type": "list", "elements": "str", "default": []},
    "held": {"type": "list", "elements": "str", "default": []},
    "priorities": PRIORITIES,
    "unreached": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 1800.0},
}
DIRECTORY = {"type": "path", "default": _marks.DIRECTORY}
MAINTENANCE_HOST: dict[str, dict[str, t.Any]] = {"directory": DIRECTORY, "records": RECORDS}
MAINTENANCE_MARK: dict[str, dict[str, t.Any]] = {
    "directory": DIRECTORY,
    "host": {"type": "str", "required": True},
    "mark": {
        "type": "dict",
        "options": {
            "since": {"type": "int", "required": True},
            "until": {"type": "int", "required": True},
            "by": {"type": "str", "default": ""},
            "reason": {"type": "str", "default": ""},
            "unreached": {"type": "bool", "default": False},
            **{name: {"type": "list", "elements": "str", "default": []} for name in ("peers", "primaries", "held")},
        },
    },
}
