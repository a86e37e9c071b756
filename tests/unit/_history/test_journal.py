# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a call: begun before its first change, true at any moment, and no reason for the call to fail."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Report, entered, run
from ansible_collections.almashooq.redis.plugins.module_utils._errors import (
    CollectionError,
    EngineRefused,
    Locked,
    Refused,
    Unreachable,
)
from ansible_collections.almashooq.redis.plugins.module_utils._history import store
from ansible_collections.almashooq.redis.plugins.module_utils._history.journal import Journal
from ansible_collections.almashooq.redis.plugins.module_utils._history.model import Record

from tests.unit._engine.test_loop import Named, Work

RUN_BY = {"host": "control1", "user": "alice", "playbook": "site.yml", "run": "ansible-local-1", "on": "redis1"}


def params(directory: pathlib.Path | str, **others: t.Any) -> dict[str, t.Any]:
    return {"run_by": {**RUN_BY, "directory": str(directory)}, **others}


def journal(directory: pathlib.Path | str, **how: t.Any) -> Journal:
    options = how.pop("options", {})
    return Journal(
        "almashooq.redis.cluster", params(directory, **options), how.pop("clean", lambda given: given), **how
    )


def work(kept: Journal, operation: Work, **how: t.Any) -> BaseException | None:
    """Run an operation as a module does, and return the error that ended it."""
    try:
        with kept, entered(operation) as inside:
            run(inside, Report(), note=kept.note, **how)
    except BaseException as error:  # noqa: BLE001
        return error
    return None


def records(directory: pathlib.Path) -> list[Record]:
    found = store.read(str(directory), 0)
    assert found.unreadable == ()
    return list(found.records)


def fails(error: BaseException) -> t.Callable[[list[Named]], t.NoReturn]:
    def raise_it(_steps: list[Named]) -> t.NoReturn:
        raise error

    return raise_it


def test_a_call_that_succeeds_is_recorded_with_all_its_steps(tmp_path: pathlib.Path) -> None:
    ticks = itertools.count(100.0, 0.5)
    assert (
        work(journal(tmp_path, clock=lambda: next(ticks), now=lambda: 1769860800.25), Work([["a", "b"], ["c"]])) is None
    )
    (record,) = records(tmp_path)
    assert (record.verb, record.host, record.playbook, record.user, record.controller) == (
        "cluster", "redis1", "site.yml", "alice", "control1"
    )  # fmt: skip
    assert (record.began, record.ended) == ("2026-01-31T12:00:00.250Z",) * 2
    assert record.plan == ("do a", "do b", "do c")
    assert [one.step for one in record.done] == ["do a", "do b", "do c"]
    assert (record.outcome, record.error, record.step, record.failed, record.left) == ("done", "", "", (), 0)
    assert record.seconds > 0
    assert len(record.run) == 16


def test_all_calls_of_a_run_have_its_key_and_others_have_another(tmp_path: pathlib.Path) -> None:
    work(journal(tmp_path), Work([["a"]]))
    work(journal(tmp_path), Work([["b"]]))
    other = Journal(
        "x", {"run_by": {**RUN_BY, "run": "ansible-local-2", "directory": str(tmp_path)}}, lambda given: given
    )
    work(other, Work([["c"]]))
    keys = [one.run for one in records(tmp_path)]
    assert len(set(keys)) == 2


def test_before_the_first_change_there_is_a_record_with_the_step(tmp_path: pathlib.Path) -> None:
    seen: list[Record] = []

    def look(steps: list[Named]) -> list[Named]:
        seen.extend(records(tmp_path))
        return []

    operation = Work([["a"]], on_execute={1: look})
    work(journal(tmp_path), operation)
    (record,) = seen
    assert (record.outcome, record.step, record.steps, record.planned) == ("running", "do a", 0, 1)


def nothing_changed() -> dict[str, tuple[Work, dict[str, t.Any]]]:
    """Return calls that change nothing."""
    return {
        "nothing to do": (Work([["a"]], world=frozenset("a")), {}),
        "check mode": (Work([["a"]]), {"check": True}),
        "refused before it observed": (Work([["a"]], on_enter=Refused("no")), {}),
        "refused by its plan": (Work([["a"]], on_plan={1: Refused("no")}), {}),
        "refused before it sent anything": (Work([["a"]], on_execute={1: fails(Refused("no"))}), {}),
        "another run has the lock": (Work([["a"]], on_execute={1: fails(Locked("no"))}), {}),
    }


