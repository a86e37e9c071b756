# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which directives take a list: lines that add up, values on one line, or neither.

Tried on Redis 7.0 and Valkey 8.0 (a test tries every engine): of a directive that is in neither table, the engine
keeps the last line and drops the others without a word.
"""

from __future__ import annotations

from .._errors import Refused

# Each line adds to those before it.
ACCUMULATING = frozenset(
    ["save", "client-output-buffer-limit", "rename-command", "loadmodule", "user", "include", "sentinel"]
)
# One line with several values, separated by spaces.
ON_ONE_LINE = frozenset(
    [
        "bind",
        "rdma-bind",
        "latency-tracking-info-percentiles",
        "oom-score-adj-values",
        "shutdown-on-sigint",
        "shutdown-on-sigterm",
    ]
)
# One quoted value with several words in it.
IN_ONE_VALUE = frozenset(["tls-protocols"])


def joined(name: str, texts: list[str], where: str) -> list[str]:
    """Return the lines of a directive that was given as a list, as the engine takes all of it."""
    if len(texts) < 2 or name in ACCUMULATING:
        return texts
    if name in ON_ONE_LINE:
        return [" ".join(texts)]
    if name in IN_ONE_VALUE:
        return ['"' + " ".join(text.strip("\"'") for text in texts) + '"']
    raise Refused(
        f"{where}: {name!r} is a list of {len(texts)} values, and the engine would keep only the last one",
        hint="Write one value, as on its line in redis.conf.",
    )
