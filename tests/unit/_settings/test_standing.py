# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a member has lost its place in its deployment, from two observations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._settings.standing import (
    Sight,
    Standing,
    is_known,
    is_local,
    unheard,
    worse,
)

HERE = "192.0.2.11:7000@17000"
SEEN = Sight(HERE, ("master",), "connected", 100)
NODE = Standing("master", "ok", "", 1, HERE, {"peer": SEEN})
REPLICA = Standing("slave", "", "up")


@pytest.mark.parametrize(
    ("before", "changes", "words"),
    [
        (NODE, {}, ""),
        (NODE, {"unreached": "no answer: timed out"}, "a new connection to its address fails: no answer"),
        (NODE, {"state": "fail"}, "cluster_state:fail"),
        (NODE, {"replicas": 0}, "0 of its 1 replicas are online"),
        # After a failover it has no replicas of its own any more.
        (NODE, {"replicas": 0, "role": "slave"}, ""),
        (NODE, {"replicas": 2}, ""),
        (
            NODE,
            {"sights": {"peer": replace(SEEN, flags=("fail?", "master"))}},
            "for its peer peer, it is flagged fail?",
        ),
        (NODE, {"sights": {"peer": replace(SEEN, link="disconnected")}}, "the link to it is disconnected"),
        (NODE, {"sights": {"peer": Sight(problem="no answer")}}, "which does not answer (no answer)"),
        (NODE, {"sights": {}}, "it is gone"),
        (replace(NODE, sights={"peer": Sight(problem="no answer")}), {"sights": {}}, ""),
        (replace(NODE, state="fail"), {}, ""),
        (REPLICA, {"link": "down"}, "its link to its primary is down"),
        (REPLICA, {"link": "", "role": "master"}, ""),
        (replace(REPLICA, link="down"), {}, ""),
    ],
)
def test_what_was_there_before_and_is_there_no_more_is_a_loss(before, changes, words):
    lost = worse(before, replace(before, **changes))
    assert words in lost if words else not lost


def test_a_peer_has_heard_when_its_pong_is_newer():
    assert "its peer peer has not heard" in unheard(NODE, NODE)
    assert unheard(NODE, replace(NODE, sights={"peer": replace(SEEN, pong=101)})) == ""
    assert unheard(replace(NODE, sights={"peer": replace(SEEN, flags=("fail",))}), NODE) == ""


def test_a_new_address_is_known_when_every_peer_that_answers_has_it():
    assert is_known(NODE)
    assert not is_known(replace(NODE, endpoint="192.0.2.12:7000@17000"))
    assert is_known(replace(NODE, sights={"peer": Sight(problem="no answer")}))


@pytest.mark.parametrize(
    ("names", "local"),
    [
        (["maxmemory", "save", "appendonly", "maxmemory-policy"], True),
        (["maxmemory", "bind"], False),
        (["cluster-announce-ip"], False),
        (["maxmemory-clients"], False),
        (["a-setting-of-tomorrow"], False),
        (["client-output-buffer-limit"], False),
    ],
)
def test_only_settings_that_are_known_to_be_local_need_no_word_from_peers(names, local):
    assert is_local(names) is local
