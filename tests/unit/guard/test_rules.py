# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an instance may start: tables of what its disk, its peers and its Sentinels say."""

from __future__ import annotations

import importlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "roles" / "redis_node" / "files"))
rules = importlib.import_module("guard_rules")

ME, OTHER, THIRD = "a" * 40, "b" * 40, "c" * 40
HERE, THERE, ELSEWHERE = ("192.0.2.1", 7000), ("192.0.2.2", 7000), ("192.0.2.3", 7000)
SLOTS = frozenset(range(100))
BEHIND = rules.Disk(empty=False, replid="history", offset=50)
EVEN = rules.Disk(empty=False, replid="history", offset=100)
EMPTY = rules.Disk()
AOF = rules.Disk(complete=True, empty=False)
LIMITS = rules.Limits(usual=3.0, longest=7.0)


def member(number, address=THERE, flags="slave", primary="", epoch=1, slots=frozenset()):
    """Return a line of CLUSTER NODES."""
    return rules.Member(number, address, frozenset(flags.split(",")), primary, epoch, slots)


OWN = member(ME, HERE, "myself,master", epoch=3, slots=SLOTS)
SEEN = member(ME, HERE, "master", epoch=3, slots=SLOTS)
FAILED = member(ME, HERE, "master,fail", epoch=3, slots=SLOTS)


def replica(view=(SEEN,), primary=ME, address=THERE, **info):
    """Return a replica in touch until a moment ago, with data."""
    reported = {"slave_repl_offset": "100", "master_replid": "history", "db0": "keys=1", **info}
    mine = member(OTHER, address, "myself,slave", primary)
    return rules.Peer(address, rules.ANSWERED, reported, (mine, *view))


def promoted(epoch=4, slots=SLOTS):
    """Return a replica that has won."""
    mine = member(OTHER, THERE, "myself,master", epoch=epoch, slots=slots)
    return rules.Peer(THERE, rules.ANSWERED, {}, (mine, member(ME, HERE, "master,fail", slots=SLOTS - slots)))


def primary(view=(SEEN,)):
    """Return another shard's primary."""
    mine = member(THIRD, ELSEWHERE, "myself,master", slots=frozenset({9000}))
    third = member("d" * 40, ELSEWHERE, "master", slots=frozenset({9001}))
    return rules.Peer(ELSEWHERE, rules.ANSWERED, {}, (mine, third, *view))


SILENT = rules.Peer(THERE, rules.UNKNOWN, why="timed out")
DEAD = rules.Peer(THERE, rules.REFUSED)
SILENT_ELSEWHERE = rules.Peer(ELSEWHERE, rules.UNKNOWN, why="timed out")
DEAD_ELSEWHERE = rules.Peer(ELSEWHERE, rules.REFUSED)


@pytest.mark.parametrize(
    ("disk", "peers", "elapsed", "action"),
    [
        pytest.param(EMPTY, [replica()], 0, "wait", id="an empty disk waits for a replica with data"),
        pytest.param(BEHIND, [replica()], 0, "wait", id="an older snapshot waits"),
        pytest.param(EVEN, [replica()], 0, "start", id="a snapshot of a clean stop has everything"),
        pytest.param(EVEN, [replica(master_replid="another")], 0, "wait", id="another history cannot be compared"),
        pytest.param(BEHIND, [replica(slave_repl_offset="50")], 0, "start", id="a replica that lags is no reason"),
        pytest.param(BEHIND, [DEAD], 0, "start", id="no replica runs"),
        pytest.param(BEHIND, [], 0, "start", id="nobody to ask"),
        pytest.param(BEHIND, [SILENT], 0, "wait", id="a replica that does not answer may have data"),
        pytest.param(BEHIND, [SILENT], 3.1, "start", id="and is waited for within bounds"),
        pytest.param(EMPTY, [replica(slave_repl_offset="-1")], 0, "start", id="a replica before its first copy"),
        pytest.param(EMPTY, [replica(master_sync_in_progress="1")], 0, "start", id="a replica in its first copy"),
        pytest.param(BEHIND, [replica(primary=THIRD)], 0, "start", id="a replica that follows another one now"),
        pytest.param(BEHIND, [promoted()], 0, "start", id="a replica has taken over"),
        pytest.param(BEHIND, [promoted(), replica(address=ELSEWHERE)], 0, "start", id="the other one follows soon"),
        pytest.param(BEHIND, [promoted(epoch=3), replica()], 0, "wait", id="no promotion without a new epoch"),
        pytest.param(BEHIND, [promoted(slots=frozenset({1})), replica()], 0, "wait", id="some slots are not all"),
        pytest.param(BEHIND, [replica(), primary()], 3.1, "start", id="nobody replaced it"),
        pytest.param(BEHIND, [replica(), primary([FAILED])], 3.1, "wait", id="it is agreed that it failed"),
        pytest.param(BEHIND, [replica(), primary([FAILED])], 7.1, "start", id="never for ever"),
    ],
)
def test_a_primary_of_a_cluster(disk, peers, elapsed, action):
    decision = rules.cluster(OWN, disk, peers, [THERE], elapsed, LIMITS)
    assert decision.action == action, decision.reason
    assert decision.reason


