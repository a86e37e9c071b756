# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What health makes of a host in maintenance: expected until its end time, a warning afterwards, and nothing else."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._health.checks import Verdict, evaluate
from ansible_collections.almashooq.redis.plugins.module_utils._health.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._health.maintenance import Absence, make_absences
from ansible_collections.almashooq.redis.plugins.module_utils._health.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import ERROR, WARNING, Finding, make_desired_nodes

from .test_checks import seen, server

TEXT = "in maintenance since 2027-01-15 08:00 UTC until 2027-01-15 10:00 UTC by root@controller"
OUT = "192.0.2.1:6380"


def verdict(*topology: Finding, expired: bool = False, **others: t.Any) -> Verdict:
    """Return what counts where one of two nodes does not answer, and its host is in maintenance."""
    down = server(6380, problem="unreachable", detail="Connection refused", **others)
    observed = seen(server(), down, topology=topology)
    return evaluate(observed, Desired(replicas=1, absences=(Absence("beta", TEXT, expired, (OUT,)),)))


def test_what_is_nothing_but_the_maintenance_is_muted_with_its_text() -> None:
    found = verdict()
    assert found.findings == ()
    assert {one.check for one, _mute in found.muted} == {"reachable", "replicas"}
    assert {mute.reason for _one, mute in found.muted} == {f"host beta is {TEXT}"}
    assert found.healthy


def test_after_its_end_time_it_is_a_warning_and_no_error() -> None:
    found = verdict(expired=True)
    assert found.muted == ()
    assert {(one.check, one.severity) for one in found.findings} == {
        ("reachable", WARNING), ("replicas", WARNING), ("maintenance", WARNING),
    }  # fmt: skip
    assert any(one.message == f"host beta should be back: it is {TEXT}" for one in found.findings)
    assert found.healthy


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (Finding("sentinel-known", f"192.0.2.9:26379 cannot reach {OUT} of main", ERROR, "192.0.2.9:26379"), False),
        (Finding("sentinel-known", f"192.0.2.9:26379 cannot reach {OUT}0 of main", ERROR, "192.0.2.9:26379"), True),
        (Finding("sentinel-known", f"192.0.2.9:26379 cannot reach 1{OUT} of main", ERROR, "192.0.2.9:26379"), True),
        (Finding("sentinel-quorum", "192.0.2.9:26379 has no quorum", ERROR, "192.0.2.9:26379"), True),
        (Finding("slots-covered", f"5461 slots are not served (last owner: {OUT})", ERROR), True),
        (Finding("cluster-state", "192.0.2.1:6379 reports cluster_state:fail", ERROR, "192.0.2.1:6379"), True),
        (Finding("primary-majority", "host alpha has a majority of the primaries", WARNING), False),
    ],
)
def test_what_no_maintenance_explains_counts_as_ever(one: Finding, counts: bool) -> None:
    found = verdict(one)
    assert (one in found.findings) is counts
    assert (one in [each for each, _mute in found.muted]) is not counts


def test_another_node_that_is_down_is_an_error() -> None:
    down = server(6381, problem="unreachable", detail="Connection refused")
    found = evaluate(
        Observed((server(), down), clustered=True), Desired(absences=(Absence("beta", TEXT, False, (OUT,)),))
    )
    assert not found.healthy


def test_hosts_without_members_here_do_not_concern_a_deployment() -> None:
    nodes = make_desired_nodes([{"address": "192.0.2.1", "port": 6380, "host": "beta"}])
    given = [{"host": name, "text": TEXT, "expired": True} for name in ("beta", "gamma")]
    assert make_absences(given, nodes, {OUT: "redis2.example:6380"}) == (
        Absence("beta", TEXT, True, (OUT, "redis2.example:6380")),
    )
