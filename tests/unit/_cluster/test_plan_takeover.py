# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a switchover may be tried, and what proves that it happened."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_takeover import (
    Tenure,
    node_timeout,
    parse_tenure,
    unproven,
    unready,
    wait,
)

from .worlds import change, completed, failed_over, wish

DONE = completed(wish(["a", "a", "b", "b", "c", "c"]))
PRIMARY = next(node for node in DONE.nodes if node.slots)
REPLICA = next(node for node in DONE.nodes if node.myself.primary_id == PRIMARY.id)
AFTER = failed_over(DONE, REPLICA.name)

REDIS, VALKEY = "redis 7.0.15", "valkey 8.0.1"


@pytest.mark.parametrize(
    ("tenure", "timeout", "seconds"),
    [
        (Tenure(REDIS, links=(3,)), 2.0, 6.0),
        (Tenure(REDIS, links=(8,)), 2.0, 1.0),
        (Tenure(REDIS, links=(9,)), 2.0, 0.0),
        (Tenure("redis 8.6.3", links=(3,)), 2.0, 6.0),
        (Tenure(VALKEY, links=(3,)), 2.0, 6.0),
        (Tenure("valkey 8.1.0", links=(3,)), 2.0, 0.0),
        (Tenure("valkey 9.1.2", links=()), 2.0, 0.0),
        (Tenure(REDIS, links=(2,)), 0.1, 3.0),
        (Tenure(REDIS, links=(1, 30)), 2.0, 0.0),
        (Tenure(REDIS, links=(1,), uptime=30, promoted=False), 2.0, 0.0),
        (Tenure(REDIS, links=(1,), uptime=30, promoted=True), 2.0, 8.0),
        (Tenure(REDIS), 5.0, 21.0),
        (Tenure("", links=(3,)), 2.0, 6.0),
    ],
    ids=str,
)
def test_a_shard_is_left_alone_for_four_node_timeouts(tenure: Tenure, timeout: float, seconds: float) -> None:
    assert wait(tenure, timeout) == seconds


def test_the_longest_node_timeout_counts() -> None:
    state = change(DONE, REPLICA.name, settings=(("cluster-node-timeout", "15000"),))
    assert node_timeout(state) == 15.0


def test_a_primary_tells_how_long_it_has_been_one() -> None:
    clients = (
        "id=9 addr=192.0.2.1:40000 laddr=192.0.2.2:7000 fd=12 name= age=61 idle=1 flags=S db=0 cmd=psync\n"
        "id=12 addr=192.0.2.3:40000 fd=13 name= age=7 idle=0 flags=S cmd=replconf lib-name= resp=2\n"
    )
    server = "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:90\r\n"
    replication = f"# Replication\r\nrole:master\r\nmaster_replid2:{'0' * 40}\r\n"
    assert parse_tenure(clients, server, replication, []) == Tenure(REDIS, 90, False, (61, 7))
    replication = replication.replace("0" * 40, "a" * 40)
    promoted = parse_tenure("", server, replication, ["cluster-manual-failover-timeout", "7000"])
    assert promoted == Tenure(REDIS, 90, True, (), 7.0)
    assert (promoted.seconds, wait(promoted, 5.0)) == (0, 21.0)


def linked(count: int) -> Observed:
    """Return a state in which so many of the three primaries have a bus link to the candidate."""
    state = DONE
    for index, node in enumerate(one for one in DONE.nodes if one.slots):
        view = tuple(
            dataclasses.replace(line, connected=index < count) if line.id == REPLICA.id else line for line in node.view
        )
        state = change(state, node.name, view=view)
    return state


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (DONE, ""),
        (linked(2), ""),
        (linked(1), "1 of 3 primaries have a bus link"),
        (change(DONE, REPLICA.name, link_up=False), "no link to"),
        (AFTER, "is not a replica of"),
    ],
    ids=["ready", "a majority is linked", "no majority is linked", "no link", "switched already"],
)
def test_a_candidate_that_would_get_no_votes_is_waited_for(state: Observed, message: str) -> None:
    told = unready(state, REPLICA.name, PRIMARY.name)
    assert message in told
    assert bool(told) == bool(message)


def claimed(**changes: t.Any) -> Observed:
    """Return the state of a takeover without an election: only the candidate calls itself primary."""
    line = dataclasses.replace(
        REPLICA.myself, flags=frozenset({"master"}), primary_id=None, slots=PRIMARY.slots, **changes
    )
    return change(DONE, REPLICA.name, myself=line)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (AFTER, ""),
        (DONE, "owns no slot"),
        (claimed(config_epoch=PRIMARY.myself.config_epoch - 1), "not above"),
        (claimed(config_epoch=PRIMARY.myself.config_epoch), "not above"),
        (claimed(config_epoch=99), "does not follow"),
        (change(AFTER, PRIMARY.name, problem="unreachable"), "unreachable"),
    ],
    ids=["won", "not yet", "old votes, older epoch", "old votes, same epoch", "not followed", "gone"],
)
def test_a_takeover_is_believed_only_with_a_new_epoch_and_a_follower(state: Observed, message: str) -> None:
    told = unproven(DONE, state, REPLICA.name, PRIMARY.name)
    assert message in told
    assert bool(told) == bool(message)