LAST, MISSING = (member(number, ELSEWHERE, flags, slots=frozenset({9000})) for number, flags in
                 ((THIRD, "master"), ("d" * 40, "master,fail?")))  # fmt: skip
LEFT = (member(ME, HERE, "master,fail?", epoch=3, slots=SLOTS), LAST, MISSING)
# Another instance on the host of the second replica.
NEIGHBOUR = rules.Peer((ELSEWHERE[0], 7001), rules.ANSWERED, {}, (member("e" * 40, flags="myself,slave"), *LEFT))


@pytest.mark.parametrize(
    ("peers", "handed_over", "elapsed", "action"),
    [
        pytest.param([replica(LEFT)], False, 2.9, "wait", id="not before an election would have been over"),
        pytest.param([replica(LEFT)], False, 3.1, "hand over", id="two of three primaries are gone"),
        pytest.param([replica(LEFT)], True, 3.1, "start", id="once"),
        pytest.param([replica((SEEN, LAST))], False, 3.1, "hand over", id="one of two primaries cannot elect"),
        pytest.param([replica(LEFT), primary([FAILED, LAST])], False, 3.1, "wait", id="another one sees a majority"),
        pytest.param(
            [replica(LEFT), replica(LEFT, address=ELSEWHERE, slave_repl_offset="90")],
            False,
            3.1,
            "hand over",
            id="the one with more",
        ),
        pytest.param(
            [replica(LEFT), DEAD_ELSEWHERE, NEIGHBOUR], False, 3.1, "hand over", id="the other one does not run"
        ),
        pytest.param([replica(LEFT), DEAD_ELSEWHERE], False, 3.1, "start", id="a firewall refuses, too"),
        pytest.param([replica(LEFT), SILENT_ELSEWHERE], False, 3.1, "start", id="the other one may have been elected"),
        pytest.param([SILENT], False, 3.1, "start", id="nobody tells how many are gone"),
    ],
)
def test_a_primary_of_a_cluster_that_has_lost_most_primaries(peers, handed_over, elapsed, action):
    decision = rules.cluster(OWN, BEHIND, peers, [THERE, ELSEWHERE], elapsed, LIMITS, handed_over=handed_over)
    assert decision.action == action, decision.reason
    assert decision.primary == (THERE if action == "hand over" else None)


@pytest.mark.parametrize(
    ("disk", "reported", "action"),
    [
        pytest.param(EMPTY, {}, "hand over", id="an empty disk"),
        pytest.param(
            rules.Disk(empty=False), {}, "start", id="the file of a crashed host has what the replica may lack"
        ),
        pytest.param(BEHIND, {"master_replid": "another"}, "start", id="another history"),
        pytest.param(
            BEHIND,
            {"master_replid": "another", "master_replid2": "history", "second_repl_offset": "51"},
            "hand over",
            id="an earlier history",
        ),
        pytest.param(
            BEHIND,
            {"master_replid": "another", "master_replid2": "history", "second_repl_offset": "50"},
            "start",
            id="the disk went on after they parted",
        ),
    ],
)
def test_only_a_replica_that_has_all_of_the_disk_takes_over(disk, reported, action):
    peer = replica(LEFT, **reported)
    assert rules.cluster(OWN, disk, [peer], [THERE], 3.1, LIMITS).action == action


def test_a_replica_without_keys_takes_nothing_over():
    reported = {key: value for key, value in replica().info.items() if key != "db0"}
    peer = rules.Peer(THERE, rules.ANSWERED, reported, replica(LEFT).view)
    assert rules.cluster(OWN, BEHIND, [peer], [THERE], 3.1, LIMITS).action == "start"


