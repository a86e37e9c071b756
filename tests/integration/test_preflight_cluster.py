# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of a cluster that runs: what a run would refuse too late.  Ports 16600 to 16609."""

from __future__ import annotations

import typing as t

import pytest

from .engines import engines
from .fleet import PASSWORD, Fleet
from .module_runner import converged, refused
from .test_cluster import ONE_HOST, options

FIRST_PORT = 16600


@pytest.fixture(scope="module")
def cluster() -> t.Iterator[Fleet]:
    """A cluster of six nodes, which no test changes."""
    with Fleet(engines()[0], 6, FIRST_PORT, cluster_node_timeout="1500") as fleet:
        converged("cluster", options(fleet))
        yield fleet


def asked(fleet: Fleet, nodes: list[dict[str, t.Any]], **others: t.Any) -> dict[str, t.Any]:
    return {"nodes": nodes, "password": PASSWORD, "accept_placement": ONE_HOST, **others}


def running(fleet: Fleet, *ports: int) -> list[dict[str, t.Any]]:
    return [{**node, "listening": True} for node in fleet.nodes(*ports)]


def new(port: int) -> dict[str, t.Any]:
    return {"address": "127.0.0.1", "port": port, "host": "four", "listening": False}


def test_a_cluster_as_it_is_wanted_is_good(cluster: Fleet) -> None:
    result = converged("preflight_cluster", asked(cluster, running(cluster)))
    assert (result["checked"], result["plan"], result["changed"]) == (True, [], False)


def test_a_fourth_host_is_refused_while_nothing_runs_on_it(cluster: Fleet) -> None:
    last = cluster.ports[-1]
    message = refused("preflight_cluster", asked(cluster, [*running(cluster), new(last + 1), new(last + 2)]))["msg"]
    assert f"127.0.0.1:{last + 1}, 127.0.0.1:{last + 2}" in message
    assert "Nothing has been changed." in message


def test_a_host_that_was_taken_out_is_missed_by_the_running_cluster(cluster: Fleet) -> None:
    message = refused("preflight_cluster", asked(cluster, running(cluster, *cluster.ports[:4])))["msg"]
    gone = [f"127.0.0.1:{port}" for port in cluster.ports[4:]]
    assert "the running cluster has 2 member(s) that the inventory lacks" in message
    assert all(name in message for name in gone)
    assert "Put their host(s) back into group redis_cluster" in message


def test_a_member_that_is_down_is_what_the_others_know_it_as(cluster: Fleet) -> None:
    nodes = [*running(cluster, *cluster.ports[:5]), new(cluster.ports[5])]
    assert converged("preflight_cluster", asked(cluster, nodes))["plan"] == []


def test_the_old_password_is_tried_in_the_run_that_changes_it(cluster: Fleet) -> None:
    given = asked(cluster, running(cluster), password_old=PASSWORD)
    assert converged("preflight_cluster", {**given, "password": "another"})["checked"] is True


def test_nodes_that_cannot_be_asked_are_left_to_the_run(cluster: Fleet) -> None:
    assert converged("preflight_cluster", asked(cluster, running(cluster), password="wrong"))["checked"] is False
    assert converged("preflight_cluster", asked(cluster, [new(port) for port in cluster.ports]))["checked"] is False


def test_another_number_of_replicas_is_refused(cluster: Fleet) -> None:
    message = refused("preflight_cluster", asked(cluster, running(cluster), replicas=0))["msg"]
    assert "Slots and replicas would have to move" in message
