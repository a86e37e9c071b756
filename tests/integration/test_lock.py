# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock on real servers: whatever closes its connections, there are never two at work."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Locked, Unreachable

from .fleet import PASSWORD, Fleet, until
from .locks import BREAKS, SecondRun, forms, kill_normal, lock, marks, restart
from .sentinel_fleet import SECRETS, SentinelFleet

ACCESS = Access("default", PASSWORD, timeout=2)
SENTINEL_ACCESS = Access("admin", SECRETS["admin"], timeout=2)
ROOT = pathlib.Path(__file__).resolve().parents[2]
PHASE = 4.0  # s: longer than idle connections live, and than a run waits that has seen another


def fleet_of(engine: pathlib.Path, first_port: int, count: int = 3) -> Fleet:
    return Fleet(engine, count, first_port, cluster_enabled="no")


@pytest.mark.parametrize("what", BREAKS)
def test_never_two_at_work_when_all_marks_are_lost(engine: pathlib.Path, first_port: int, what: str) -> None:
    with fleet_of(engine, first_port) as fleet:
        work_beside_a_second_run(fleet, what, fleet.ports)


@pytest.mark.parametrize("what", BREAKS)
def test_never_two_at_work_when_one_mark_is_lost(any_engine: pathlib.Path, first_port: int, what: str) -> None:
    with fleet_of(any_engine, first_port) as fleet:
        work_beside_a_second_run(fleet, what, fleet.ports[:1])


def work_beside_a_second_run(fleet: Fleet, what: str, ports: t.Sequence[int]) -> None:
    first = lock(fleet.ports, ACCESS)
    first.take(5)
    with SecondRun(fleet.ports, ACCESS) as second:
        until(lambda: forms(fleet, fleet.ports, "bob") == [["waiting"]] * 3, "the second run to wait")
        BREAKS[what](fleet, ports)
        time.sleep(PHASE)  # a phase of the first run: nothing is awaited here
        kept = first.verify()
        assert kept is (what == "idle timeout")
        assert first.verify() is True
        assert forms(fleet, fleet.ports) == [["held"]] * 3
        assert (second.took, second.error) == (None, None)
        ended = time.monotonic()
        first.release()
        assert second.wait() > ended


