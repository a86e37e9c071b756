# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a running server has to load its users file: a pure function."""

from __future__ import annotations

from .._managed.model import Instance
from .canonical import changed_users
from .model import Present
from .steps import LoadUsers


def plan(one: Instance, present: Present, wanted: tuple[str, ...], file: str, replication_user: str) -> list[LoadUsers]:
    """Return the step that is left, if any; ``wanted`` is how the engine lists the users of the users file."""
    names = present.differing
    if names is None:
        names = tuple(changed_users(present.lines, wanted))
    if not present.lines or not names:
        return []
    if present.file != file:
        # It was started with another users file, or with none, and cannot load this one.
        return []
    return [LoadUsers(one.port, one.node, wanted, names, replication_user in names)]
