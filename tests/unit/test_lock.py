# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock: how marks read, who has it, which run is reported to which, and what a lost mark means."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _lock_rules as rules
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Locked, PermissionDenied, Unreachable
from ansible_collections.almashooq.redis.plugins.module_utils._lock_rules import Holder, Mark, make_holder, parse
from ansible_collections.almashooq.redis.plugins.module_utils._locking import GRACE, PATIENCE, holder
from hypothesis import given
from hypothesis import strategies as st

from .lock_world import EPOCH, Run, World

ALICE = Holder("control1", "alice", "site.yml")


@pytest.fixture
def world() -> t.Iterator[World]:
    world = World(3)
    yield world
    world.close()


def take(run: Run, timeout: float = 0) -> None:
    run.lock.take(timeout)
    run.at_work, run.last = True, 0


def forms(world: World, run: Run) -> list[str]:
    """Return what a run shows at each member."""
    found = []
    for server in world.servers.values():
        marks = [parse(name) for name in server.names.values()]
        found.append(next((mark.form for mark in marks if mark and mark.holder.user == run.name), "-"))
    return found


# Marks


@given(st.builds(Holder, st.text(), st.text(), st.text()))
def test_a_mark_is_a_name_that_servers_take_whatever_the_holder_is_called(anybody: Holder) -> None:
    text = Mark(rules.HELD, EPOCH, "0123456789abcdef", EPOCH, anybody).text()
    assert all("!" <= character <= "~" for character in text)
    assert len(text) < 300
    mark = parse(text)
    assert mark is not None
    assert (mark.form, mark.start, mark.key, mark.since) == (rules.HELD, EPOCH, "0123456789abcdef", EPOCH)


@pytest.mark.parametrize("playbook", ["site.yml", "größer als: 50%.yml", "a=b c", ""])
def test_a_mark_is_read_as_it_was_written(playbook: str) -> None:
    mark = Mark(rules.WAITING, 1, "k", 2, Holder("control1", "alice", playbook))
    assert parse(mark.text()) == mark


def test_of_a_long_path_the_end_is_kept() -> None:
    mark = parse(Mark(rules.HELD, 1, "k", 2, Holder("c", "u", f"/{'x' * 200}/site.yml")).text())
    assert mark is not None
    assert mark.holder.playbook.endswith("xxx/site.yml")


def test_what_cannot_be_printed_does_not_get_into_messages() -> None:
    mark = parse(f"{rules.PREFIX}held:1:k:2:c:u%0A%1B[31m:site.yml")
    assert mark is not None
    assert mark.holder.user == "u[31m"


@pytest.mark.parametrize(
    "name", ["almashooq.redis:run", "almashooq.redis:held:x:k:2:c:u:p", "almashooq.redis:new:1:k:2:c:u:p"]
)
def test_a_mark_of_another_version_holds_the_lock(name: str) -> None:
    mark = parse(name)
    assert mark is not None
    assert mark.form == rules.HELD


def test_other_connections_are_no_marks() -> None:
    listing = "id=1 addr=192.0.2.1:5 name=\nid=2 addr=192.0.2.1:6 name=redis-exporter lib-name=\n"
    assert rules.marks_in(listing, "member0") == []


LOGIN = {"SSH_CONNECTION": "192.0.2.9 1 192.0.2.1 22"}
SUDO = {"SSH_CLIENT": "2001:db8::9 1 22", "SUDO_USER": "bob"}


@pytest.mark.parametrize(
    ("run_by", "environ", "expected"),
    [
        ({"host": "c", "user": "u", "playbook": "p.yml"}, LOGIN, ("c", "u", "p.yml")),
        (None, LOGIN, ("192.0.2.9", "me", "")),
        ({"playbook": "p.yml", "user": ""}, SUDO, ("2001:db8::9", "bob", "p.yml")),
        ({}, {}, ("node1", "me", "")),
    ],
    ids=["the option", "nothing but a login", "some of it", "a run on the host itself"],
)
def test_who_runs_this(run_by: dict[str, str] | None, environ: dict[str, str], expected: tuple[str, str, str]) -> None:
    assert make_holder(run_by, environ, "node1", "me") == Holder(*expected)


