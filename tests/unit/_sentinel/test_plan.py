# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that Sentinels get, and those that they never get."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _nodes
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.checks import findings, unsettled
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Known, Observed, Watch
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.plan import plan, undecided
from hypothesis import given
from hypothesis import strategies as st

from .worlds import S1, S2, S3, SENTINELS, A, B, complete, endpoint, fresh, sentinel, watch, wish

DEAD, PHANTOM = "192.0.2.99:6379", "192.0.2.99:26379"


def words(observed: Observed, desired: Desired) -> list[str]:
    return [step.describe() for step in plan(observed, desired)]


def test_fresh_sentinels_are_told_to_watch_all_in_one_phase() -> None:
    steps = plan(fresh(), wish())
    assert [step.describe() for step in steps] == [f"{name}: watch main, primary {A}, quorum 2" for name in SENTINELS]
    assert {step.phase for step in steps} == {"monitor"}


def test_the_login_comes_before_the_options_so_that_the_primary_never_looks_down() -> None:
    commands = plan(fresh(), wish())[0].commands(fresh())
    assert [command[1] for command in commands] == ["MONITOR", "SET", "SET", "SET", "SET"]
    assert [command[3] for command in commands[1:3]] == ["auth-user", "auth-pass"]


def test_nothing_is_left_of_what_is_as_wanted_whoever_is_primary_by_now() -> None:
    assert words(complete(), wish()) == []
    assert words(complete(primary=B), wish()) == []
    assert unsettled(complete(primary=B), wish()) == []


def test_a_sentinel_that_joins_is_told_the_primary_of_the_others_not_that_of_the_inventory() -> None:
    observed = Observed((sentinel(S1, watch(S1, B)), sentinel(S2, watch(S2, B)), sentinel(S3)))
    assert words(observed, wish()) == [f"{S3}: watch main, primary {B}, quorum 2"]


def test_what_differs_is_set_where_it_differs() -> None:
    observed = Observed(
        (
            sentinel(S1, watch(S1, settings={"down-after-milliseconds": "30000"})),
            sentinel(S2, watch(S2, settings={"quorum": "1"})),
            sentinel(S3, watch(S3)),
        )
    )
    assert words(observed, wish()) == [
        f"{S1}: set down-after-milliseconds 5000 of main",
        f"{S2}: set quorum 2 of main",
    ]


def test_what_sentinel_does_not_tell_is_not_set_again_and_again() -> None:
    assert words(complete(), wish(set={"settings": {"master-reboot-down-after-period": 5000}})) == []


def test_settings_of_the_sentinels_and_no_secret_in_words() -> None:
    steps = words(complete(), wish(peer_username="sentinel", peer_password="peer secret"))
    assert steps == [f"{name}: set sentinel-pass ********, sentinel-user sentinel" for name in SENTINELS]


def test_a_set_that_nobody_named_is_left_alone_and_told() -> None:
    other = Watch("other", DEAD, frozenset(["master"]))
    observed = Observed((sentinel(S1, watch(S1), other), *complete().sentinels[1:]))
    assert words(observed, wish()) == []
    assert [one.check for one in findings(observed, wish())] == ["unexpected-set"]
    assert words(observed, wish(remove=["other"])) == [f"{S1}: stop watching other"]


def test_phantoms_and_the_dead_are_told_and_only_with_consent_forgotten_one_sentinel_at_a_time() -> None:
    observed = complete(phantoms=[PHANTOM], dead=[DEAD])
    assert words(observed, wish()) == []
    assert {one.check for one in findings(observed, wish()) if one.severity == _nodes.WARNING} == {"phantom"}
    steps = plan(observed, wish(forget=True))
    assert [step.describe() for step in steps] == [f"{name}: forget {DEAD}, {PHANTOM} of main" for name in SENTINELS]
    assert len({step.phase for step in steps}) == 3


def test_a_server_of_elsewhere_that_is_up_is_refused_and_found_unless_it_is_named() -> None:
    for field, name in (("replicas", DEAD), ("peers", PHANTOM)):
        seen = watch(S1)
        seen = dataclasses.replace(seen, **{field: (*getattr(seen, field), Known(name, following=A))})
        observed = Observed((sentinel(S1, seen), *complete().sentinels[1:]))
        with pytest.raises(Refused, match=f"counts {name} for main, which is up and not in the inventory"):
            plan(observed, wish())
        assert ("unexpected-member", _nodes.ERROR) in {(f.check, f.severity) for f in findings(observed, wish())}
        assert words(observed, wish(leaving=[endpoint(name)])) == []
        if field == "replicas":
            assert words(observed, wish(external=[name])) == []
            assert findings(observed, wish(external=[name])) == findings(complete(), wish())


COUNTS_ITSELF = {"by its address": Known(S3, id="former"), "by its id": Known(PHANTOM, id=f"id-{S3}")}


@pytest.mark.parametrize("itself", COUNTS_ITSELF.values(), ids=COUNTS_ITSELF)
def test_a_sentinel_that_counts_itself_is_told_and_forgets_it_only_with_consent(itself: Known) -> None:
    seen = watch(S3)
    counting = sentinel(S3, dataclasses.replace(seen, peers=(*seen.peers, itself)))
    observed = Observed((*complete().sentinels[:2], counting))
    assert words(observed, wish()) == []
    assert [(one.check, one.node) for one in findings(observed, wish())] == [("phantom", S3)]
    assert words(observed, wish(forget=True)) == [f"{S3}: forget {itself.name} of main"]