@pytest.mark.parametrize("name", nothing_changed())
def test_a_call_that_changes_nothing_leaves_no_record(tmp_path: pathlib.Path, name: str) -> None:
    operation, how = nothing_changed()[name]
    kept = journal(tmp_path / "history")
    work(kept, operation, **how)
    assert kept.problem == ""
    assert list((tmp_path / "history").glob("*")) == []


def test_another_run_that_does_the_work_while_this_one_waits_leaves_no_record_of_this_one(
    tmp_path: pathlib.Path,
) -> None:
    operation = Work([["a"]])

    def wait(_steps: list[Named]) -> list[Named]:
        operation.world |= {"a"}
        return []

    operation.on_execute[1] = wait
    assert work(journal(tmp_path), operation) is None
    assert records(tmp_path) == []


def test_without_a_directory_nothing_is_recorded() -> None:
    for given in ({}, {"run_by": None}, params("")):
        kept = Journal("cluster", given, lambda texts: texts)
        assert work(kept, Work([["a"]])) is None
        assert kept.problem == ""


@pytest.mark.parametrize(
    ("operation", "done", "failed", "error"),
    [
        (
            Work([["a"], ["b"]], on_execute={2: fails(Unreachable("no answer", node="redis2"))}),
            1,
            ("do b",),
            "redis2: no answer",
        ),
        (Work([["a"], ["b"]], on_execute={2: fails(Refused("moved"))}), 1, (), "moved"),
        (Work([["a"]], on_settle=EngineRefused("not whole")), 1, (), "not whole"),
        (Work([["a"]], on_execute={1: fails(KeyError("bug"))}), 0, (), "KeyError: 'bug'"),
    ],
    ids=["a step fails", "it is refused later", "its end cannot be verified", "a bug"],
)
def test_a_call_that_fails_is_recorded_with_what_was_done(
    tmp_path: pathlib.Path, operation: Work, done: int, failed: tuple[str, ...], error: str
) -> None:
    assert work(journal(tmp_path), operation) is not None
    (record,) = records(tmp_path)
    assert (record.outcome, record.steps, record.failed, record.error) == ("failed", done, failed, error)
    assert record.ended


def test_a_call_that_is_interrupted_from_the_terminal_has_no_end(tmp_path: pathlib.Path) -> None:
    kept = journal(tmp_path)
    assert isinstance(work(kept, Work([["a"], ["b"]], on_execute={2: fails(KeyboardInterrupt())})), KeyboardInterrupt)
    assert kept._file is not None
    kept._file.close()  # what the kernel does when the process is gone
    (record,) = records(tmp_path)
    assert (record.outcome, record.steps, record.step, record.ended) == ("interrupted", 1, "do b", "")


def test_what_a_call_leaves_to_the_next_one_is_counted(tmp_path: pathlib.Path) -> None:
    kept = journal(tmp_path)
    kept.left = ["do y", "do z"]
    work(kept, Work([["a"]]))
    (record,) = records(tmp_path)
    assert (record.outcome, record.left, record.step) == ("done", 2, "do y")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ()),
        ({"deployment": "shop"}, ("shop",)),
        ({"set": "main"}, ("main",)),
        ({"sets": [{"name": "main"}, {"name": "other"}, "junk"]}, ("main", "other")),
        ({"deployment": {"deployment": "of another module"}}, ()),
    ],
)
def test_the_deployment_is_named_where_a_module_has_it(
    tmp_path: pathlib.Path, options: dict[str, t.Any], names: tuple[str, ...]
) -> None:
    work(journal(tmp_path, options=options), Work([["a"]]))
    (record,) = records(tmp_path)
    assert record.deployments == names


def test_all_texts_are_cleaned_as_a_result_is(tmp_path: pathlib.Path) -> None:
    def clean(given: t.Any) -> t.Any:
        return [clean(one) for one in given] if isinstance(given, list) else given.replace("hunter2", "********")

    operation = Work([["a hunter2"], ["b hunter2"], ["c"]], on_execute={2: fails(Unreachable("hunter2 is no answer"))})
    kept = journal(tmp_path, clean=clean)
    work(kept, operation)
    (path,) = tmp_path.iterdir()
    assert "hunter2" not in path.read_text()
    assert path.read_text().count("********") >= 5
    # Nothing else of the options is in it.
    assert journal(tmp_path, options={"password": "x"})._params["password"] == "x"
    assert "password" not in path.read_text()


