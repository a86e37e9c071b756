# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs there are, what is refused, and what the figures say."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._load import checks, plan, render
from ansible_collections.almashooq.redis.plugins.module_utils._load.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._load.model import (
    Counters,
    Cpu,
    Generator,
    Measured,
    Primary,
    Run,
)

GENERATOR = Generator("generator", 4, "redis-benchmark 7.0.15")
IDLE = Cpu(20.0, 0.5, 1, (("a:1", 0.4),))


def desired(cpus: int = 4, **options: t.Any) -> Desired:
    defaults: dict[str, t.Any] = {
        "topology": "cluster",
        "kinds": ["read", "write", "mix"],
        "pipelines": [1, 16],
        "connections": 50,
        "value_bytes": 100,
        "keys": 10000,
        "read_percent": 80,
        "per_node": True,
        "seconds": 60.0,
        "timeout": 0.0,
        "threads": 0,
        "node_percent": 50.0,
        "targets": {},
    }
    return make_desired({**defaults, **options}, cpus)


def primary(name: str, *, room: int = 1 << 30, local: bool = False) -> Primary:
    address, _colon, port = name.partition(":")
    return Primary(name, address, int(port), "7", room, local)


THREE = [primary("a:1"), primary("b:1"), primary("c:1")]


def measured(ops: float, node: str | None = None, pipeline: int = 16, cpu: Cpu = IDLE, p99: float = 1.0) -> Measured:
    points = ((p99 / 2, 50), (p99, 99), (p99 * 3, 100))
    return Measured(Run("write", node, pipeline, 5.0), int(ops * 5), 5.0, points, cpu)


def test_runs_share_the_seconds_and_writes_come_first() -> None:
    runs = plan.make_runs(desired(), THREE)
    assert [(run.name, run.node, run.pipeline) for run in runs] == [
        ("write", None, 1),
        ("read", None, 1),
        ("mix", None, 1),
        ("write", None, 16),
        ("read", None, 16),
        ("mix", None, 16),
        *[("write", "a:1", 16), ("write", "b:1", 16), ("write", "c:1", 16)] * 3,
    ]
    assert [run.turn for run in runs] == [0] * 6 + [1] * 3 + [2] * 3 + [3] * 3
    assert sum(run.seconds for run in runs) == pytest.approx(60, abs=0.01)


def test_a_single_primary_is_not_measured_twice() -> None:
    runs = plan.make_runs(desired(topology="replication", kinds=["read"], pipelines=[1]), THREE[:1])
    assert runs == (Run("read", None, 1, 60.0),)


def test_what_is_over_is_not_planned_again() -> None:
    runs = plan.make_runs(desired(), THREE)
    for cut in range(len(runs) + 1):
        assert plan.left(runs, runs[:cut]) == list(runs[cut:])


@pytest.mark.parametrize(
    "options",
    [
        {"kinds": []},
        {"pipelines": []},
        {"pipelines": [0, 1]},
        {"connections": 0},
        {"value_bytes": 0},
        {"value_bytes": 1 << 30},
        {"keys": 0},
        {"read_percent": 100},
        {"node_percent": 101.0},
        {"threads": 501},
        {"seconds": 0.0},
        {"seconds": float("nan")},
        {"timeout": 10.0},
    ],
    ids=str,
)
def test_nonsense_is_refused_with_a_way_out(options: dict[str, t.Any]) -> None:
    with pytest.raises(Refused) as refused:
        desired(**options)
    assert refused.value.hint


def test_too_few_seconds_are_refused() -> None:
    with pytest.raises(Refused, match=r"5 seconds are too few for 9 runs. Give 9 or more"):
        plan.make_runs(desired(seconds=5.0), THREE)


def test_fewer_connections_than_primaries_are_refused() -> None:
    # The mix shares them out: ten for reads, of fifty, would do, and two do not.
    with pytest.raises(Refused, match="connections"):
        plan.make_runs(desired(connections=5), THREE)


def test_keys_that_do_not_fit_are_refused_and_the_node_is_named() -> None:
    with pytest.raises(Refused, match=r"^b:1: .*maxmemory"):
        plan.refuse_without_room(desired(), [primary("a:1"), primary("b:1", room=1000)])


@pytest.mark.parametrize(
    ("connections", "percent", "parts"),
    [
        (50, 80, (("read", 40, 0.8), ("write", 10, 0.2))),
        (2, 99, (("read", 1, 0.99), ("write", 1, 0.01))),
        (10, 1, (("read", 1, 0.01), ("write", 9, 0.99))),
    ],
)
def test_a_mix_is_reads_and_writes_side_by_side(connections: int, percent: int, parts: t.Any) -> None:
    found = plan.parts(desired(connections=connections, read_percent=percent), Run("mix", None, 1, 5.0))
    assert [(name, number, pytest.approx(share)) for name, number, share in parts] == list(found)


