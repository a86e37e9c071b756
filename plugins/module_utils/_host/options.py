# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of module ``host_service``."""

from __future__ import annotations

import typing as t

Options = dict[str, dict[str, t.Any]]

OWNED: Options = {
    "path": {"type": "path", "required": True},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
DIRECTORY: Options = {
    **OWNED,
    "mode": {"type": "str", "default": "0755"},
    "packaged": {"type": "bool", "default": False},
}
FILE: Options = {
    **OWNED,
    "mode": {"type": "str", "default": "0644"},
    "content": {"type": "str", "required": True, "no_log": True},
    "restarts": {"type": "bool", "default": False},
}
ACCOUNT: Options = {
    "user": {"type": "str", "required": True},
    "group": {"type": "str", "required": True},
    "comment": {"type": "str", "default": ""},
}
KERNEL: Options = {
    "sysctl": {"type": "dict", "default": {}},
    "sysctl_at_least": {"type": "dict", "default": {}},
    "transparent_hugepage": {"type": "str", "choices": ["never", "madvise", "always"]},
    "sysctl_file": {"type": "path"},
    "tmpfiles_file": {"type": "path"},
    "required": {"type": "bool", "default": False},
}
LISTEN: Options = {
    "address": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "tolerated": {"type": "list", "elements": "str", "default": []},
    "hint": {"type": "str", "required": True},
}
SYSTEMD: Options = {
    "required": {"type": "bool", "default": True},
    "hint": {"type": "str"},
}
SERVICE: Options = {
    "account": {"type": "dict", "options": ACCOUNT},
    "kernel": {"type": "dict", "options": KERNEL},
    "directories": {"type": "list", "elements": "dict", "default": [], "options": DIRECTORY},
    "files": {"type": "list", "elements": "dict", "default": [], "options": FILE},
    "units": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": ["started", "enabled", "stopped"], "default": "started"},
    "masked": {"type": "list", "elements": "str", "default": []},
    "systemd": {"type": "dict", "options": SYSTEMD},
    "logs": {"type": "list", "elements": "path"},
    "timeout": {"type": "float", "default": 300.0},
    "listen": {"type": "dict", "options": LISTEN},
    "look_at": {"type": "list", "elements": "str", "default": []},
}
