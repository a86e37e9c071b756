# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting to a shard: on a clock of the test's own, with nodes that answer as they are told."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import shard
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Unreachable

# What a node does from a moment on, in s: takes commands, refuses them, or is silent.
Story = t.Sequence[t.Tuple[float, str]]


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Return the time in s."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def reached(monkeypatch: pytest.MonkeyPatch, stories: t.Sequence[Story]) -> tuple[float, int]:
    """Return after how many s one of the nodes takes a command, and how often the first node was asked."""
    clock, asked = Clock(), []

    class Node:
        """A node that does as its story says."""

        def __init__(self, host: str, port: int, access: Access) -> None:
            self.node, self.limit, self.story = f"{host}:{port}", access.timeout, stories[port]

        def pipeline(self, commands: t.Sequence[t.Sequence[object]]) -> list[object]:
            """Answer, refuse, or let the limit of an exchange pass."""
            asked.append(self.node)
            *_earlier, does = (does for since, does in self.story if since <= clock.now)
            clock.sleep(self.limit if does == "silent" else 0.001)
            if does == "silent":
                raise Unreachable("no answer", node=self.node)
            if does == "refuses":
                raise CollectionError("READONLY", node=self.node)
            return ["OK" for _command in commands]

    monkeypatch.setattr(shard, "Client", Node)
    monkeypatch.setattr(shard, "time", clock)
    shard.Shard([("host", port) for port in range(len(stories))], Access()).insist([("SET", "key", 1)], 60.0)
    return clock.now, asked.count("host:0")


def test_a_node_that_was_slow_once_is_soon_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the replica that takes over may have missed one answer: that is no gap of the shard."""
    frozen, replica = [(0.0, "silent")], [(0.0, "refuses")]
    successor = [(0.0, "silent"), (0.3, "refuses"), (1.0, "takes")]
    seconds, _asked = reached(monkeypatch, [frozen, successor, replica])
    assert seconds < 1.0 + shard.ANSWER_WITHIN + 0.05


def test_a_frozen_node_is_not_asked_at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at it costs the limit of an exchange, and would be taken for a gap of the shard."""
    seconds, asked = reached(monkeypatch, [[(0.0, "silent")], [(0.0, "refuses"), (5.0, "takes")]])
    assert seconds < 5.0 + shard.ANSWER_WITHIN + 0.05
    assert asked < 10
