# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a plan a call does, so that a live change reaches one member of a deployment after another."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._files import Directory, File
from ansible_collections.almashooq.redis.plugins.module_utils._managed.layout import Layout
from ansible_collections.almashooq.redis.plugins.module_utils._managed.steps import MakeDirectory
from ansible_collections.almashooq.redis.plugins.module_utils._settings.model import Host, Node
from ansible_collections.almashooq.redis.plugins.module_utils._settings.plan_stages import (
    Stage,
    conclusions,
    deferred,
    staged,
)
from ansible_collections.almashooq.redis.plugins.module_utils._settings.steps import (
    KeepTrial,
    SetLive,
    UndoTrial,
    WriteFile,
)
from ansible_collections.almashooq.redis.plugins.module_utils._users.steps import LoadUsers

LAYOUT = Layout("/server", "redis", "redis", "/etc/redis", "/data", "/log", "/run")
WANTED = SimpleNamespace(
    layout=LAYOUT, instances=[SimpleNamespace(port=port, node=f"n:{port}") for port in (7000, 7001)]
)
HOME = MakeDirectory(Directory("/data/7000", 0, 0, 0o750))
HZ = ("hz", "10", "20")
LOGIN = ("masterauth", "old", "new")


def live(port, *changes):
    return SetLive(port, f"n:{port}", changes)


def file(port, kind="conf"):
    return WriteFile(File(f"/etc/redis/{port}.{kind}", "", 0, 0, 0o640), ("hz",))


def users(port):
    return LoadUsers(port, f"n:{port}", (), ("app",), False)


PLAN = [
    HOME,
    live(7000, HZ, LOGIN),
    live(7001, LOGIN),
    file(7000),
    file(7000, "acl"),
    file(7001),
    users(7000),
    users(7001),
]


@pytest.mark.parametrize(
    ("stage", "steps"),
    [
        (Stage("apply"), PLAN),
        # The login is no reason to wait: it has to change everywhere at once.
        (Stage("defer"), [HOME, live(7001, LOGIN), file(7001), users(7001)]),
        (Stage("trial", frozenset([7000])), [live(7000, HZ)]),
        (Stage("trial", frozenset([7001])), []),
        (Stage("keep", frozenset([7000])), [HOME, live(7000, HZ), file(7000), file(7000, "acl")]),
        (Stage("apply", frozenset([7001])), [HOME, live(7001, LOGIN), file(7001), users(7001)]),
        (Stage("undo"), []),
    ],
    ids=lambda value: f"{value.name} {sorted(value.only)}" if isinstance(value, Stage) else "",
)
def test_each_stage_does_its_part(stage, steps):
    assert staged(PLAN, WANTED, stage) == steps


def test_what_is_deferred_is_named_without_logins():
    assert deferred(PLAN) == {7000: ("hz",)}


TRIED = (("hz", "10", "20"), ("timeout", "0", "5"))


def host(running=True):
    settings = (("hz", "20"), ("timeout", "7")) if running else ()
    return Host(nodes=(Node(7000, settings=settings, trial=TRIED), Node(7001)))


@pytest.mark.parametrize("name", ["apply", "defer", "trial", "undo"])
def test_what_an_interrupted_run_left_is_undone_whatever_is_to_be_done(name):
    assert conclusions(WANTED, host(), Stage(name)) == [UndoTrial(7000, "n:7000", TRIED, True)]
    assert conclusions(WANTED, host(), Stage(name, frozenset([7001]))) == []


def test_a_trial_is_kept_for_a_named_instance_alone():
    assert conclusions(WANTED, host(), Stage("keep", frozenset([7000]))) == [KeepTrial(7000, "n:7000", TRIED)]
    assert conclusions(WANTED, host(), Stage("keep")) == [UndoTrial(7000, "n:7000", TRIED, True)]


def test_a_call_does_not_undo_its_own_trial():
    assert conclusions(WANTED, host(), Stage("trial", own=frozenset([7000]))) == []


def test_undoing_puts_back_what_still_has_the_value_on_trial():
    (step,) = conclusions(WANTED, host(), Stage())
    assert step.apply(host()).nodes[0] == Node(7000, settings=(("hz", "10"), ("timeout", "7")))


def test_an_instance_that_was_restarted_has_the_values_of_its_file():
    (step,) = conclusions(WANTED, host(running=False), Stage())
    assert step.running is False
