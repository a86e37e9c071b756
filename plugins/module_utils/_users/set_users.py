# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of a server that must not load its users file: the commands instead."""

from __future__ import annotations

import re
import typing as t


def crashes_at_load(version: str, role: str) -> bool:
    """Return whether ACL LOAD ends this server: that of a replica of Valkey 8.0 and 8.1.0 does (valkey#1832)."""
    return role == "slave" and re.fullmatch(r"valkey (8\.0\.\d+|8\.1\.0)", version) is not None


def commands_for(text: str, present: t.Iterable[str]) -> list[tuple[str, ...]]:
    """Return the commands that bring the users of a running server to those of a users file, without ACL LOAD."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    wanted = {words[1] for words in lines}
    gone = sorted({line.split()[1] for line in present} - wanted - {"default"})
    setting = [("ACL", "SETUSER", words[1], "reset", *words[2:]) for words in lines]
    return [*setting, *(("ACL", "DELUSER", name) for name in gone)]
