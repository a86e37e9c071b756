# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option in which modules list the users of a server."""

from __future__ import annotations

import typing as t

USERS: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "name": {"type": "str", "required": True},
        "password": {"type": "str", "no_log": True},
        "passwords": {"type": "list", "elements": "str", "default": [], "no_log": True},
        "rules": {"type": "str", "default": ""},
    },
}
