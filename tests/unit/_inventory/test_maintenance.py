# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run concludes from the marks of its hosts, and what it is to do for one of them."""

from __future__ import annotations

import dataclasses
import time
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._marks import Mark
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_maintenance import (
    maintenance,
    maintenance_request,
)
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Run

NOW = int(time.time())
MEMBERS = {"a": "192.0.2.1", "b": "192.0.2.2", "c": "192.0.2.3"}
GROUPS = {
    "redis_cluster": ["k1", "k2", "l1"],
    "redis_replication": list(MEMBERS),
    "redis_sentinel": list(MEMBERS),
}
SETS = [{"name": name, "primary": "a", "ports": [port]} for name, port in (("main", 6379), ("other", 6380))]


def mark(host: str, until: int = NOW + 7200) -> Mark:
    return Mark(host, NOW - 60, until, "root@controller", "disk", tuple(one for one in MEMBERS if one != host))


def hostvars(marks: t.Mapping[str, t.Sequence[Mark]], down: t.Collection[str] = ()) -> dict[str, dict[str, t.Any]]:
    """Return the variables of a cluster of two hosts, another one, and two sets on three hosts with Sentinels."""
    found: dict[str, dict[str, t.Any]] = {}
    for host, address in MEMBERS.items():
        found[host] = {
            "redis_node_address": address,
            "redis_node_instances": [{"port": 6379}, {"port": 6380}],
            "redis_replication_sets": SETS,
            "group_names": ["redis_replication", "redis_sentinel"],
        }
    for number, host in enumerate(GROUPS["redis_cluster"], 10):
        deployment = {"redis_node_deployment": "large"} if host == "l1" else {}
        found[host] = {"redis_node_address": f"192.0.2.{number}", "group_names": ["redis_cluster"], **deployment}
    for host, variables in found.items():
        reported = [dataclasses.asdict(one) for one in marks.get(host, ())]
        variables["__redis_maintenance_found"] = {"unreachable": True} if host in down else {"marks": reported}
        servers = [{"address": variables["redis_node_address"], "port": port} for port in (6379, 6380, 26379)]
        variables["__redis_maintenance_here"] = {} if host in down else {"servers": servers}
    return found


def run(variables: dict[str, dict[str, t.Any]], **own: t.Any) -> Run:
    asked = {
        "redis_maintenance_host": "b",
        "redis_maintenance_state": "begun",
        "redis_maintenance_until": "",
        "redis_maintenance_reason": "",
        **own,
    }
    return Run("a", {**variables["a"], **asked}, variables, GROUPS)


def asked(
    marks: t.Mapping[str, t.Sequence[Mark]] | None = None, down: t.Collection[str] = (), **own: t.Any
) -> dict[str, t.Any]:
    """Return what is to be done, from the marks that the hosts have."""
    variables = hostvars(marks or {}, down)
    known = maintenance(run(variables))
    return maintenance_request(run(variables, __redis_maintenance_known=known, **own))


def test_without_a_mark_nothing_is_concluded() -> None:
    found = maintenance(run(hostvars({})))
    assert found == {"out": {}, "absences": [], "beside": {}, "stale": {}, "notice": "", "restarting": ""}


def test_a_host_that_was_taken_out_of_the_inventory_is_forgotten() -> None:
    # It was in maintenance, and did not come back: its copies are on those that it had as peers.
    gone = dataclasses.replace(mark("z"), peers=("a", "c"))
    found = maintenance(run(hostvars({"a": [gone], "c": [gone]})))
    assert (found["out"], found["beside"], found["notice"]) == ({}, {}, "")
    assert found["stale"] == {"a": ["z"], "c": ["z"]}


def test_a_mark_of_another_inventory_on_the_same_machine_is_left_alone() -> None:
    theirs = dataclasses.replace(mark("z"), peers=("x", "y"))
    found = maintenance(run(hostvars({"a": [theirs]})))
    assert found == {"out": {}, "absences": [], "beside": {}, "stale": {}, "notice": "", "restarting": ""}


def test_a_host_that_is_powered_off_is_known_from_its_peers() -> None:
    copies = [mark("b")]
    found = maintenance(run(hostvars({"a": copies, "c": copies}, down=["b"])))
    assert list(found["out"]) == ["b"]
    assert found["beside"] == {"a": ["b"], "c": ["b"]}
    assert found["absences"] == [{"host": "b", "text": mark("b").describe(), "expired": False}]
    assert found["notice"].startswith("b is in maintenance since ")
    assert maintenance(run(hostvars({"a": copies}, down=["b"])))["out"] == {}


def test_only_the_deployment_of_a_cluster_is_beside_its_host() -> None:
    own = [dataclasses.replace(mark("k1"), peers=("k2",))]
    found = maintenance(run(hostvars({"k1": own, "k2": own})))
    assert found["beside"] == {"k2": ["k1"]}


