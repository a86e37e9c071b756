# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a build: expected steps, cut at each of them, and what is refused."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.model import (
    Contents,
    Desired,
    Host,
    Manifest,
    State,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.plan import plan, warnings
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.steps import (
    Install,
    Link,
    Pack,
    Remove,
    Switch,
)
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

HOME = "/opt/redis-node/redis"
WANTED = Desired("redis", "8.0.6", "abcdef01" + "0" * 56, "/opt/redis-node", archive=f"{HOME}/.archive")
NAME = "8.0.6-abcdef01"
GIB = 1024**3
READY = Host("debian-12-x86_64", 2 * GIB)
OLDER = State(installed=("8.0.2-00000000",), current="8.0.2-00000000", host=READY)
INSTALL = Install(NAME, f"{HOME}/{NAME}", "redis 8.0.6", "source")
SWITCH = Switch(f"{HOME}/current", "8.0.2-00000000", NAME)
ARCHIVE = Remove((f"{HOME}/.archive",))


def test_a_build_is_made_before_the_link_moves() -> None:
    assert plan(WANTED, OLDER) == [INSTALL, ARCHIVE, SWITCH]


def test_what_a_run_has_left_goes_first() -> None:
    left = dataclasses.replace(OLDER, leftovers=(f"{HOME}/.work",))
    assert plan(WANTED, left) == [Remove((f"{HOME}/.work",)), INSTALL, ARCHIVE, SWITCH]


@pytest.mark.parametrize("cut", range(4))
def test_a_run_that_was_cut_is_finished(cut: int) -> None:
    state = dataclasses.replace(OLDER, leftovers=(f"{HOME}/.work",))
    for step in plan(WANTED, state)[:cut]:
        state = step.apply(state)
    for step in plan(WANTED, state):
        state = step.apply(state)
    assert (state.current, state.leftovers, NAME in state.installed) == (NAME, (), True)
    assert plan(WANTED, state) == []


def test_another_version_and_back_is_one_link() -> None:
    both = State(installed=("8.0.2-00000000", NAME), current="8.0.2-00000000")
    assert plan(WANTED, both) == [SWITCH]


def test_a_build_to_hand_on_is_packed_and_not_made_current() -> None:
    wanted = dataclasses.replace(WANTED, pack=True, activate=False)
    assert plan(wanted, State(installed=(NAME,))) == [Pack(f"{HOME}/.packed.tar.gz")]


@pytest.mark.parametrize(
    ("target", "steps"),
    [
        pytest.param("", [Link("/usr/local/bin/redis-cli", f"{HOME}/current/bin/redis-cli")], id="nothing there"),
        pytest.param(f"{HOME}/current/bin/redis-cli", [], id="ours already"),
        pytest.param(
            "/opt/redis-node/old",
            [Link("/usr/local/bin/redis-cli", f"{HOME}/current/bin/redis-cli")],
            id="ours of before",
        ),
    ],
)
def test_links_for_people(target: str, steps: list[object]) -> None:
    state = State(installed=(NAME,), current=NAME, links=(("/usr/local/bin/redis-cli", target),))
    assert plan(WANTED, state) == steps


@pytest.mark.parametrize("target", [None, "/usr/bin/redis-cli"])
def test_what_is_somebody_s_is_not_replaced(target: str | None) -> None:
    state = State(installed=(NAME,), current=NAME, links=(("/usr/local/bin/redis-cli", target),))
    with pytest.raises(Refused, match="is in the way"):
        plan(WANTED, state)


MADE = Manifest("redis", "8.0.6", "debian-13-x86_64", "0" * 64, "0" * 64)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (dataclasses.replace(READY, free=100 * 1024**2), "has 100 MiB of free space, and 400 MiB are needed"),
        (dataclasses.replace(READY, executable=False), "mounted noexec"),
        (dataclasses.replace(READY, lacking=("make", "cc")), "needs what this host lacks: make, cc"),
    ],
)
def test_what_stands_in_the_way_is_told_before_anything_is_done(host: Host, message: str) -> None:
    with pytest.raises(Refused, match=message):
        plan(WANTED, dataclasses.replace(OLDER, host=host))


def test_a_build_for_another_platform_is_refused() -> None:
    state = dataclasses.replace(OLDER, contents=Contents("redis", "redis", "8.0.6", 1, MADE))
    with pytest.raises(Refused, match="is for debian-13-x86_64, and this host is debian-12-x86_64"):
        plan(dataclasses.replace(WANTED, method="prebuilt"), state)


def test_a_build_that_is_there_needs_nothing_of_the_host() -> None:
    assert plan(WANTED, State(installed=(NAME,), current=NAME)) == []


def test_what_runs_from_another_build_is_told() -> None:
    running = ((7, "redis-server", "8.0.2-00000000"), (8, "redis-server", NAME))
    told = warnings(WANTED, State(installed=(NAME,), current=NAME, outdated=running))
    assert [text.partition(" runs")[0] for text in told] == ["redis-server (pid 7)"]
