# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happened to a set, and whatever the Sentinels report: no write is lost without consent."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils import _nodes
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._replication.discovery import primary_of
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import Observed, Opinion
from ansible_collections.almashooq.redis.plugins.module_utils._replication.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._replication.steps import Attach
from hypothesis import assume, event, given
from hypothesis import strategies as st

from .worlds import NAMES, SENTINELS, STRANGER, World, failed_over, opinions, perform, running, wish

names = st.sampled_from(NAMES)
EVENTS: dict[str, t.Callable[[World, str, str], World]] = {
    "write": lambda world, name, _other: world.write(name),
    "follow": lambda world, name, other: world.follow(name, other),
    "attach": lambda world, name, other: world.follow(name, other).catch_up(name),
    "catch up": lambda world, name, _other: world.catch_up(name),
    "promote": lambda world, name, _other: world.promote(name),
    "restart": lambda world, name, _other: world.restart(name),
    "restart without memory": lambda world, name, _other: world.restart(name, remembers=False),
    "wipe": lambda world, name, _other: world.wipe(name),
    "stray": lambda world, name, _other: world.follow(name, STRANGER),
}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a set with any past."""
    world = running() if draw(st.booleans()) else World()
    for what, name, other in draw(st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), names, names), max_size=12)):
        EVENTS[what](world, name, other)
    return world


@st.composite
def views(draw: st.DrawFn) -> tuple[Opinion, ...]:
    """Draw what none to three Sentinels say: mostly one opinion, or some of it."""
    said = draw(names)
    words = st.sampled_from([said, said, said, *NAMES, "", _nodes.UNREACHABLE, _nodes.WRONG_PASSWORD])
    return opinions(*draw(st.lists(words, max_size=len(SENTINELS))))


wishes = st.builds(
    lambda primary, discard: wish(primary=primary, discard=discard), names, st.lists(names, unique=True, max_size=1)
)


def planned(observed: Observed, desired: Desired) -> tuple[Attach, ...]:
    """Return the plan; a world in which nothing may be done proves what it does by its refusal."""
    try:
        steps = plan(observed, desired)
    except Refused as refused:
        assert refused.hint
        event("refused")
        assume(False)
    event(f"{len(steps)} step(s), {'with' if observed.opinions else 'without'} Sentinels")
    return steps


@given(worlds(), views(), wishes)
def test_no_write_is_lost_that_nobody_gave_up(world: World, said: tuple[Opinion, ...], desired: Desired) -> None:
    observed = world.observed(*said)
    for step in planned(observed, desired):
        lost = world.writes[step.node] - world.writes[step.primary]
        assert not lost or step.node in desired.discard
        # Consent is asked for no more than needed, and what it costs is reported.
        assert bool(step.gives_up) <= (step.node in desired.discard)
        assert bool(step.gives_up) >= bool(lost)


@given(worlds(), views(), wishes)
def test_the_primary_is_found_and_left_alone(world: World, said: tuple[Opinion, ...], desired: Desired) -> None:
    observed = world.observed(*said)
    steps = planned(observed, desired)
    primary = primary_of(observed, desired)
    assert world.nodes[primary].is_primary
    assert {step.primary for step in steps} <= {primary}
    assert primary not in {step.node for step in steps}
    assert perform(observed, steps).by_name()[primary].replid == world.nodes[primary].replid
    knowing = [one.primary for one in said if one.primary]
    if knowing:
        assert knowing.count(primary) * 2 > len([one for one in said if one.primary or one.problem])
    elif any(node.following for node in observed.nodes):
        assert any(node.following == primary for node in observed.nodes)
    else:
        assert primary == desired.primary
        assert not any(world.writes[name] for name in NAMES if name != primary)


@given(worlds(), views(), wishes, st.data())
def test_a_run_cut_anywhere_in_any_order_is_planned_again_to_the_same_end(
    world: World, said: tuple[Opinion, ...], desired: Desired, data: st.DataObject
) -> None:
    observed = world.observed(*said)
    steps = planned(observed, desired)
    some = data.draw(st.lists(st.sampled_from(steps), unique=True)) if steps else []
    between = perform(observed, some)
    assert set(plan(between, desired)) == set(steps) - set(some)
    end = perform(between, plan(between, desired))
    assert plan(end, desired) == ()
    # With the desired state of another run that starts with another node, too.
    assert plan(end, dataclasses.replace(desired, primary=data.draw(names))) == ()


@given(worlds(), views(), wishes, names, st.sampled_from(sorted({what for _kind, what in _nodes.PROBLEMS})))
def test_a_node_that_cannot_take_part_stops_everything(
    world: World, said: tuple[Opinion, ...], desired: Desired, victim: str, problem: str
) -> None:
    observed = world.observed(*said)
    failing = dataclasses.replace(observed.by_name()[victim], problem=problem, detail="as it said")
    try:
        plan(observed.replacing({victim: failing}), desired)
    except Refused as refused:
        assert victim in str(refused)
        assert "as it said" in str(refused)
        return
    raise AssertionError("planned")


@given(st.lists(names, max_size=5), st.booleans(), wishes)
def test_after_any_failovers_a_complete_set_is_left_alone(promoted: list[str], watched: bool, desired: Desired) -> None:
    world, primary = running(), NAMES[0]
    for name in promoted:
        if name != primary:
            old, primary = primary, name
            failed_over(world, name).follow(old, name).catch_up(old)
            world.write(name)
            for replica in NAMES:
                world.catch_up(replica)
    observed = world.observed(*(opinions(primary, primary, primary) if watched else ()))
    assert plan(observed, desired) == ()
    assert primary_of(observed, desired) == primary
