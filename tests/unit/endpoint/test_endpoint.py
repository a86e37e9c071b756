# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the endpoint makes of an observation, of a connection that waits, and of a certificate."""

from __future__ import annotations

import dataclasses
import importlib
import pathlib
import socket
import ssl
import subprocess
import sys
import typing as t

import pytest
import redis
from ansible_collections.almashooq.redis.plugins.module_utils import _marks as marks

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles" / "redis_endpoint" / "files"
sys.path.insert(0, str(FILES))
instances = importlib.import_module("instances")
connections = importlib.import_module("connections")
certificates = importlib.import_module("certificates")
pending = importlib.import_module("pending")
maintenance = importlib.import_module("maintenance")

NOW = 1000.0
WHEN = "2026-01-02T03:04:05.678Z"
PRIMARY = {"role": "master", "loading": 0, "connected_slaves": 2, "master_repl_offset": 7, "used_memory": 5}
REPLICA = {"role": "slave", "master_link_status": "up", "master_host": "a", "master_port": 1, "slave_repl_offset": 7}


def evaluated(
    info: t.Mapping[str, t.Any], role: str = "", link: bool = True, age: float = 0.1, ping: bool = True
) -> dict[str, t.Any]:
    """Return the answer for an observation."""
    seen = instances.Observation(NOW - age, WHEN, info, ping)
    return t.cast("dict[str, t.Any]", instances.evaluate(seen, NOW, role, link))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(evaluated(PRIMARY), None, id="a primary"),
        pytest.param(evaluated(REPLICA), None, id="a replica"),
        pytest.param(evaluated(PRIMARY, "primary"), None, id="a primary where one is wanted"),
        pytest.param(evaluated(REPLICA, "replica"), None, id="a replica where one is wanted"),
        pytest.param(evaluated(PRIMARY, "replica"), "it is a primary, not a replica", id="the wrong role"),
        pytest.param(evaluated({**PRIMARY, "loading": 1}, ping=False), "loading", id="loading"),
        pytest.param(evaluated(PRIMARY, ping=False), "PING is not answered", id="no PING"),
        pytest.param(evaluated(PRIMARY, age=4.0), f"no answer since {WHEN}", id="too old"),
        pytest.param(evaluated({"new_field": 1}), "unreadable answer: INFO has no role", id="no role"),
        pytest.param(evaluated({"role": ["x"]}), "unreadable answer: INFO has no role", id="an unknown role"),
        pytest.param(evaluated({"role": "slave"}), "its link to the primary is down", id="no word of the link"),
        pytest.param(evaluated({"role": "slave"}, link=False), None, id="a link that does not count"),
        pytest.param(
            evaluated({"role": "slave"}, "replica", link=False), "its link to the primary is down", id="but counts here"
        ),
    ],
)
def test_reasons(answer: dict[str, t.Any], reason: str | None) -> None:
    assert answer.get("reason") == reason
    assert answer["status"] == ("unhealthy" if reason else "healthy")


def test_what_info_does_not_tell_is_null() -> None:
    answer = evaluated({"role": "master"})
    assert answer["memory"] == {"used_bytes": None, "max_bytes": None}
    assert set(answer["replication"].values()) == {None}