def test_this_process_knows_who_runs_it() -> None:
    assert holder({"playbook": "site.yml"}).playbook == "site.yml"
    assert holder().host
    assert holder().user


# Taking


def test_a_free_lock_is_taken_at_once_at_every_member(world: World) -> None:
    run = world.run()
    before = world.clock
    take(run)
    assert world.clock == before
    assert forms(world, run) == ["held"] * 3


def test_another_run_is_refused_with_the_name_of_the_holder_and_since_when(world: World) -> None:
    first, second = world.run(name="alice"), world.run(start=60)
    take(first)
    with pytest.raises(Locked) as refused:
        take(second, timeout=5)
    assert "playbook site.yml of alice on control1 has the lock since 2026-09-21" in str(refused.value)
    assert refused.value.data["locked_by"] == {
        "host": "control1", "user": "alice", "playbook": "site.yml", "since": EPOCH, "address": "192.0.2.1:50000",
    }  # fmt: skip
    assert forms(world, second) == ["-"] * 3
    assert forms(world, first) == ["held"] * 3


def test_who_waits_gets_it_when_the_first_has_ended(world: World) -> None:
    first, second = world.run(), world.run(start=60)
    take(first)
    second.begin(lambda: second.lock.take(60))
    world.pass_time(10)
    assert forms(world, second) == ["waiting"] * 3
    first.lock.release()
    world.pass_time(GRACE + 2)
    assert not second.busy
    assert second.outcome is None
    assert forms(world, second) == ["held"] * 3


def test_a_run_that_comes_after_the_end_of_another_does_not_wait(world: World) -> None:
    first, second = world.run(), world.run()
    take(first)
    first.lock.release()
    before = world.clock
    take(second)
    assert world.clock == before


def test_who_has_waited_longest_goes_first_even_if_its_clock_is_the_only_witness(world: World) -> None:
    first, second, third = world.run(start=0), world.run(start=20), world.run(start=10)
    take(first)
    for waiting in (second, third):
        waiting.begin(lambda waiting=waiting: waiting.lock.take(60))  # type: ignore[misc]
    world.pass_time(3)
    first.lock.release()
    world.pass_time(GRACE + 3)
    assert (second.busy, third.busy) == (True, False)
    third.lock.release()
    third.at_work = False
    world.pass_time(GRACE + 3)
    assert not second.busy


def test_processes_of_one_run_have_it_together_and_another_run_waits_for_all_of_them(world: World) -> None:
    first, second = world.run(name="host1", key="one"), world.run(name="host2", start=5, key="one")
    other = world.run(name="bob", start=10)
    take(first)
    before = world.clock
    take(second)
    assert world.clock == before
    other.begin(lambda: other.lock.take(60))
    world.pass_time(3)
    assert (first.lock.verify(), second.lock.verify()) == (True, True)
    first.lock.release()
    first.at_work = False
    world.pass_time(3)
    assert other.busy
    second.lock.release()
    second.at_work = False
    world.pass_time(GRACE + 2)
    assert not other.busy
    assert forms(world, other) == ["held"] * 3


def test_a_process_joins_its_run_before_another_that_has_waited_for_longer(world: World) -> None:
    first, other = world.run(name="host1", key="one"), world.run(name="bob", start=5)
    take(first)
    other.begin(lambda: other.lock.take(60))
    world.pass_time(3)
    assert forms(world, other) == ["waiting"] * 3
    late = world.run(name="host2", start=20, key="one")
    before = world.clock
    take(late)
    assert world.clock == before


def test_processes_of_one_run_regain_it_beside_each_other(world: World) -> None:
    first, second = world.run(name="host1", key="one"), world.run(name="host2", key="one")
    take(first)
    take(second)
    world.kill("member0")
    world.pass_time(1)
    assert (first.lock.verify(), second.lock.verify()) == (False, False)
    assert forms(world, first) == forms(world, second) == ["held"] * 3


def test_a_run_is_identified_by_who_runs_it_and_its_name() -> None:
    alice = {"host": "control1", "user": "alice", "playbook": "site.yml", "run": "ansible-local-7abc"}
    key = rules.shared_key(alice)
    assert key == rules.shared_key({**alice, "playbook": ""})
    assert len({key, *(rules.shared_key({**alice, name: "other"}) for name in ("host", "user", "run"))}) == 4
    assert parse(Mark("held", 1, str(key), 1, ALICE).text()) == Mark("held", 1, str(key), 1, ALICE)
    assert [rules.shared_key(each) for each in (None, {}, {**alice, "run": ""})] == [None] * 3


