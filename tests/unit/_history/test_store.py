# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of records: whole or not there, bounded in number and bytes, and known where a call was killed."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._history import store
from ansible_collections.almashooq.redis.plugins.module_utils._history.model import MOST_BYTES, Record

BEGUN = Record(verb="cluster", began="2026-01-31T12:00:00.000Z", run="one", step="meet a")
ENDED = dataclasses.replace(BEGUN, outcome="done", ended="2026-01-31T12:00:01.000Z")


def keep(directory: pathlib.Path, name: str, record: Record = ENDED) -> None:
    """Write a record and end its call."""
    store.prepare(str(directory))
    file = store.Stored(str(directory), name)
    file.write(record)
    file.close()


def outcomes(directory: pathlib.Path) -> list[str]:
    return [one.outcome for one in store.read(str(directory), 0).records]


def test_a_directory_that_is_not_there_has_no_records(tmp_path: pathlib.Path) -> None:
    assert store.read(str(tmp_path / "history"), 0) == store.Files()


def test_only_root_may_read_them(tmp_path: pathlib.Path) -> None:
    directory = tmp_path / "a" / "history"
    keep(directory, "1")
    assert directory.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in directory.iterdir()] == [0o600]


def test_a_call_without_an_end_runs_as_long_as_its_process_has_the_file(tmp_path: pathlib.Path) -> None:
    store.prepare(str(tmp_path))
    file = store.Stored(str(tmp_path), "1")
    for step in ("meet a", "meet b"):
        file.write(dataclasses.replace(BEGUN, step=step))
        assert outcomes(tmp_path) == ["running"]
    file.close()
    assert [(one.outcome, one.step) for one in store.read(str(tmp_path), 0).records] == [("interrupted", "meet b")]


def test_a_record_that_is_replaced_while_it_is_read_is_not_taken_for_one_of_a_killed_call(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare(str(tmp_path))
    file = store.Stored(str(tmp_path), "1")
    file.write(BEGUN)
    real, replaced = os.read, []

    def read(descriptor: int, size: int) -> bytes:
        text = real(descriptor, size)
        if not replaced:
            replaced.append(True)
            file.write(dataclasses.replace(BEGUN, step="meet b"))
        return text

    monkeypatch.setattr(os, "read", read)
    assert [(one.outcome, one.step) for one in store.read(str(tmp_path), 0).records] == [("running", "meet b")]
    file.close()


def test_the_newest_runs_are_returned_with_all_their_records(tmp_path: pathlib.Path) -> None:
    for number, run in enumerate(["zero", "one", "two", "one", "", "three"]):
        began = f"2026-01-31T12:00:0{number}.000Z"
        record = dataclasses.replace(ENDED, run=run, host=str(number), began=began)
        keep(tmp_path, store.name_of(began, run, "x"), record)
    # A run that is not asked for is not read.
    (tmp_path / f"{store.name_of('2026-01-31T12:00:00.000Z', 'zero', 'y')}.json").write_text("torn")
    found = store.read(str(tmp_path), 3)
    assert [one.host for one in found.records] == ["5", "4", "3", "1"]
    assert (found.count, found.unreadable) == (7, ())
    assert len(store.read(str(tmp_path), 0).records) == 6


def test_the_oldest_go_when_there_are_too_many(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_RECORDS", 3)
    for number in range(6):
        keep(tmp_path, str(number))
        assert len(list(tmp_path.iterdir())) <= 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.json", "4.json", "5.json"]


def test_the_oldest_go_when_they_are_too_large(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = dataclasses.replace(ENDED, plan=("x" * 300,) * 60)
    monkeypatch.setattr(store, "MOST_BYTES_OF_ALL", MOST_BYTES + 40_000)
    for number in range(6):
        keep(tmp_path, str(number), large)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["3.json", "4.json", "5.json"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= MOST_BYTES + 40_000


def test_the_record_of_a_call_that_runs_stays(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_RECORDS", 2)
    running = store.Stored(str(tmp_path), "0")
    running.write(BEGUN)
    for number in range(1, 5):
        keep(tmp_path, str(number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.json", "4.json"]
    running.close()


def test_what_a_killed_call_left_behind_goes_and_what_is_being_written_stays(tmp_path: pathlib.Path) -> None:
    for name, age in ((".1.new", 7200), (".2.new", 0)):
        (tmp_path / name).write_text("{")
        then = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (then, then))
    store.prepare(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [".2.new"]


def test_files_that_are_no_records_are_named(tmp_path: pathlib.Path) -> None:
    keep(tmp_path, "1")
    (tmp_path / "2.json").write_text((tmp_path / "1.json").read_text()[:50])
    (tmp_path / "3.json").symlink_to(tmp_path / "1.json")
    os.mkfifo(tmp_path / "4.json")
    (tmp_path / "5.json").write_text("x" * (MOST_BYTES + 1))
    (tmp_path / "6.json").mkdir()
    (tmp_path / "README").write_text("not of this collection")
    found = store.read(str(tmp_path), 0)
    assert len(found.records) == 1
    assert found.unreadable == ("6.json", "5.json", "4.json", "3.json", "2.json")


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_record_that_cannot_be_replaced_stays_as_it_was(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    store.prepare(str(tmp_path))
    file = store.Stored(str(tmp_path), "1")
    file.write(BEGUN)
    before = descriptors()

    def full(*_given: t.Any) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left"):
            file.write(ENDED)
    assert outcomes(tmp_path) == ["running"]
    assert [path.name for path in tmp_path.iterdir()] == ["1.json"]
    assert descriptors() == before
    file.write(ENDED)
    assert outcomes(tmp_path) == ["done"]
    file.close()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
