# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option of module ``rolling_together``."""

from __future__ import annotations

import typing as t

from .._rolling.options import ROLLING_STEP
from .record import DIRECTORY

SHARED = ("deployment", "topology", "nodes", "sentinels", "needs", "host", "servers", "timeout")
RECORDS = {"type": "path", "default": DIRECTORY}
ROLLING_TOGETHER: dict[str, dict[str, t.Any]] = {
    **{name: ROLLING_STEP[name] for name in (*SHARED, "change_release")},
    "home": {"type": "str", "required": True},
    "record": {"type": "str", "default": ""},
    "records": RECORDS,
    "disks": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "node": {"type": "str", "required": True},
            "disk_free_bytes": {"type": "int"},
            "next_start": {"type": "dict", "default": {}},
        },
    },
}