def test_runs_exclude_each_other_by_one_common_member(world: World) -> None:
    small, grown = world.run(["member0", "member1"]), world.run(["member1", "member2"])
    take(small)
    with pytest.raises(Locked):
        take(grown)


def test_runs_without_a_common_member_do_not_meet(world: World) -> None:
    one, other = world.run(["member0"]), world.run(["member1"])
    take(one)
    take(other)


def test_a_dead_member_is_left_out(world: World) -> None:
    world.stop("member0")
    first, second = world.run(), world.run()
    take(first)
    assert forms(world, first) == ["-", "held", "held"]
    with pytest.raises(Locked):
        take(second)


def test_a_member_that_comes_back_is_marked(world: World) -> None:
    world.stop("member0")
    first, second = world.run(), world.run(["member0"])
    take(first)
    world.start("member0")
    world.pass_time(1)
    with pytest.raises(Locked):
        take(second)
    assert first.lock.verify() is False
    assert first.lock.verify() is True


def test_a_member_that_is_named_twice_is_one(world: World) -> None:
    run = world.run(["member0", "member0"])
    take(run)
    assert forms(world, run) == ["held", "-", "-"]
    assert run.lock.verify() is True


def test_without_an_answer_there_is_no_lock(world: World) -> None:
    for node in world.servers:
        world.stop(node)
    with pytest.raises(Unreachable) as refused:
        take(world.run(), timeout=60)
    assert refused.value.node == "member0"


def test_a_member_that_does_not_let_us_in_is_no_dead_member(world: World) -> None:
    world.servers["member1"].refuses = PermissionDenied("no CLIENT LIST", node="member1")
    run = world.run()
    with pytest.raises(PermissionDenied):
        take(run)
    assert forms(world, run) == ["-"] * 3


def test_a_connection_that_is_closed_while_the_lock_is_taken_is_opened_again(world: World) -> None:
    run = world.run()
    run.begin(lambda: run.lock.take(10))
    for _step in range(2):
        run.step()
    world.kill("member0")
    world.pass_time(5)
    assert run.outcome is None
    assert forms(world, run) == ["held"] * 3


def test_connections_that_are_closed_one_after_the_other_are_opened_again(world: World) -> None:
    run = world.run()
    run.begin(lambda: run.lock.take(10))
    while forms(world, run)[0] != "asking":
        run.step()
    world.kill("member0")
    while forms(world, run) != ["asking"] * 3:  # member0 is asked once more
        run.step()
    world.kill("member1")
    world.pass_time(5)
    assert run.outcome is None
    assert forms(world, run) == ["held"] * 3


# Keeping


def test_without_a_loss_a_look_takes_no_time(world: World) -> None:
    run = world.run()
    take(run)
    before = world.clock
    assert run.lock.verify() is True
    assert world.clock == before


@pytest.mark.parametrize("lost", [["member1"], ["member0", "member1", "member2"]], ids=["one mark", "all marks"])
def test_a_lost_mark_is_a_gap_and_is_set_again(world: World, lost: list[str]) -> None:
    run = world.run()
    take(run)
    for node in lost:
        world.kill(node)
    before = world.clock
    assert run.lock.verify() is False
    assert world.clock >= before + GRACE
    assert forms(world, run) == ["held"] * 3
    assert run.lock.verify() is True


def test_a_gap_that_was_closed_meanwhile_is_still_told(world: World) -> None:
    run = world.run()
    take(run)
    world.kill("member0")
    world.pass_time(10)
    before = world.clock
    assert run.lock.verify() is False
    assert world.clock == before
    assert forms(world, run) == ["held"] * 3


def test_a_mark_that_is_lost_again_while_it_is_regained_is_regained(world: World) -> None:
    run = world.run()
    take(run)
    world.kill("member0")
    run.begin(run.lock.verify)
    while forms(world, run)[0] != "regaining":
        run.step()
    world.kill("member0")
    world.pass_time(5)
    assert run.outcome is False
    assert forms(world, run) == ["held"] * 3