def test_a_run_with_many_breaks_stays_the_only_one(any_engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(any_engine, first_port) as fleet:
        first = lock(fleet.ports, ACCESS)
        first.take(5)
        with SecondRun(fleet.ports, ACCESS) as second:
            for number in range(4):
                kill_normal(fleet, fleet.ports)
                if number % 2:
                    restart(fleet, fleet.ports[number // 2 : number // 2 + 1])
                assert first.verify() is False
            assert (second.took, second.error) == (None, None)
            first.release()
            second.wait()


def test_a_waiting_run_reports_who_has_the_lock_and_since_when(engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(engine, first_port, 1) as fleet:
        first, second = lock(fleet.ports, ACCESS), lock(fleet.ports, ACCESS, "bob")
        before = int(time.time())
        first.take(5)
        with pytest.raises(Locked) as refused:
            second.take(0.5)
        assert "playbook site.yml of alice on control1 has the lock since 2" in str(refused.value)
        found = t.cast("dict[str, t.Any]", refused.value.data["locked_by"])
        assert (found["host"], found["user"], found["playbook"]) == ("control1", "alice", "site.yml")
        assert before <= found["since"] <= int(time.time())
        assert refused.value.node == f"127.0.0.1:{first_port}"
        with fleet.client(first_port) as client:
            assert found["address"] in [each["addr"] for each in t.cast("list[dict[str, str]]", client.client_list())]
        first.release()


def test_a_lock_that_was_given_back_is_free_at_once(engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(engine, first_port) as fleet:
        for _run in range(3):
            run = lock(fleet.ports, ACCESS)
            run.take(0)
            run.release()
        assert [marks(fleet, port) for port in fleet.ports] == [[], [], []]


@pytest.mark.parametrize("state", ["killed", "frozen"])
def test_a_member_that_does_not_answer_is_left_out(any_engine: pathlib.Path, first_port: int, state: str) -> None:
    with fleet_of(any_engine, first_port) as fleet:
        dead, *living = fleet.ports
        (fleet.kill if state == "killed" else fleet.freeze)(dead)
        first = lock(fleet.ports, ACCESS)
        first.take(0)
        assert forms(fleet, living) == [["held"]] * 2
        assert first.verify() is True
        with pytest.raises(Locked):
            lock(fleet.ports, ACCESS, "bob").take(0)
        # It comes back, and the lock covers it.
        (fleet.start if state == "killed" else fleet.thaw)(dead)
        fleet.wait_until_ready(dead)
        until(lambda: forms(fleet, [dead]) == [["regaining"]], "the member to be marked")
        assert first.verify() is False
        assert forms(fleet, fleet.ports) == [["held"]] * 3
        first.release()


def test_without_a_member_there_is_no_lock(first_port: int) -> None:
    with pytest.raises(Unreachable, match="Connection refused") as refused:
        lock([first_port, first_port + 1], ACCESS).take(5)
    assert refused.value.node == f"127.0.0.1:{first_port}"


def test_a_grown_cluster_and_the_old_node_list_exclude_each_other(any_engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(any_engine, first_port, 4) as fleet:
        old, grown = lock(fleet.ports[1:3], ACCESS), lock(fleet.ports, ACCESS, "bob")
        old.take(0)
        with pytest.raises(Locked):
            grown.take(0)
        old.release()


def test_all_runs_at_once_go_one_after_the_other(any_engine: pathlib.Path, first_port: int) -> None:
    with (
        fleet_of(any_engine, first_port) as fleet,
        SecondRun(fleet.ports, ACCESS) as one,
        SecondRun(fleet.ports[1:], ACCESS) as other,
    ):
        until(lambda: bool(one.took or other.took), "one of two to take the lock")
        time.sleep(PHASE)
        assert [one.took, other.took].count(None) == 1
        first, second = (one, other) if one.took else (other, one)
        first.__exit__()
        second.wait()


def test_nodes_and_sentinels_are_members_and_a_failover_closes_no_lock(engine: pathlib.Path, first_port: int) -> None:
    ports, sentinels = range(first_port, first_port + 2), range(first_port + 4, first_port + 7)
    with SentinelFleet(engine, ports, sentinels) as fleet:
        first = lock([*ports, *sentinels], SENTINEL_ACCESS)
        first.take(0)
        with pytest.raises(Locked):
            lock(sentinels, SENTINEL_ACCESS, "bob").take(0)
        with SecondRun(ports, SENTINEL_ACCESS) as second:
            with fleet.client(sentinels[0]) as client:
                client.execute_command("SENTINEL", "FAILOVER", fleet.name)
            fleet.wait_until_switched(ports[0])
            time.sleep(PHASE)
            assert first.verify() is False  # Sentinel has closed connections
            assert forms(fleet, [*ports, *sentinels]) == [["held"]] * 5
            assert (second.took, second.error) == (None, None)
            first.release()
            second.wait()


def test_a_process_that_ends_without_giving_back_leaves_nothing(any_engine: pathlib.Path, first_port: int) -> None:
    program = (
        "import sys, time; from tests.integration.locks import lock; from tests.integration.test_lock import ACCESS; "
        "lock(map(int, sys.argv[2:]), ACCESS).take(5); print('taken', flush=True); time.sleep(int(sys.argv[1]))"
    )
    with fleet_of(any_engine, first_port) as fleet:
        ports = [str(port) for port in fleet.ports]
        how: dict[str, t.Any] = {"cwd": ROOT, "env": {"PYTHONPATH": ".:.collections", "PATH": "/usr/bin:/bin"}}
        ended = subprocess.run([sys.executable, "-c", program, "0", *ports], timeout=60, check=True, **how)
        assert ended.returncode == 0
        until(lambda: [marks(fleet, port) for port in fleet.ports] == [[], [], []], "the marks to be gone")
        killed = subprocess.Popen([sys.executable, "-c", program, "60", *ports], stdout=subprocess.PIPE, **how)
        with killed:
            assert killed.stdout is not None
            assert killed.stdout.readline() == b"taken\n"
            assert forms(fleet, fleet.ports)[0][0] == "held"
            killed.kill()
        until(lambda: [marks(fleet, port) for port in fleet.ports] == [[], [], []], "the marks to be gone")
