# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users file: who may log in to a server, with hashes in place of passwords."""

from __future__ import annotations

import hashlib
import typing as t

from .model import Account

DEFAULT_IS_OFF = "user default off resetpass resetkeys resetchannels -@all"


def users_text(accounts: t.Sequence[Account]) -> str:
    """Return the users file: no comments, because the engine takes none there."""
    lines = [_line(account) for account in accounts]
    if not any(account.name == "default" for account in accounts):
        lines.insert(0, DEFAULT_IS_OFF)
    return "\n".join(lines) + "\n"


def _line(account: Account) -> str:
    # In the order of the hashes: in which order passwords are listed makes no difference, and no change.
    hashes = sorted(hashlib.sha256(password.encode()).hexdigest() for password in account.passwords)
    words = ["user", account.name, "on", *(f"#{one}" for one in hashes)]
    return " ".join([*words, account.rules]).rstrip()