def test_two_empty_data_sets_are_equal():
    empty = {key: value for key, value in replica().info.items() if key != "db0"}
    peer = rules.Peer(THERE, rules.ANSWERED, empty, replica().view)
    assert rules.cluster(OWN, EMPTY, [peer], [THERE], 0, LIMITS).action == "start"


@pytest.mark.parametrize(
    ("own", "known", "disk", "word"),
    [
        (None, [], EMPTY, "no cluster"),
        (member(ME, HERE, "myself,slave", OTHER), [], EMPTY, "replica"),
        (member(ME, HERE, "myself,master"), [], EMPTY, "no slots"),
        (OWN, [member(OTHER, primary=THIRD)], EMPTY, "no replica"),
        (OWN, [member(OTHER, primary=ME)], AOF, "append-only"),
        (OWN, [member(OTHER, primary=ME)], BEHIND, ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_needs_no_question(own, known, disk, word):
    reason = rules.cluster_at_once(own, known, disk)
    assert bool(reason) == bool(word)
    assert word in reason


def sentinel(named=HERE, flags="master", state=rules.ANSWERED, replicas=(HERE,)):
    """Return a Sentinel's answer."""
    return rules.Sentinel(state, named, frozenset(flags.split(",")), frozenset(replicas))


def follower(of=HERE, **info):
    """Return an instance that is a replica of that."""
    reported = {"role": "slave", "master_host": of[0], "master_port": str(of[1]), "slave_repl_offset": "100"}
    return rules.Peer(THERE, rules.ANSWERED, {**reported, "master_replid": "history", "db0": "keys=1", **info})


ALONE = rules.Peer(THERE, rules.ANSWERED, {"role": "master"})
ABSENT = sentinel(None, state=rules.REFUSED)


@pytest.mark.parametrize(
    ("disk", "peers", "sentinels", "elapsed", "action"),
    [
        pytest.param(EMPTY, [follower()], [sentinel()] * 3, 0, "wait", id="a replica has data"),
        pytest.param(EVEN, [follower()], [sentinel()] * 3, 0, "start", id="a snapshot of a clean stop has everything"),
        pytest.param(AOF, [follower()], [sentinel()] * 3, 0, "start", id="an append-only file has everything"),
        pytest.param(
            AOF, [follower()], [sentinel(flags="master,o_down")] * 3, 0, "wait", id="a failover is on its way"
        ),
        pytest.param(AOF, [follower()], [sentinel(THERE)] * 3, 0, "follow", id="another one was promoted"),
        pytest.param(AOF, [], [sentinel(THERE, replicas=[ELSEWHERE])] * 3, 0, "start", id="they never knew it"),
        pytest.param(EMPTY, [], [sentinel(THERE), sentinel(THERE), ABSENT], 0, "follow", id="two of three name it"),
        pytest.param(EMPTY, [], [sentinel(THERE), sentinel(), ABSENT], 0, "start", id="one of three is no majority"),
        pytest.param(EMPTY, [], [sentinel(THERE), ABSENT, ABSENT], 0, "start", id="nor is the only one that answers"),
        pytest.param(EMPTY, [ALONE], [ABSENT] * 3, 0, "start", id="a set that is not made yet"),
        pytest.param(EMPTY, [follower(ELSEWHERE)], [sentinel()] * 3, 0, "start", id="a replica of another one"),
        pytest.param(EMPTY, [SILENT], [sentinel()] * 3, 0, "wait", id="an instance that does not answer"),
        pytest.param(EMPTY, [follower()], [ABSENT] * 3, 3.1, "start", id="all start at once: within bounds"),
        pytest.param(EMPTY, [follower()], [sentinel(flags="o_down")] * 3, 3.1, "wait", id="longer while it goes on"),
        pytest.param(EMPTY, [follower()], [sentinel(flags="o_down")] * 3, 7.1, "start", id="never for ever"),
    ],
)
def test_an_instance_under_sentinel(disk, peers, sentinels, elapsed, action):
    decision = rules.sentinel_set([HERE], disk, peers, sentinels, elapsed, LIMITS)
    assert decision.action == action, decision.reason
    assert decision.primary == (THERE if action == "follow" else None)


def test_it_never_follows_itself_under_another_of_its_addresses():
    named = [sentinel(ELSEWHERE)] * 3
    assert rules.sentinel_set([HERE, ELSEWHERE], EMPTY, [], named, 0, LIMITS).action == "start"


def test_bounds_are_those_that_were_measured():
    assert rules.cluster_limits(5.0).usual == 9.0
    assert rules.sentinel_limits(5.0, 10.0).usual == 7.0
