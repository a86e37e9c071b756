# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reaching a shard, whichever node is its primary, as quickly as any client could: its nodes are tried in turn.

A node that refuses (it is a replica, or the cluster is down) is left at once.  One that is silent is left alone for a
while, and then tried by one of a shard's writers only: a try costs the limit of an exchange, and if all of them
tried at the same time, what takes over meanwhile would seem to come later than it does.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._client import Access, Client
from .._errors import CollectionError, Unreachable

SILENT_FOR = 0.5  # s: a node that missed one answer on a busy machine may be the one that takes over next
BREATH = 0.01  # s between two tries: a loop that takes the processor helps no client
ANSWER_WITHIN = 0.2

Endpoint = t.Tuple[str, int]


class Shard:
    """One connection to each node of a shard; commands go to the one that took the last write."""

    def __init__(
        self,
        nodes: t.Sequence[Endpoint],
        access: Access,
        answer_within: float = ANSWER_WITHIN,
        beside: Shard | None = None,
    ) -> None:
        """``beside`` is what another writer of this shard uses: the two share what they know of silent nodes."""
        quick = dataclasses.replace(access, timeout=answer_within)
        self._clients = [Client(host, port, quick) for host, port in nodes]
        self._silent_until: list[float] = beside._silent_until if beside else [0.0] * len(nodes)
        self._at = 0

    @property
    def node(self) -> str:
        """Return the name of the node that took the last command."""
        return self._clients[self._at].node

    def command(self, *command: object) -> t.Any:
        """Send one command where the last one was taken; when that fails turn to the next node, and raise."""
        return self.pipeline([command])[0]

    def pipeline(self, commands: t.Sequence[t.Sequence[object]]) -> list[t.Any]:
        """Send commands in one go; the first refusal is raised."""
        client = self._clients[self._at]
        started = time.monotonic()
        try:
            replies = client.pipeline(commands)
            for reply in replies:
                if isinstance(reply, CollectionError):
                    raise reply
            return replies
        except CollectionError as error:
            slow = time.monotonic() - started > 0.9 * ANSWER_WITHIN
            silent = isinstance(error, Unreachable) and slow
            self._silent_until[self._at] = time.monotonic() + SILENT_FOR if silent else 0.0
            self._turn()
            raise

    def insist(self, commands: t.Sequence[t.Sequence[object]], deadline: float) -> list[t.Any]:
        """Send commands, which may be repeated, until one of the nodes takes them; raise its error at the deadline."""
        while True:
            try:
                return self.pipeline(commands)
            except CollectionError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(BREATH)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients:
            client.close()

    def _turn(self) -> None:
        now = time.monotonic()
        order = [(self._at + step) % len(self._clients) for step in range(1, len(self._clients) + 1)]
        self._at = next((one for one in order if self._silent_until[one] <= now), order[0])
        if self._silent_until[self._at]:
            # This one looks; the other writers leave the node alone for as long again.
            self._silent_until[self._at] = now + SILENT_FOR