def test_an_end_time_that_has_passed_is_said() -> None:
    own = [mark("b", until=NOW - 1)]
    found = maintenance(run(hostvars({"b": own})))
    assert found["absences"][0]["expired"]
    assert found["notice"].endswith("WHICH HAS PASSED")


def test_a_copy_that_was_left_behind_is_to_be_removed() -> None:
    found = maintenance(run(hostvars({"c": [mark("b")]})))
    assert (found["out"], found["stale"]) == ({}, {"c": ["b"]})


def ports(found: dict[str, t.Any]) -> dict[str, list[int]]:
    return {one["deployment"]: [server["port"] for server in one["servers"]] for one in found["deployments"]}


def test_a_host_leaves_all_its_deployments_and_its_sentinel_is_stopped_with_the_last() -> None:
    found = asked(redis_maintenance_reason="disk")
    assert ports(found) == {"main": [6379], "other": [6380, 26379]}
    assert found["out"]
    assert found["peers"] == ["a", "c"]
    assert found["mark"]["reason"] == "disk"
    assert found["mark"]["peers"] == ("a", "c")
    assert NOW + 4 * 3600 <= found["mark"]["until"] <= time.time() + 4 * 3600
    assert "host" not in found["mark"]


def test_the_sentinel_is_started_with_the_first_of_its_sets() -> None:
    everywhere = {host: [mark("b")] for host in MEMBERS}
    found = asked(everywhere, redis_maintenance_state="ended")
    assert ports(found) == {"main": [6379, 26379], "other": [6380]}
    assert not found["out"]
    # What was noted is what the way back needs.
    assert found["mark"]["since"] == NOW - 60


def test_a_host_that_is_in_service_has_nowhere_to_come_back_to() -> None:
    assert asked(redis_maintenance_state="ended")["deployments"] == []


def test_a_second_run_keeps_the_mark_but_for_what_is_given_now() -> None:
    everywhere = {host: [mark("b")] for host in MEMBERS}
    again = asked(everywhere)
    assert again["mark"] == {key: value for key, value in dataclasses.asdict(mark("b")).items() if key != "host"}
    later = asked(everywhere, redis_maintenance_until="1d")
    assert later["mark"]["until"] > again["mark"]["until"]
    assert {**later["mark"], "until": 0} == {**again["mark"], "until": 0}


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"redis_maintenance_host": ""}, "redis_maintenance_host is not set"),
        ({"redis_maintenance_host": "z"}, r"redis_maintenance_host: z is not known"),
        ({"redis_maintenance_host": "all"}, r"redis_maintenance_host: all is not known"),
        ({"redis_maintenance_until": "yesterday"}, "is no time"),
        ({"redis_maintenance_until": "2020-01-01T00:00Z"}, "is not in the future"),
    ],
)
def test_what_is_not_understood_is_refused(own: dict[str, t.Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        asked(**own)


def test_a_second_host_of_a_deployment_is_refused_and_one_of_another_is_not() -> None:
    everywhere = {host: [mark("b")] for host in MEMBERS}
    with pytest.raises(Refused, match=r"a cannot be taken out of service while b is: b is in maintenance since"):
        asked(everywhere, redis_maintenance_host="a")
    assert ports(asked(everywhere, redis_maintenance_host="k1")).keys() == {"redis"}


def test_a_dead_host_is_marked_by_its_peers_and_none_of_its_members_is_stopped() -> None:
    found = asked(down=["b"])
    assert (found["unreached"], found["mark"]["unreached"], found["out"]) == (True, True, True)
    assert found["peers"] == ["a", "c"]
    assert ports(found) == {"main": [], "other": []}
    assert not asked()["unreached"]
    # Its copies count when it is back; the run that reaches it gives it its own, or brings it back.
    copies = [dataclasses.replace(mark("b"), unreached=True)]
    back = {"a": copies, "c": copies}
    assert list(maintenance(run(hostvars(back)))["out"]) == ["b"]
    assert asked(back)["mark"]["unreached"] is False
    assert asked(back, down=["b"])["mark"]["unreached"] is True
    assert ports(asked(back, redis_maintenance_state="ended")) == {"main": [6379, 26379], "other": [6380]}
    # One with a mark of its own, which was powered off, keeps that.
    planned = {"a": [mark("b")], "c": [mark("b")]}
    assert asked(planned, down=["b"])["mark"]["unreached"] is False


def test_a_host_that_was_not_reached_is_refused() -> None:
    copies = {"a": [mark("b")], "c": [mark("b")]}
    with pytest.raises(Refused, match="host b was not reached"):
        asked(copies, down=["b"], redis_maintenance_state="ended")
