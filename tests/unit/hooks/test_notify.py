# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notification-script: the log first, then webhooks and scripts; what Sentinel has to do again."""

from __future__ import annotations

import os
import pathlib
import signal

import pytest

from .programs import Place, Receiver, closed_url, notify, redis_hooks

SWITCH = ("+switch-master", "main 192.0.2.11 6379 192.0.2.12 6379")

EVENTS = {
    "a switch": (SWITCH, {"set": "main", "old_primary": "192.0.2.11:6379", "new_primary": "192.0.2.12:6379"}),
    "a switch of IPv6": (
        ("+switch-master", "main 2001:db8::1 6379 2001:db8::2 6380"),
        {"old_primary": "[2001:db8::1]:6379", "master": "[2001:db8::2]:6380"},
    ),
    "the primary itself": (
        ("+odown", "master main 192.0.2.11 6379 #quorum 2/2"),
        {"set": "main", "master": "192.0.2.11:6379", "instance": "master main 192.0.2.11 6379"},
    ),
    "a replica": (
        ("+sdown", "slave 192.0.2.12:6379 192.0.2.12 6379 @ main 192.0.2.11 6379"),
        {"set": "main", "master": "192.0.2.11:6379", "instance": "slave 192.0.2.12:6379 192.0.2.12 6379"},
    ),
    "nothing that can be read": (("+tilt", "#tilt mode entered"), {"set": "", "master": ""}),
    "nothing at all": (("", ""), {"set": "", "text": ""}),
}


@pytest.mark.parametrize(("given", "said"), EVENTS.values(), ids=EVENTS)
def test_what_an_event_says(given: tuple[str, str], said: dict[str, str]) -> None:
    found = redis_hooks.parse_event(*given)
    assert said.items() <= found.items()


def test_an_event_is_a_line_in_the_log_and_a_post_to_each_webhook(tmp_path: pathlib.Path) -> None:
    with Receiver() as one, Receiver() as other:
        place = Place(tmp_path, {"url": one.url, "headers": {"Authorization": "Bearer x"}}, {"url": other.url})
        assert notify.main(SWITCH, str(place.configuration)) == 0
        assert [len(each.bodies) for each in (one, other)] == [1, 1]
        assert one.headers[0]["Authorization"] == "Bearer x"
        body = one.bodies[0]
    assert (body["set"], body["event"], body["master"]) == ("main", "+switch-master", "192.0.2.12:6379")
    assert (body["old_primary"], body["new_primary"]) == ("192.0.2.11:6379", "192.0.2.12:6379")
    assert (body["sentinel"], body["time"][-1]) == ("127.0.0.1:26379", "Z")
    first, outcome = place.lines()
    assert (first["event"], first["delivery"], first["attempt"]) == ("+switch-master", "pending", 1)
    assert set(outcome["webhooks"].values()) == {"delivered: 204"}
    assert not list((tmp_path / "events").iterdir())


ANSWERS = {
    "a webhook that is down is tried again later": ([500], 1),
    "one that is busy, too": ([429], 1),
    "one that does not want it is not": ([404], 2),
    "an event is not sent on to elsewhere": ([302], 2),
    "one that takes it at last": ([503, 204], 0),
}


@pytest.mark.parametrize(("answers", "status"), ANSWERS.values(), ids=ANSWERS)
def test_what_sentinel_is_told(answers: list[int], status: int, tmp_path: pathlib.Path) -> None:
    with Receiver(*answers) as receiver:
        place = Place(tmp_path, {"url": receiver.url}, attempts=2)
        assert notify.main(SWITCH, str(place.configuration)) == status


def test_nothing_is_lost_while_a_webhook_is_down_and_nobody_is_told_twice(tmp_path: pathlib.Path) -> None:
    with Receiver() as up, Receiver(500) as down:
        place = Place(tmp_path, {"url": up.url}, {"url": down.url})
        assert notify.main(SWITCH, str(place.configuration)) == 1
        down.answers = [204]
        assert notify.main(SWITCH, str(place.configuration)) == 0
        assert (len(up.bodies), len(down.bodies)) == (1, 2)
    assert [line["attempt"] for line in place.lines() if "attempt" in line] == [1, 2]


def test_where_nothing_listens_is_tried_again(tmp_path: pathlib.Path) -> None:
    place = Place(tmp_path, {"url": closed_url()})
    assert notify.main(SWITCH, str(place.configuration)) == 1
    assert "refused" in str(place.lines()[-1]["webhooks"])