def test_the_restart_of_a_member_is_survived(world: World) -> None:
    run = world.run()
    take(run)
    world.stop("member0")
    assert run.lock.verify() is False
    assert run.lock.verify() is True
    world.start("member0")
    world.pass_time(3)
    assert run.lock.verify() is False
    assert forms(world, run) == ["held"] * 3


def test_who_merely_waits_does_not_get_it_when_all_marks_are_lost(world: World) -> None:
    first, second = world.run(), world.run()
    take(first)
    second.begin(lambda: second.lock.take(60))
    world.pass_time(5)
    for node in world.servers:
        world.stop(node)
        world.start(node)
    world.pass_time(10)
    assert second.busy
    assert first.lock.verify() is False


def test_who_has_just_begun_to_wait_does_not_get_it_either(world: World) -> None:
    first, second = world.run(), world.run()
    take(first)
    second.begin(lambda: second.lock.take(60))
    world.pass_time(0.01)
    for node in world.servers:
        world.kill(node)  # the second run asks again long before the first has its marks back
    world.pass_time(10)
    assert second.busy
    assert first.lock.verify() is False


def test_who_took_it_meanwhile_has_it(world: World) -> None:
    first, second = world.run(), world.run(name="bob")
    take(first)
    for node in world.servers:
        world.kill(node)
    take(second)
    with pytest.raises(Locked, match=r"another run took the lock .* playbook site.yml of bob on control1 has the lock"):
        first.lock.verify()
    assert second.lock.verify() is True


def test_who_took_it_and_has_ended_leaves_a_gap(world: World) -> None:
    first, second = world.run(), world.run()
    take(first)
    for node in world.servers:
        world.kill(node)
    take(second)
    second.lock.release()
    assert first.lock.verify() is False


def test_of_two_that_have_both_lost_it_none_goes_on(world: World) -> None:
    first, second = world.run(["member0"]), world.run(["member0"])
    take(first)
    world.kill("member0")
    take(second)
    world.kill("member0")
    world.pass_time(1)
    for run in (first, second):
        with pytest.raises(Locked, match="another run took the lock"):
            run.lock.verify()


def test_a_flag_that_was_seen_a_moment_ago_is_waited_for(world: World) -> None:
    first, second = world.run(["member0"]), world.run(["member0"])
    take(first)
    world.kill("member0")
    take(second)
    world.kill("member0")
    first.lock.keep()  # sees nobody
    second.lock.keep()
    world.clock += GRACE - 0.1
    first.lock.keep()  # sees the other
    world.clock += 0.2
    world.kill("member0", second)
    with pytest.raises(Locked):
        first.lock.verify()


def test_a_flag_that_was_seen_before_another_member_broke_off_is_waited_for(world: World) -> None:
    first, second = world.run(["member0"]), world.run(["member0", "member1"])
    take(first)
    second.begin(lambda: second.lock.take(60))
    while not second.saw:
        world.step(second)
    world.kill("member0", first)
    world.stop("member1")
    world.pass_time(0)
    assert second.busy
    world.pass_time(GRACE + 2)
    assert first.lock.verify() is False
    assert second.busy


def test_who_asks_and_does_not_go_on_is_waited_for_and_then_has_it(world: World) -> None:
    first, second = world.run(["member0"]), world.run(["member0"], name="bob")
    take(first)
    world.kill("member0")
    second.begin(lambda: second.lock.take(60))
    while "asking" not in forms(world, second):
        second.step()
    with pytest.raises(Locked, match="bob on control1 is taking the lock"):
        # As if it stood still: only what verify itself lets pass.
        first.world.runs.remove(second)
        first.lock.verify()
    second.world.runs.append(second)
    assert world.clock >= 1000 + PATIENCE


def test_without_an_answer_it_is_not_held(world: World) -> None:
    run = world.run()
    take(run)
    for node in world.servers:
        world.stop(node)
    with pytest.raises(Unreachable):
        run.lock.verify()


def test_giving_back_never_fails(world: World) -> None:
    run = world.run()
    take(run)
    world.stop("member0")
    world.kill("member1")
    run.lock.release()
    run.lock.release()
    assert forms(world, run) == ["-"] * 3
    run.lock.keep()
    assert forms(world, run) == ["-"] * 3
