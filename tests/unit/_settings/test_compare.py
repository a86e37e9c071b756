# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings differ, and under how many names."""

from __future__ import annotations

from ansible_collections.almashooq.redis.plugins.module_utils._settings.compare import (
    Difference,
    differences,
    different_names,
    look_alikes,
)
from ansible_collections.almashooq.redis.plugins.module_utils._settings.model import Node

from .._managed.instances import an_instance
from .hosts import VERSION, an_answer


def running(version=VERSION, **settings):
    shown = {name.replace("_", "-"): value for name, value in settings.items()}
    return Node(7000, pid=1, settings=tuple(sorted(shown.items())), version=version)


def test_all_settings_that_both_know_are_compared():
    answer = an_answer({"hz": "10", "timeout": "0", "new": "1"})
    assert different_names(running(hz="20", timeout="0", old="1"), answer, an_instance()) == ["hz"]


def test_a_stopped_instance_differs_in_nothing():
    assert different_names(Node(7000), an_answer({"hz": "10"}), an_instance()) == []


def test_while_another_version_runs_only_what_is_asked_for_is_compared():
    node = running(version="redis 6.2.14", hz="20", timeout="5")
    answer = an_answer({"hz": "10", "timeout": "0"})
    assert different_names(node, answer, an_instance(settings={"hz": 10})) == ["hz"]


def test_second_names_are_folded_into_the_first():
    node = running(replica_priority="50", slave_priority="50", hz="20")
    answer = an_answer(
        {"replica-priority": "100", "slave-priority": "100", "hz": "10"},
        aliases=[("slave-priority", "replica-priority")],
    )
    assert differences(node, answer, an_instance()) == [
        Difference("hz", "20", "10", fixed=False),
        Difference("replica-priority", "50", "100", fixed=False),
    ]


def test_what_cluster_mode_decides_is_not_compared():
    answer = an_answer({"databases": "16"}, fixed=["databases"])
    assert differences(running(databases="1"), answer, an_instance()) == []
    assert len(differences(running(databases="1"), answer, an_instance(cluster_enabled=False))) == 1


def test_what_only_a_restart_changes_is_marked():
    found = differences(running(io="16"), an_answer({"io": "4"}, fixed=["io"]), an_instance())
    assert [one.fixed for one in found] == [True]


def test_only_settings_with_the_same_two_values_may_be_one():
    node = running(a="1", b="1", c="1", d="2")
    answer = an_answer({"a": "0", "b": "0", "c": "5", "d": "0"})
    assert look_alikes(["a", "b", "c", "d"], node, answer) == [["a", "b"]]