def test_events_that_nobody_wants_are_logged_and_not_sent(tmp_path: pathlib.Path) -> None:
    with Receiver() as receiver:
        place = Place(tmp_path, {"url": receiver.url})
        assert (
            notify.main(("+slave-reconf-sent", "slave a 192.0.2.1 1 @ main 192.0.2.2 2"), str(place.configuration)) == 0
        )
        assert not receiver.bodies
    assert place.lines()[0]["delivery"] == "done"


HOSTILE = {
    "a quote and a line feed": 'main"\n{"x": 1} 192.0.2.11 6379 192.0.2.12 6379',
    "a command": "$(touch /tmp/x) `id` ; rm -rf 192.0.2.11 6379",
    "bytes that are no text": os.fsdecode(b"master \xff\xfe 192.0.2.11 6379"),
    "a path": "../../etc/passwd 192.0.2.11 6379 192.0.2.12 6379",
    "very much": "x " * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_data(text: str, tmp_path: pathlib.Path) -> None:
    with Receiver() as receiver:
        place = Place(tmp_path, {"url": receiver.url})
        assert notify.main(("+switch-master", text), str(place.configuration)) == 0
        assert receiver.bodies[0]["text"] == text[:4096]
    assert place.lines()[0]["text"] == text[:4096]
    assert {path.name for path in tmp_path.iterdir()} == {
        *("events", "requests", "notify.d", "reconfigure.d", "state", "log", "hooks.json")
    }


def test_many_at_a_time_do_not_mix_their_lines(tmp_path: pathlib.Path) -> None:
    with Receiver() as receiver:
        place = Place(tmp_path, {"url": receiver.url})
        runs = [place.start("notify", "+odown", f"master main 192.0.2.{number} 6379") for number in range(20)]
        assert [run.wait(30) for run in runs] == [0] * 20
        assert len({body["master"] for body in receiver.bodies}) == 20
    assert len(place.lines()) == 40


def test_killed_while_a_webhook_hangs_it_has_logged_the_event_and_goes_on_next_time(tmp_path: pathlib.Path) -> None:
    with Receiver() as receiver:
        place = Place(tmp_path, {"url": receiver.url})
        server_is_slow = Place(tmp_path, {"url": "http://127.0.0.1:1/", "timeout": 30}, attempts=9)
        run = server_is_slow.start("notify", *SWITCH)
        while not place.lines():
            assert run.poll() is None
        run.send_signal(signal.SIGKILL)
        assert run.wait(10) == -signal.SIGKILL
        place = Place(tmp_path, {"url": receiver.url})
        assert notify.main(SWITCH, str(place.configuration)) == 0
        assert len(receiver.bodies) == 1


def a_script(path: pathlib.Path, text: str, mode: int = 0o755) -> pathlib.Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return path


def test_own_scripts_get_the_arguments_and_do_not_stop_one_another(tmp_path: pathlib.Path) -> None:
    place = Place(tmp_path)
    scripts = tmp_path / "notify.d"
    a_script(scripts / "10-fails", "exit 7")
    a_script(scripts / "20-writes", f'printf "%s|%s" "$1" "$2" > {tmp_path}/told')
    a_script(scripts / "30-plain", "exit 0", 0o644)
    a_script(scripts / "40-open", "exit 0", 0o777)
    (scripts / "50-link").symlink_to("/bin/true")
    assert notify.main(SWITCH, str(place.configuration)) == 0
    outcomes = place.lines()[-1]["scripts"]
    owned = os.geteuid() == 0  # what is not root's is never run
    assert (tmp_path / "told").exists() == owned
    if owned:
        assert (tmp_path / "told").read_text() == "|".join(SWITCH)
        assert (outcomes["10-fails"], outcomes["20-writes"]) == ("ended with 7", "ended with 0")
        assert outcomes["30-plain"] == "not run: not executable"
    assert outcomes["40-open"] == "not run: others than root can change it"
    assert outcomes["50-link"] == "not run: not a regular file"


def test_a_script_that_hangs_is_ended(tmp_path: pathlib.Path) -> None:
    a_script(tmp_path / "hangs", "exec tail -f /dev/null")
    outcomes = redis_hooks.run_scripts(str(tmp_path), [], 0.3)
    assert outcomes["hangs"] in ("ran too long and was killed", "not run: others than root can change it")