def test_an_instance_that_was_never_asked_is_not_healthy() -> None:
    assert instances.evaluate(None, NOW)["status"] == "unhealthy"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (redis.exceptions.AuthenticationError("WRONGPASS bob"), "login refused: wrong user or password"),
        (redis.exceptions.ResponseError("NOAUTH"), "login refused: wrong user or password"),
        (redis.exceptions.NoPermissionError("bob"), "login refused: the user may not run PING and INFO"),
        (redis.exceptions.BusyLoadingError("x"), "loading"),
        (redis.exceptions.TimeoutError("x"), "no answer within 1 s"),
        (
            redis.exceptions.ConnectionError("max number of clients reached"),
            "connection refused: maxclients is reached",
        ),
        (redis.exceptions.ConnectionError("Error 111"), "unreachable: Error 111"),
        (redis.exceptions.ResponseError("secret"), "unreadable answer (ResponseError)"),
        (ValueError("secret"), "unreadable answer (ValueError)"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_errors_become_reasons_without_secrets(error: Exception, reason: str) -> None:
    assert instances.why(error) == reason


def test_when_there_is_no_room_the_one_that_waits_longest_goes() -> None:
    pairs = [socket.socketpair() for _pair in range(2)]
    room = connections.Open(most=2)
    assert all(room.enter(ours) for ours, _theirs in pairs)
    room.answered(pairs[0][0])
    third, fourth = socket.socketpair()
    # The thread of the second one is not there to leave: no room is found, but it has been hung up on.
    assert not room.enter(third)
    assert pairs[1][1].recv(1) == b""
    room.leave(pairs[1][0])
    assert room.enter(third)
    for one in (*pairs[0], *pairs[1], third, fourth):
        one.close()


@pytest.mark.parametrize("days", [1, 9000, 12000])
@pytest.mark.parametrize("text", [False, True], ids=["only the certificate", "with words before it"])
def test_when_a_certificate_ends(tmp_path: pathlib.Path, days: int, text: bool) -> None:
    file = tmp_path / "cert.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x"
    command = [*make.split(), "-days", str(days), "-out", str(file), *(["-text"] if text else [])]
    subprocess.run(command, check=True, capture_output=True)
    asked = ["openssl", "x509", "-enddate", "-noout", "-in", str(file)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    expected = ssl.cert_time_to_seconds(told.strip().partition("=")[2])
    assert certificates.ends([str(file)]) == [(str(file), float(expected))]


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "\x00\xff"])
def test_what_is_no_certificate_is_told_as_0_and_breaks_nothing(tmp_path: pathlib.Path, text: str) -> None:
    file = tmp_path / "cert.pem"
    file.write_text(text)
    assert certificates.ends([str(file)]) == [(str(file), 0.0)]


def test_what_waits_for_a_restart_is_counted_for_the_process_that_it_is_about(tmp_path: pathlib.Path) -> None:
    record, unit = tmp_path / "pending.json", tmp_path / "unit"
    record.write_text('{"instances": {"7000": {"pid": 5, "waiting": [{"setting": "databases"}]}}}')
    places = {"record": str(record), "unit": str(unit)}
    later = {"process_id": 5, "uptime_in_seconds": 10, "server_time_usec": 4_000_000_000_000_000}
    assert pending.count(later, 7000, places) == 1
    assert pending.count({**later, "process_id": 6}, 7000, places) == 0
    assert pending.count(later, 7001, places) == 0
    unit.touch()
    assert pending.count(later, 7001, places) == 0  # older than the start
    earlier = {**later, "server_time_usec": 1_000_000_000_000_000}
    assert pending.count({**earlier, "executable": str(record)}, 7001, places) == 2
    assert pending.count({"process_id": 5}, 7000, places) is None
    assert pending.count(later, 7000, {}) is None
    record.write_text("{")
    assert pending.count(later, 7000, places) == 0


def marked(directory: pathlib.Path, host: str, **changes: object) -> None:
    """Leave the mark of a host in a directory, as module maintenance_mark does."""
    mark = marks.Mark(host, since=1_800_000_000, until=1_800_007_200, by="root@controller", reason="disk")
    text = marks.text(dataclasses.replace(mark, **changes))  # type: ignore[arg-type]
    (directory / marks.file_name(host)).write_text(text, encoding="utf-8")


def test_the_mark_of_this_host_is_the_reason_and_those_of_others_are_not(tmp_path: pathlib.Path) -> None:
    places = {"directory": str(tmp_path), "host": "alpha"}
    assert maintenance.own(places) is None
    marked(tmp_path, "bravo")
    (tmp_path / "charlie.json").write_text("{", encoding="utf-8")
    (tmp_path / "delta.json").write_text("[]", encoding="utf-8")
    assert maintenance.own(places) is None
    assert [mark.host for mark in maintenance.marks(str(tmp_path))] == ["bravo"]
    marked(tmp_path, "alpha")
    mark = maintenance.own(places)
    assert maintenance.text(mark, 1_800_000_000) == "maintenance until 2027-01-15T10:00Z (disk)"
    assert maintenance.text(mark, 1_800_007_200) == "maintenance until 2027-01-15T10:00Z, which has passed (disk)"
    marked(tmp_path, "alpha", reason="")
    assert maintenance.text(maintenance.own(places), 0) == "maintenance until 2027-01-15T10:00Z"


def test_without_a_place_for_marks_there_are_none() -> None:
    assert maintenance.own({}) is None
    assert maintenance.marks("/nowhere") == []
