# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server can do, read from COMMAND INFO."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.capabilities import Capabilities, ask
from ansible_collections.almashooq.redis.plugins.module_utils._errors import PermissionDenied

ASKED = ["sentinel|failover", "cluster|migrateslots"]


class Server:
    """A connection with one answer."""

    def __init__(self, reply: object) -> None:
        self._reply = reply

    def pipeline(self, commands: t.Sequence[t.Sequence[object]], patience: float = 0.0) -> list[object]:
        assert list(commands) == [("COMMAND", "INFO", *ASKED)]
        return [self._reply]


def test_a_command_that_the_server_lacks_is_not_known() -> None:
    known = ask(t.cast("t.Any", Server([["sentinel|failover", -3, ["admin"], 0, 0, 0], None])), ASKED)
    assert known == Capabilities((("sentinel|failover", -3),))
    assert known.knows("sentinel|failover")
    assert not known.knows("cluster|migrateslots")


def test_of_a_server_that_refuses_to_answer_nothing_is_known() -> None:
    assert ask(t.cast("t.Any", Server(PermissionDenied("no right", node="a"))), ASKED) == Capabilities()


@pytest.mark.parametrize(
    ("arity", "words", "taken"), [(3, 3, True), (3, 4, False), (-3, 3, True), (-3, 4, True), (-3, 2, False)]
)
def test_a_negative_arity_takes_more_words(arity: int, words: int, taken: bool) -> None:
    assert Capabilities((("x", arity),)).takes("x", words) is taken


def test_an_unknown_command_takes_no_words() -> None:
    assert not Capabilities().takes("x", 1)
