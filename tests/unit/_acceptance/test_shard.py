# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reaching a shard: on a clock of the test's own, with nodes that give prepared answers."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import shard
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Unreachable

# What a node does from a moment on, in s: takes commands, refuses them, or is silent.
Story = t.Sequence[t.Tuple[float, str]]


class Clock:
    """Time that passes only during a wait."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Return the time in s."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class Nodes:
    """The nodes of a shard, each with its story, and the writers that go to them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stories: t.Sequence[Story]) -> None:
        self.clock = clock = Clock()
        self.asked = asked = [0] * len(stories)

        class Node:
            """A node that does as its story says."""

            def __init__(self, host: str, port: int, access: Access) -> None:
                self.node, self.port, self.limit = f"{host}:{port}", port, access.timeout

            def pipeline(self, commands: t.Sequence[t.Sequence[object]]) -> list[object]:
                """Answer, refuse, or let the limit of an exchange pass."""
                asked[self.port] += 1
                *_earlier, does = (does for since, does in stories[self.port] if since <= clock.now)
                clock.sleep(self.limit if does == "silent" else 0.001)
                if does == "silent":
                    raise Unreachable("no answer", node=self.node)
                if does == "refuses":
                    raise CollectionError("READONLY", node=self.node)
                return ["OK" for _command in commands]

        monkeypatch.setattr(shard, "Client", Node)
        monkeypatch.setattr(shard, "time", clock)
        self._endpoints = [("host", port) for port in range(len(stories))]

    def writer(self, beside: shard.Shard | None = None) -> shard.Shard:
        """Return a way to these nodes."""
        return shard.Shard(self._endpoints, Access(), beside=beside)

    def taken_after(self) -> float:
        """Return after how many s a command is taken."""
        self.writer().insist([("SET", "key", 1)], 60.0)
        return self.clock.now


def test_a_node_that_was_slow_once_is_soon_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the replica that takes over may have missed one answer: that is no gap of the shard."""
    frozen, replica = [(0.0, "silent")], [(0.0, "refuses")]
    successor = [(0.0, "silent"), (0.3, "refuses"), (1.0, "takes")]
    assert Nodes(monkeypatch, [frozen, successor, replica]).taken_after() < 1.0 + shard.ANSWER_WITHIN + 0.05


def test_a_frozen_node_is_not_asked_at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try of it costs the limit of an exchange."""
    nodes = Nodes(monkeypatch, [[(0.0, "silent")], [(0.0, "refuses"), (5.0, "takes")]])
    assert nodes.taken_after() < 5.0 + shard.ANSWER_WITHIN + 0.05
    assert nodes.asked[0] < 10


def test_of_two_writers_one_looks_at_a_frozen_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else both would be looking when another node takes over, and the gap would seem longer by that look."""
    nodes = Nodes(monkeypatch, [[(0.0, "silent")], [(0.0, "refuses")]])
    first = nodes.writer()
    both = [first, nodes.writer(beside=first)]
    for _round in range(400):
        for one in both:
            with contextlib.suppress(CollectionError):
                one.command("SET", "key", 1)
        nodes.clock.sleep(shard.BREATH)
    assert 3 < nodes.asked[0] <= nodes.clock.now / shard.SILENT_FOR + len(both)


def test_a_node_that_answers_again_is_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A primary that was thawed takes writes at once, from both writers."""
    nodes = Nodes(monkeypatch, [[(0.0, "silent"), (1.0, "takes")], [(0.0, "refuses")]])
    first = nodes.writer()
    second = nodes.writer(beside=first)
    first.insist([("SET", "key", 1)], 60.0)
    second.insist([("SET", "key", 1)], 60.0)
    assert nodes.clock.now < 1.0 + shard.SILENT_FOR + shard.ANSWER_WITHIN
