# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops an upgrade before anything is installed: versions, the way back, health; and what is proven after it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import Finding
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import State
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.checks import after, before, errors, installed
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.model import Consent, Place, Survey

from .._rolling.worlds import cluster, of_versions, replicated
from .worlds import NEW, OLD, survey

YES = Consent(one_way=True)


def found(seen: Survey, consent: Consent = YES) -> list[tuple[str, str]]:
    """Return checks and messages of what stops the run."""
    return [(one.check, one.message) for one in errors(before(seen, consent))]


def of(findings: t.Iterable[Finding], check: str) -> Finding:
    """Return the one finding of a check."""
    (one,) = [each for each in findings if each.check == check]
    return one


def running(version: str, others: dict[int, str] | None = None, state: State | None = None) -> State:
    """Return a cluster, or another state, of these versions."""
    return of_versions(state or cluster(), version, others)


def test_nothing_is_in_the_way_of_a_known_change_with_consent() -> None:
    assert before(survey(), YES) == []
    assert before(survey(running(OLD, state=replicated())), YES) == []


def test_a_change_without_a_rolling_way_back_takes_consent_that_names_the_way_there_is() -> None:
    one = of(before(survey(), Consent()), "way-back")
    assert one.message == (
        "from valkey 8.0.1 there is no way back to redis 7.0.15 while the deployment serves: "
        "Redis 7.0 does not load what Valkey 8.0 sends to a replica"
    )
    assert "Redis 7.0 loads an AOF that the new engine has written as text" in one.hint
    assert "redis_upgrade_one_way: true" in one.hint
    no_way = of(before(survey(running("valkey 8.0.1", state=replicated()), "redis 8.0.2"), Consent()), "way-back")
    assert "The only way back is a backup from before" in no_way.hint


@pytest.mark.parametrize(
    ("old", "new"),
    [("valkey 8.0.1", "valkey 8.1.8"), ("valkey 8.1.8", "valkey 8.0.1"), ("redis 7.0.20", "redis 7.0.15")],
)
def test_a_change_that_can_be_rolled_back_takes_no_consent(old: str, new: str) -> None:
    assert before(survey(running(old), new), Consent()) == []