def test_the_number_of_requests_grows_by_steps_and_never_beyond_the_time_left() -> None:
    first = plan.next_requests(0, 0.0, 5.0, 50)
    assert first == plan.FIRST_REQUESTS
    assert plan.next_requests(first, 1e6, 5.0, 50) == first * plan.MAX_GROWTH
    assert plan.next_requests(10**6, 10000.0, 0.5, 50) == 5000
    assert plan.next_requests(10**6, 1.0, 0.5, 50) == 50


def test_keys_are_of_the_prefix_and_reach_the_node_that_is_measured() -> None:
    assert plan.key_of(desired(), None) == "almashooq:load:{tag}:__rand_int__"
    assert plan.key_of(desired(), primary("a:1")) == "almashooq:load:{7}:__rand_int__"
    assert plan.key_of(desired(topology="replication"), None) == "almashooq:load:__rand_int__"


def test_half_of_the_processors_generate() -> None:
    assert [desired(cpus).threads for cpus in (1, 2, 4, 64)] == [1, 1, 2, 8]


def test_a_slow_node_is_named_beside_its_peers() -> None:
    runs = [measured(60000, "a:1"), measured(20000, "b:1"), measured(62000, "c:1")]
    (found,) = checks.slow_nodes(desired(), runs)
    assert (found.node, found.severity) == ("b:1", "error")
    assert "b:1 does 20000 operations per second" in found.message
    assert "33 % of the 61000" in found.message


def test_all_turns_of_a_node_count_together() -> None:
    busy = Cpu(90.0, 0.9, 1, (("a:1", 0.2),))
    turns = [measured(60000, "a:1"), measured(9000, "b:1"), measured(20000, "a:1", cpu=busy), measured(55000, "b:1")]
    whole = measured(1, None)
    first, second, third = checks.joined_turns([whole, *turns])
    assert first == whole
    assert [(one.run.node, one.ops_per_second, one.seconds) for one in (second, third)] == [
        ("a:1", 40000, 10.0),
        ("b:1", 32000, 10.0),
    ]
    assert second.cpu == Cpu(55.0, 0.7, 1, (("a:1", pytest.approx(0.3)),))
    assert second.points[-1] == (3.0, 200)
    assert not list(checks.slow_nodes(desired(), [second, third]))


def test_nodes_alike_are_no_finding_and_a_single_one_has_no_peers() -> None:
    assert not list(checks.slow_nodes(desired(), [measured(60000, "a:1"), measured(31000, "b:1")]))
    assert not list(checks.slow_nodes(desired(), [measured(10, "a:1")]))


@pytest.mark.parametrize(
    ("cpu", "limited"),
    [
        (IDLE, False),
        (Cpu(97.0, 0.5, 1, (("a:1", 0.4),)), True),
        (Cpu(60.0, 0.99, 1, (("a:1", 0.4),)), True),
        (Cpu(60.0, 0.99, 1, (("a:1", 0.99),)), False),
        (Cpu(60.0, 0.99, 4, (("a:1", 0.4),)), False),
    ],
    ids=["idle", "all processors busy", "thread busy, servers not", "thread and server busy", "one thread of four"],
)
def test_the_generator_is_the_limit(cpu: Cpu, limited: bool) -> None:
    assert checks.is_limited(cpu) is limited
    assert bool(list(checks.limits(GENERATOR, [measured(1000, cpu=cpu)]))) is limited


def test_servers_on_the_generating_host_are_told() -> None:
    (found,) = checks.shared(GENERATOR, [primary("a:1", local=True), primary("b:1")])
    assert "generator is also the host of a:1:" in found.message


def test_targets_take_the_best_throughput_and_the_worst_latency_of_the_shallowest_pipeline() -> None:
    runs = [
        measured(50000, pipeline=1, p99=2.0),
        measured(40000, pipeline=1, p99=4.0),
        measured(200000, pipeline=16, p99=30.0),
        measured(90000, "a:1", pipeline=1, p99=99.0),
    ]
    rows = checks.targets(desired(targets={"ops_per_second": 100000.0, "p99_ms": 3.0}), runs)
    assert [(row["name"], row["measured"], row["met"]) for row in rows] == [
        ("ops_per_second", 200000.0, True),
        ("p99_ms", 4.0, False),
    ]
    assert "not reached: p99_ms" in render.summary(desired(targets={"p99_ms": 3.0}), runs)


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        (Counters(0.0, 0), Counters(1.0, 0), ""),
        (Counters(0.0, 0), Counters(1.0, 9, (("MOVED", 9),)), ""),
        (Counters(0.0, 0, (("OOM", 5),)), Counters(1.0, 0, (("OOM", 9),)), ""),
        (Counters(0.0, 2, (("OOM", 5),)), Counters(1.0, 4, (("OOM", 5),)), ""),
        (Counters(0.0, 2, (("OOM", 5),)), Counters(1.0, 4, (("ERR", 99), ("OOM", 7))), "OOM"),
    ],
    ids=["none", "of other clients' wrong nodes", "other commands'", "an old one", "the tool's"],
)
def test_commands_that_were_rejected_are_no_operations(before: Counters, after: Counters, error: str) -> None:
    assert checks.rejected(before, after) == error


def test_no_target_is_no_row() -> None:
    assert checks.targets(desired(), [measured(1000)]) == []
