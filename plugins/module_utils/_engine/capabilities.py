# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server can do, by its own word: never concluded from its version."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._client import Client
from .._errors import CollectionError


@dataclass(frozen=True)
class Capabilities:
    """The commands that a server knows of those it was asked about, with the number of words that each takes."""

    arity: tuple[tuple[str, int], ...] = ()

    def knows(self, command: str) -> bool:
        """Return whether the server has the command; ``container|subcommand`` is one, too."""
        return command in dict(self.arity)

    def takes(self, command: str, words: int) -> bool:
        """Return whether the command may have so many words, its own name among them."""
        arity = dict(self.arity).get(command, 0)
        return words == arity or (arity < 0 and words >= -arity)


def ask(client: Client, commands: t.Sequence[str]) -> Capabilities:
    """Ask a server about commands; of one that refuses to answer (COMMAND INFO needs a right) nothing is known.

    https://redis.io/docs/latest/commands/command-info/: name and arity come first, negative when more words may follow.
    Raises Unreachable and the like where there is no conversation.
    """
    reply = client.pipeline([("COMMAND", "INFO", *commands)])[0]
    if isinstance(reply, CollectionError):
        return Capabilities()
    return Capabilities(tuple((str(one[0]), int(one[1])) for one in reply if one))
