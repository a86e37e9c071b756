# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The marks of hosts in maintenance: when they count, when they are stale, and the end times that users give."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _marks as marks
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Report, run
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Refused
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.store import Store, read
from ansible_collections.almashooq.redis.plugins.module_utils._marks import Mark

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
MARK = Mark("b", since=NOW, until=NOW + 7200, by="root@controller", reason="disk", peers=("a", "c", "d"))
DEAD = dataclasses.replace(MARK, unreached=True)
OLD = dataclasses.replace(MARK, since=NOW - 86400, until=NOW - 80000)


def test_a_mark_survives_its_file() -> None:
    whole = dataclasses.replace(DEAD, primaries=("192.0.2.12:7000",), held=("192.0.2.11:7000",))
    assert marks.parse(marks.text(whole), marks.file_name("b")) == whole
    # One that an earlier release has written.
    earlier = marks.text(MARK).replace(',\n  "unreached": false', "")
    assert "unreached" not in earlier
    assert marks.parse(earlier, marks.file_name("b")) == MARK


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"host": "b"}', marks.text(MARK).replace("1800000000", '"x"')]
)
def test_a_mark_that_cannot_be_read_counts_and_has_expired(content: str) -> None:
    found = marks.parse(content, "b.json")
    assert (found.host, found.reason, found.expired(NOW)) == ("b", marks.UNREADABLE, True)


@pytest.mark.parametrize("host", ["b", "redis_1.example.com", "a_2fb", "ä/../b"])
def test_a_mark_that_cannot_be_read_is_that_of_the_host_that_its_file_names(host: str) -> None:
    assert marks.parse("", marks.file_name(host)).host == host


def test_a_mark_that_is_there_and_cannot_be_read_is_no_absence(tmp_path: pathlib.Path) -> None:
    (tmp_path / "b.json").mkdir()
    with pytest.raises(CollectionError, match=r"b\.json cannot be read: Is a directory"):
        read({"directory": str(tmp_path), "records": str(tmp_path / "records")}, None)


def test_names_of_files_are_those_of_hosts_without_what_a_path_could_mean() -> None:
    assert marks.file_name("redis1.example.com") == "redis1.example.com.json"
    assert "/" not in marks.file_name("../../etc/passwd")
    assert len({marks.file_name(name) for name in ("a/b", "a_b", "a_2fb", "ä")}) == 4


def test_people_read_who_since_when_until_when_and_why() -> None:
    assert MARK.describe() == (
        "in maintenance since 2027-01-15 08:00 UTC until 2027-01-15 10:00 UTC by root@controller (disk)"
    )
    assert not MARK.expired(NOW)
    assert MARK.expired(NOW + 7200)


@pytest.mark.parametrize(
    ("reports", "out"),
    [
        pytest.param({"a": [MARK], "b": [MARK], "c": [MARK], "d": [MARK]}, True, id="all have it"),
        pytest.param({"a": [], "b": [MARK], "c": [], "d": []}, True, id="its own mark alone counts"),
        pytest.param({"a": [MARK], "b": [], "c": [MARK], "d": [MARK]}, False, id="it has none: it is back"),
        pytest.param({"a": [DEAD], "b": [], "c": [DEAD], "d": [DEAD]}, True, id="it was dead, and is back"),
        pytest.param({"a": [DEAD], "b": [], "c": [], "d": []}, False, id="it was dead, and was brought back"),
        pytest.param(
            {"a": [OLD], "b": [OLD], "c": [DEAD], "d": [DEAD]}, True, id="it was dead, and has an earlier one"
        ),
        pytest.param({"a": [MARK], "c": [MARK], "d": [MARK]}, True, id="powered off, all others have it"),
        pytest.param({"a": [MARK], "c": [MARK], "d": []}, True, id="powered off, most have it"),
        pytest.param({"a": [MARK], "c": [], "d": []}, False, id="powered off, one kept a stale copy"),
        pytest.param({"a": [MARK], "c": []}, False, id="powered off, half of those that answer"),
        pytest.param({"a": [MARK]}, True, id="powered off, and one other answers"),
        pytest.param({"a": [OLD], "c": [MARK], "d": [MARK]}, True, id="one has a copy of an earlier maintenance"),
        pytest.param({"a": [OLD], "c": [OLD], "d": [MARK]}, False, id="most have an earlier one"),
        pytest.param({"a": [], "c": [], "d": []}, False, id="none has one"),
        pytest.param({}, False, id="none answers"),
    ],
)
def test_whether_a_host_is_in_maintenance(reports: dict[str, list[Mark]], out: bool) -> None:
    assert list(marks.active(reports)) == (["b"] if out else [])