def test_what_leaves_is_forgotten_without_further_consent_once_it_is_seen_to_be_gone() -> None:
    leaving = wish(leaving=[endpoint(PHANTOM)])
    assert words(complete(phantoms=[PHANTOM], dead=[DEAD]), leaving) == [
        f"{name}: forget {PHANTOM} of main" for name in SENTINELS
    ]


def problem(name: str, what: str) -> Observed:
    return Observed(
        tuple(
            sentinel(one, watch(one)) if one != name else sentinel(one, problem=what, detail="no answer")
            for one in SENTINELS
        )
    )


REFUSED: dict[str, tuple[Observed, str]] = {
    "one that is down": (problem(S2, _nodes.UNREACHABLE), f"Sentinel {S2} is unreachable"),
    "a wrong password": (problem(S1, _nodes.WRONG_PASSWORD), "wrong password"),
    "two that disagree": (
        Observed((sentinel(S1, watch(S1, A)), sentinel(S2, watch(S2, B)), sentinel(S3))),
        "disagree",
    ),
    "a copied file": (
        Observed((sentinel(S1, watch(S1), id="x"), sentinel(S2, watch(S2), id="x"), sentinel(S3, watch(S3)))),
        "have one id",
    ),
    "an instance that does not let Sentinel in": (
        Observed(complete().sentinels, ((A, "WRONGPASS"),)),
        "refuses the login of Sentinel",
    ),
}


@pytest.mark.parametrize(("observed", "said"), REFUSED.values(), ids=REFUSED)
def test_refused_with_a_way_out(observed: Observed, said: str) -> None:
    with pytest.raises(Refused) as error:
        plan(observed, wish())
    assert said in error.value.message
    assert error.value.hint


WISHES: dict[str, tuple[dict[str, t.Any], str]] = {
    "a quorum that cannot be had": ({"set": {"quorum": 4}}, "quorum of set 'main' is 4"),
    "a quorum of nobody": ({"set": {"quorum": 0}}, "quorum"),
    "a name with a space": ({"set": {"name": "my set"}}, "is not a valid name"),
    "a name with a line feed": ({"set": {"name": "a\nsentinel x"}}, "is not a valid name"),
    "an option with a line feed": (
        {"set": {"settings": {"down-after-milliseconds": "1\nuser x"}}},
        "control character",
    ),
    "a script at run time": ({"set": {"settings": {"notification-script": "/x"}}}, "notification-script"),
    "a set that is to be there and gone": ({"remove": ["main"]}, "main"),
}


@pytest.mark.parametrize(("changes", "said"), WISHES.values(), ids=WISHES)
def test_wishes_that_cannot_be(changes: dict[str, t.Any], said: str) -> None:
    with pytest.raises(Refused) as error:
        wish(**changes)
    assert said in error.value.message


WARNED = {
    "an even number": (SENTINELS[:2], {"even-sentinels", "sentinel-zones"}),
    "three in three zones": (SENTINELS, set()),
}


@pytest.mark.parametrize(("sentinels", "checks"), WARNED.values(), ids=WARNED)
def test_numbers_that_are_told(sentinels: tuple[str, ...], checks: set[str]) -> None:
    found = findings(complete(), wish(sentinels))
    assert {one.check for one in found if one.severity == _nodes.WARNING and one.node is None} == checks


def test_a_failover_is_waited_for() -> None:
    busy = complete(flags=frozenset(["master", "failover_in_progress"]))
    assert "a failover of main is in progress" in undecided(busy, wish())
    assert undecided(complete(), wish()) == ""


@st.composite
def worlds(draw: st.DrawFn) -> Observed:
    """Any views of three Sentinels that agree on a primary, if they watch the set at all."""
    primary = draw(st.sampled_from([A, B]))
    return Observed(
        tuple(
            sentinel(
                name,
                *(
                    [
                        watch(
                            name,
                            primary,
                            settings=draw(st.sampled_from([{}, {"quorum": "1"}, {"parallel-syncs": "7"}])),
                            phantoms=draw(st.sampled_from([[], [PHANTOM]])),
                            dead=draw(st.sampled_from([[], [DEAD]])),
                        )
                    ]
                    if draw(st.booleans())
                    else []
                ),
                *([Watch("other", DEAD)] if draw(st.booleans()) else []),
            )
            for name in SENTINELS
        )
    )


@given(observed=worlds(), forget=st.booleans(), remove=st.booleans(), cut=st.integers(0, 12))
def test_a_run_that_is_cut_anywhere_is_finished_by_the_next(
    observed: Observed, forget: bool, remove: bool, cut: int
) -> None:
    desired = wish(forget=forget, remove=["other"] if remove else [])
    before = {name: {each.primary for _one, each in observed.watches(name)} for name in ("main",)}
    for limit in (cut, 99):
        for step in plan(observed, desired)[:limit]:
            observed = step.apply(observed)
    assert plan(observed, desired) == ()
    after = {each.primary for _one, each in observed.watches("main")}
    assert after == (before["main"] or {A})  # no run moves a role


@given(observed=worlds(), forget=st.booleans())
def test_nothing_is_forgotten_without_consent_and_never_by_two_at_a_time(observed: Observed, forget: bool) -> None:
    steps = plan(observed, wish(forget=forget))
    resets = [step for step in steps if any(command[1] == "RESET" for command in step.commands(fresh()))]
    assert forget or not resets
    assert len({step.phase for step in resets}) == len(resets)
    assert not any(command[1] in ("FAILOVER", "REMOVE") for step in steps for command in step.commands(fresh()))