@pytest.mark.parametrize(
    ("old", "new", "why", "hint"),
    [
        (NEW, OLD, "Redis 7.0 does not load", "Redis 7.0 loads a text AOF of valkey 8.0.1"),
        ("redis 8.6.3", "valkey 8.1.8", "Valkey 8.1 does not load", "Copy the data key by key"),
        ("valkey 9.1.2", "redis 8.0.2", "does not load the data files", "Copy the data key by key"),
        ("redis 7.0.15", "redis 7.2.4", "known from redis 7.0 are: redis 8.0, redis 8.6, valkey 8.0", "Copy the data"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_what_can(old: str, new: str, why: str, hint: str) -> None:
    one = of(before(survey(running(old), new), YES), "edge")
    assert one.message.startswith(f"{old} cannot go to {new}: ")
    assert why in one.message
    assert hint in one.hint


def test_an_untested_change_takes_consent_of_its_own() -> None:
    seen = survey(running("redis 7.0.15"), "redis 7.2.4")
    assert [check for check, _message in found(seen)] == ["edge"]
    assert found(seen, Consent(one_way=True, untested=True)) == []
    assert [check for check, _message in found(seen, Consent(untested=True))] == ["way-back"]


def test_redis_8_and_valkey_go_together_in_a_set_and_not_in_a_cluster() -> None:
    assert found(survey(running(NEW, state=replicated()), "redis 8.0.2")) == []
    ((check, message),) = found(survey(running(NEW), "redis 8.0.2"))
    assert check == "edge"
    assert "Valkey redirects clients to wrong addresses" in message


def test_an_upgrade_that_was_interrupted_is_resumed() -> None:
    seen = survey(running(OLD, {3: NEW, 4: NEW}))
    assert found(seen) == []
    assert of(before(seen, YES), "mixture").message.startswith("an upgrade is in progress")
    assert [one.name for one in seen.behind] == [seen.state.members[number].name for number in (0, 1, 2, 5)]


def test_an_upgrade_that_was_interrupted_goes_back_where_the_new_release_can() -> None:
    assert found(survey(running("valkey 8.0.1", {3: "valkey 8.1.8"}), "valkey 8.0.1")) == []
    one = of(before(survey(running(OLD, {3: NEW}), OLD), YES), "edge")
    assert "An upgrade to valkey 8.0 has begun: finish it." in one.hint


def test_three_releases_are_too_many() -> None:
    ((check, message), *_others) = found(survey(running(OLD, {3: NEW}), "valkey 8.1.8"))
    assert check == "mixture"
    assert message == "members run redis 7.0 and valkey 8.0, and the target is valkey 8.1.8: three releases"
    assert "mixture" in dict(found(survey(running(OLD, {3: NEW, 4: "valkey 8.1.8"}))))


def test_patches_of_one_release_are_no_mixture() -> None:
    assert before(survey(running("redis 7.0.15", {3: "redis 7.0.20"}), "redis 7.0.20"), Consent()) == []


@pytest.mark.parametrize("target", ["valkey latest", "redis ", "keydb 6.3.4", "8.0.1"])
def test_what_is_no_version_is_the_only_finding(target: str) -> None:
    ((check, message),) = found(survey(target=target))
    assert check == "target"
    assert message == f"{target!r} is not a version of Redis or Valkey"


def test_hosts_with_different_versions_are_refused() -> None:
    ((check, message),) = found(survey(targets={"a": NEW, "b": NEW, "c": "valkey 8.0.2"}))
    assert check == "target"
    assert message == "the hosts would get different versions: a valkey 8.0.1, b valkey 8.0.1, c valkey 8.0.2"


def test_a_deployment_that_is_not_healthy_is_refused_unless_the_member_is_named() -> None:
    state = running(OLD)
    down = dataclasses.replace(state.members[3], problem="cannot be asked: unreachable", version="", run_id="")
    seen = survey(dataclasses.replace(state.replacing(down), unwell=("a slot has no owner",)))
    assert found(seen) == [("health", f"{down.name} cannot be asked: unreachable"), ("health", "a slot has no owner")]
    assert found(seen, dataclasses.replace(YES, named=(down.name,))) == []


def test_members_that_only_the_upgrade_brings_back_are_not_in_its_way() -> None:
    state = running(OLD, {0: NEW})
    lost = dataclasses.replace(state.members[5], behind="has no link to its primary")  # the replica of 0
    assert found(survey(state.replacing(lost))) == []
    other = dataclasses.replace(state.members[3], behind="has no link to its primary")
    assert found(survey(state.replacing(other))) == [("health", f"{other.name} has no link to its primary")]


def test_all_findings_are_reported_at_once() -> None:
    state = running(NEW)
    behind = dataclasses.replace(state.members[3], behind="has no link to its primary")
    seen = survey(state.replacing(behind), "redis 8.0.2")
    seen = dataclasses.replace(seen, places={name: Place(name, NEW, 1) for name in seen.places})
    assert {check for check, _message in found(seen)} == {"edge", "room", "health"}


def test_a_process_that_was_restarted_by_the_installation_is_found() -> None:
    seen = survey()
    known = {one.name: one.run_id for one in seen.state.members}
    assert installed(seen, known) == []
    name = seen.state.members[2].name
    (one,) = installed(seen, {**known, name: "another"})
    assert one.message == f"{name} was restarted while {NEW} was installed"


def test_a_program_that_is_not_the_target_is_found() -> None:
    seen = survey()
    name = seen.state.members[2].name
    (one,) = installed(dataclasses.replace(seen, places={**seen.places, name: Place(name, OLD)}), {})
    assert one.message == f"{name} would be started as {OLD}, expected {NEW}"


def test_at_the_end_every_member_runs_the_target() -> None:
    assert after(survey(running(NEW))) == []
    (one,) = after(survey(running(NEW, {4: OLD})))
    assert one.message == f"192.0.2.4:7000 runs {OLD}, expected {NEW}"
    assert len(after(survey(running(NEW, {4: ""})))) == 1
