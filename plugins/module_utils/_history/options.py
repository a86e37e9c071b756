# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of module ``history_info``, and where records are by default."""

from __future__ import annotations

import typing as t

DIRECTORY = "/var/lib/redis-history"
HISTORY: dict[str, dict[str, t.Any]] = {
    "directory": {"type": "path", "default": DIRECTORY},
    "runs": {"type": "int", "default": 10},
}
