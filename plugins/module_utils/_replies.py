# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what servers write: INFO, numbers, versions."""

from __future__ import annotations


def parse_info(reply: str) -> dict[str, str]:
    """Read ``name:value`` lines as INFO and CLUSTER INFO give them; other lines are passed over."""
    lines = (line for line in reply.split("\r\n") if ":" in line and not line.startswith("#"))
    return {name: value for name, _colon, value in (line.partition(":") for line in lines)}


def number(text: str | None) -> int:
    """Return a whole number that a server wrote, 0 where it wrote none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0


def version(info: dict[str, str]) -> str:
    """Return engine and version from INFO's server section, as ``valkey 8.1.8``."""
    # Every Valkey says redis_version:7.2.4 for the sake of old clients.
    if info.get("server_name") == "valkey":
        return f"valkey {info.get('valkey_version', '')}"
    return f"redis {info.get('redis_version', '')}"
