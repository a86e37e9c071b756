# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what servers write: INFO, numbers, versions."""

from __future__ import annotations

import re
import typing as t

_SIZE = re.compile(r"(\d+)(b|kb?|mb?|gb?)?", re.IGNORECASE)
# The engine's rule: 1k is 1000 bytes and 1kb is 1024, in any case.
_UNITS = {"": 1, "b": 1, "k": 10**3, "kb": 2**10, "m": 10**6, "mb": 2**20, "g": 10**9, "gb": 2**30}


def parse_info(reply: str) -> dict[str, str]:
    """Read ``name:value`` lines as INFO and CLUSTER INFO give them; other lines are passed over."""
    lines = (line for line in reply.split("\r\n") if ":" in line and not line.startswith("#"))
    return {name: value for name, _colon, value in (line.partition(":") for line in lines)}


def pairs(reply: t.Sequence[t.Any]) -> dict[str, t.Any]:
    """Return a flat list of names and values, as servers answer, as a dictionary."""
    return dict(zip(reply[0::2], reply[1::2]))


def fields(text: str) -> dict[str, str]:
    """Read ``name=value,name=value``, as INFO has it in one line."""
    return {name: value for name, _equals, value in (word.partition("=") for word in text.split(","))}


def number(text: str | None) -> int:
    """Return a whole number that a server wrote, 0 where it wrote none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0


def size(text: object) -> int | None:
    """Return the bytes that an engine reads in a size (``100mb``), or nothing where it would refuse it."""
    match = _SIZE.fullmatch(str(text).strip())
    return int(match[1]) * _UNITS[(match[2] or "").lower()] if match else None


def version(info: dict[str, str]) -> str:
    """Return engine and version from INFO's server section, as ``valkey 8.1.8``."""
    # Every Valkey says redis_version:7.2.4 for the sake of old clients.
    if info.get("server_name") == "valkey":
        return f"valkey {info.get('valkey_version', '')}"
    return f"redis {info.get('redis_version', '')}"