def test_copies_that_do_not_count_are_to_be_removed() -> None:
    assert marks.stale({"a": [MARK], "b": [], "c": []}) == {"a": ["b"]}
    assert marks.stale({"a": [OLD], "b": [MARK], "c": [MARK]}) == {"a": ["b"]}
    # Another end time is not another maintenance.
    later = dataclasses.replace(MARK, until=NOW + 9000)
    assert marks.stale({"a": [MARK], "b": [later], "c": [MARK]}) == {}
    assert marks.active({"a": [MARK], "b": [later], "c": [MARK]}) == {"b": later}


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ("30m", NOW + 1800),
        ("2h", NOW + 7200),
        ("1d12h", NOW + 129600),
        (" 2h ", NOW + 7200),
        ("2027-01-15T09:00", NOW + 3600),
        ("2027-01-15T09:00Z", NOW + 3600),
        ("2027-01-15 09:00:00+01:00", None),
        ("2027-01-15T10:00+01:00", NOW + 3600),
        ("2027-01-15T07:59Z", None),
        ("0m", None),
        ("soon", None),
        ("2", None),
        ("-2h", None),
        ("2 h", None),
    ],
)
def test_an_end_time_is_a_duration_or_a_time_that_has_not_passed(given: str, until: int | None) -> None:
    if until is not None:
        assert marks.end(given, NOW) == until
        return
    with pytest.raises(Refused, match=r"redis_maintenance_until: .*(is not in the future|is no time)"):
        marks.end(given, NOW)


def options(directory: pathlib.Path, mark: Mark | None) -> dict[str, object]:
    given = None if mark is None else {key: value for key, value in dataclasses.asdict(mark).items() if key != "host"}
    return {"directory": str(directory), "host": "b", "mark": given}


def store(directory: pathlib.Path, mark: Mark | None, *, check: bool = False) -> list[str]:
    report = Report()
    run(Store(options(directory, mark)), report, check=check)
    return report.plan


def test_a_mark_is_written_once_and_removed_once(tmp_path: pathlib.Path) -> None:
    directory = tmp_path / "marks"
    assert [line.split(":")[0] for line in store(directory, MARK, check=True)] != []
    assert not directory.exists()
    assert len(store(directory, MARK)) == 1
    assert store(directory, MARK) == []
    assert [one["host"] for one in read({"directory": str(directory), "records": "/nowhere"}, None)["marks"]] == ["b"]
    assert (directory / "b.json").stat().st_mode & 0o777 == 0o644
    assert store(directory, None) == [f"remove the mark of b: {directory}/b.json"]
    assert store(directory, None) == []
    assert list(directory.iterdir()) == []


def test_a_mark_that_cannot_be_read_can_be_replaced_and_removed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "b.json").write_text("{")
    (tmp_path / "other.txt").write_text("left alone")
    assert store(tmp_path, None) == [f"remove the mark of b: {tmp_path}/b.json"]
    (tmp_path / "b.json").write_text("{")
    assert len(store(tmp_path, MARK)) == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.json", "other.txt"]


def test_what_is_held_is_found_by_its_port_whatever_its_host_is_called() -> None:
    held = dataclasses.replace(MARK, held=("redis1.example.com:7000", "[2001:db8::1]:7001"))
    assert [port for port in (7000, 7001, 7002, 700) if marks.holds([MARK, held], port)] == [7000, 7001]
    assert not marks.holds([], 7000)
