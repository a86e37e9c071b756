# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client-reconfig-script: what it leaves for root, and what it makes of late events."""

from __future__ import annotations

import pathlib

import pytest

from .programs import Place, reconfigure

OLD, NEW = "192.0.2.11:6379", "192.0.2.12:6379"
ARGUMENTS = ("main", "observer", "start", "192.0.2.11", "6379", "192.0.2.12", "6379")


def a_file(primary: str, epoch: int) -> str:
    address, port = primary.split(":")
    return f"sentinel myid x\nsentinel monitor main {address} {port} 2\nsentinel config-epoch main {epoch}\n"


STANDINGS = {
    "an observer's file names the new primary": ((NEW, 4), ("confirmed", 4)),
    "the leader's file still names the old one": ((OLD, 4), ("claimed", 4)),
    "a file that is further on": (("192.0.2.13:6379", 5), ("superseded", 5)),
    "no file": (None, ("unknown", None)),
}


@pytest.mark.parametrize(("view", "standing"), STANDINGS.values(), ids=STANDINGS)
def test_where_a_switch_stands(view: tuple[str, int] | None, standing: tuple[str, int | None]) -> None:
    assert reconfigure.stamp(view, OLD, NEW) == standing


def test_a_request_is_left_for_root_and_a_line_in_the_log(tmp_path: pathlib.Path) -> None:
    place = Place(tmp_path)
    place.sentinel_file.write_text(a_file(NEW, 4))
    assert reconfigure.main(ARGUMENTS, str(place.configuration)) == 0
    assert place.requests() == [
        {"set": "main", "old_primary": OLD, "standing": "confirmed", "epoch": 4, "address": "192.0.2.12", "port": 6379}
    ]
    assert place.lines()[0]["standing"] == "confirmed"


def test_an_event_that_comes_too_late_leaves_none(tmp_path: pathlib.Path) -> None:
    place = Place(tmp_path)
    place.sentinel_file.write_text(a_file("192.0.2.13:6379", 5))
    assert reconfigure.main(ARGUMENTS, str(place.configuration)) == 0
    assert place.requests() == []
    assert place.lines()[0]["standing"] == "superseded"


def test_sentinel_is_to_try_again_where_nothing_can_be_written(tmp_path: pathlib.Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "requests").rmdir()
    (tmp_path / "requests").write_text("in the way")
    assert reconfigure.main(ARGUMENTS, str(place.configuration)) == 1


HOSTILE = {
    "a set that is a path": ("../../x", *ARGUMENTS[1:]),
    "a set with a line feed": ("a\nb", *ARGUMENTS[1:]),
    "an address with a command": (*ARGUMENTS[:5], "$(id)", "6379"),
    "a port that is none": (*ARGUMENTS[:6], "6379;id"),
    "a port out of range": (*ARGUMENTS[:6], "65536"),
    "a port in other digits": (*ARGUMENTS[:6], "\u0666379"),
    "too few words": ARGUMENTS[:6],
    "nothing": (),
}


@pytest.mark.parametrize("arguments", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_are_logged_and_given_up(arguments: tuple[str, ...], tmp_path: pathlib.Path) -> None:
    place = Place(tmp_path)
    assert reconfigure.main(arguments, str(place.configuration)) == 2
    assert place.requests() == []
    assert place.lines()[0]["refused"]
