# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How nodes are named and secrets are blanked in everything that people read."""

from __future__ import annotations

SECRET_SETTINGS = frozenset(
    "masterauth primaryauth requirepass tls-key-file-pass tls-client-key-file-pass auth-pass sentinel-pass".split()  # noqa: SIM905
)
MASK = "********"


def node_name(host: str, port: int) -> str:
    """Return ``host:port``, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