@pytest.mark.parametrize("call", ["makedirs", "listdir", "open", "write", "fsync", "replace"])
def test_a_record_that_cannot_be_written_is_a_warning_and_the_call_does_its_work(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_given: t.Any, **_named: t.Any) -> t.NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    kept, operation = journal(tmp_path), Work([["a"], ["b"]])
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        assert work(kept, operation) is None
    assert operation.world == frozenset("ab")
    assert "not recorded" in kept.problem
    assert "No space left on device" in kept.problem
    assert str(tmp_path) in kept.problem


def test_a_disk_that_has_room_again_gets_the_whole_record_and_no_warning(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.replace, []

    def replace(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    kept = journal(tmp_path)
    assert work(kept, Work([["a"], ["b"], ["c"]])) is None
    assert kept.problem == ""
    (record,) = records(tmp_path)
    assert (record.outcome, record.steps) == ("done", 3)


# What a call does to the file system, at each of which its process is killed.
CALLS = [
    *((os, name) for name in ("makedirs", "listdir", "open", "write", "fsync", "replace", "close", "unlink", "lstat")),
    (fcntl, "flock"),
]


class Killed(Work):
    """An operation whose steps leave a trace outside of the process, as changes of servers do."""

    trace: pathlib.Path

    def execute(self, steps: t.Sequence[Named], state: frozenset[str]) -> t.Sequence[Named]:
        with self.trace.open("a") as stream:
            stream.write("begun\n")
        done = super().execute(steps, state)
        with self.trace.open("a") as stream:
            stream.write("done\n")
        return done


def killed_at(number: int, directory: pathlib.Path, trace: pathlib.Path, phases: list[list[str]]) -> bool:
    """Run a call in a process that is killed before so many calls of the system; return whether it was."""
    child = os.fork()
    if not child:
        count = itertools.count()

        def counted(real: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
            def call(*given: t.Any, **named: t.Any) -> t.Any:
                if next(count) == number:
                    os._exit(9)
                return real(*given, **named)

            return call

        for module, name in CALLS:
            setattr(module, name, counted(getattr(module, name)))
        operation = Killed(phases)
        operation.trace = trace
        with contextlib.suppress(BaseException):
            error = work(journal(directory), operation)
            os._exit(1 if error else 0)
        os._exit(2)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)
    return os.waitstatus_to_exitcode(status) == 9


def test_wherever_a_call_is_killed_its_record_says_what_was_begun(tmp_path: pathlib.Path) -> None:
    seen = set()
    for number in itertools.count():
        directory, trace = tmp_path / f"history{number}", tmp_path / f"trace{number}"
        killed = killed_at(number, directory, trace, [["a"], ["b"], ["c"]])
        lines = trace.read_text().splitlines() if trace.exists() else []
        begun, done = lines.count("begun"), lines.count("done")
        found = records(directory)
        assert len(found) <= 1
        if begun:
            (record,) = found
            # A step that was begun is known: it is done, or it is the one that is named.
            named = record.steps + bool(record.step)
            assert begun <= named <= begun + 1
            assert record.steps <= done
            assert record.outcome == ("interrupted" if not record.ended else "done")
        seen.add((begun, done, tuple(one.outcome for one in found)))
        # What it left behind is in the way of nothing, and the next call of the host is recorded.
        assert work(journal(directory), Work([["x"]])) is None
        assert len(records(directory)) == len(found) + 1
        if not killed:
            break
    assert {each[0] for each in seen} == {0, 1, 2, 3}
    assert {each[2] for each in seen} == {(), ("interrupted",), ("done",)}
    assert number > 30


def test_errors_of_the_collection_are_no_crash(tmp_path: pathlib.Path) -> None:
    work(journal(tmp_path), Work([["a"], ["b"]], on_execute={2: fails(CollectionError("a sentence"))}))
    (record,) = records(tmp_path)
    assert record.error == "a sentence"
