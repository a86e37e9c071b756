# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that all Sentinels watch all sets in the same way.

Invariant: no step moves a role, and at each moment a majority of the Sentinels remembers each set
that was watched.  The primary is the one that all Sentinels that watch the set name; the desired
state counts for a set that no Sentinel watches yet.
"""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._nodes import LOADING, NOT_PERMITTED, UNREACHABLE, UNREADABLE, WRONG_PASSWORD
from .desired import Desired, DesiredSet
from .model import Known, Observed, Sentinel, Watch
from .steps import Configure, Forget, Monitor, Remove, Rename, Step, Tune

OUTSIDER_HINT = (
    "Add it to the inventory if it is a member (with state absent, if it is to leave). If it is a special-purpose "
    "replica, name it in redis_replication_external. If it runs on a copy of a member's files, stop that copy. One "
    "that has just been stopped is noticed after down-after-milliseconds."
)
PROBLEM_REMEDIES = {
    UNREACHABLE: "Start it, or open the network path to it, and run again.",
    WRONG_PASSWORD: "Give the user and the password that this Sentinel runs with.",
    NOT_PERMITTED: "Log in as a user with all rights on the Sentinels.",
    LOADING: "Run again when it is ready.",
    UNREADABLE: "Check that this is a Sentinel, and of version 6.2 or later.",
}


def plan(observed: Observed, desired: Desired) -> tuple[Step, ...]:
    """Return the steps that are left; raise Refused where nothing may be done."""
    _refuse_problems(observed)
    refuse_one_id_twice(observed)
    _refuse_locked_out(observed)
    refuse_outsiders(observed, desired)
    steps: list[Step] = []
    for one in observed.sentinels:
        differing = _differing(desired.settings_of(one.name), dict(one.settings))
        if differing:
            steps.append(Configure(one.name, differing))
    steps += [Remove(one.name, name) for name in sorted(desired.remove) for one, _watch in observed.watches(name)]
    for wanted in desired.sets:
        primary = primary_of(observed, wanted)
        steps += [_monitor(one, wanted, primary, desired) for one in observed.sentinels if not one.watch(wanted.name)]
        steps += [step for one, watch in observed.watches(wanted.name) for step in _tune(one, watch, wanted)]
    steps += [step for wanted in desired.sets for step in _rename(observed, desired, wanted)]
    steps += [step for wanted in desired.sets for step in _forget(observed, desired, wanted)]
    return tuple(steps)


def primary_of(observed: Observed, wanted: DesiredSet) -> str:
    """Return who is primary of a set; raise Refused when the Sentinels that watch it disagree."""
    named = {watch.primary for _one, watch in observed.watches(wanted.name)}
    if len(named) < 2:
        return named.pop() if named else wanted.primary
    said = "; ".join(f"{one.name} names {watch.primary}" for one, watch in observed.watches(wanted.name))
    raise Refused(
        f"the Sentinels disagree on the primary of {wanted.name!r}: {said}",
        hint="See their logs and whether they reach each other; run again when they agree.",
    )


def undecided(observed: Observed, desired: Desired) -> str:
    """Return what is still going on, a failover or a leave-taking; empty when time will change nothing."""
    for wanted in desired.sets:
        watches = observed.watches(wanted.name)
        busy = [one.name for one, watch in watches if watch.failing_over]
        if busy:
            return f"a failover of {wanted.name} is in progress, says {', '.join(busy)}"
        named = sorted({watch.primary for _one, watch in watches})
        if len(named) > 1:
            return f"the Sentinels name {' and '.join(named)} as primary of {wanted.name}"
        for one, watch in watches:
            there = [each.name for each in (*watch.replicas, *watch.peers) if not each.down]
            unnoticed = desired.leaving.intersection(there)
            if unnoticed:
                return f"{one.name} has yet to notice that {', '.join(sorted(unnoticed))} is gone"
    return ""


def strangers(one: Sentinel, watch: Watch, desired: Desired) -> list[str]:
    """Return the replicas and Sentinels that a Sentinel counts for a set and should forget: the dead, and itself."""
    return [each.name for each in unwanted(one, watch, desired) if each.down or is_itself(each, one, desired)]


def unwanted(one: Sentinel, watch: Watch, desired: Desired) -> list[Known]:
    """Return the replicas and Sentinels of a set that a Sentinel counts and that are not desired, up or down."""
    members = {node.name for wanted in desired.sets if wanted.name == watch.set for node in wanted.nodes}
    sentinels = {desired.known_as(other.name) for other in desired.peers_of(one.name)}
    members |= {each.name for each in watch.replicas if each.name in desired.external and not each.down}
    replicas = [each for each in watch.replicas if each.name not in members]
    return replicas + [each for each in watch.peers if each.name not in sentinels or is_itself(each, one, desired)]


def is_itself(each: Known, one: Sentinel, desired: Desired) -> bool:
    """Return whether a Sentinel counts itself as another one.

    It does when it hears a last word of its former id from its own address: it then says hello to that
    address, and takes the answer for news (tried on Redis 7.0.15).
    """
    return each.name == desired.known_as(one.name) or bool(each.id and each.id == one.id)


def _monitor(one: Sentinel, wanted: DesiredSet, primary: str, desired: Desired) -> Monitor:
    address, _colon, port = primary.rpartition(":")
    return Monitor(
        node=one.name,
        set=wanted.name,
        address=desired.hostname(primary) or address.strip("[]"),
        port=int(port),
        primary=primary,
        quorum=wanted.quorum,
        settings=wanted.settings,
        auth_user=wanted.auth_user,
        auth_password=wanted.auth_password,
        peers=tuple(desired.known_as(other.name) for other in desired.peers_of(one.name)),
        replicas=tuple(node.name for node in wanted.nodes if node.name != primary),
    )


def _tune(one: Sentinel, watch: Watch, wanted: DesiredSet) -> list[Tune]:
    running = dict(watch.settings)
    # What Sentinel does not report cannot be compared: it is set when a set is first watched.
    reported = tuple((name, value) for name, value in wanted.settings if name in running)
    differing = _differing((("quorum", str(wanted.quorum)), *reported), running)
    return [Tune(one.name, wanted.name, differing)] if differing else []


def _rename(observed: Observed, desired: Desired, wanted: DesiredSet) -> list[Rename]:
    """Return the steps for Sentinels that give clients the address of a primary instead of its host name."""
    return [
        Rename(one.name, wanted.name, _monitor(one, wanted, watch.primary, desired))
        for one, watch in observed.watches(wanted.name)
        if desired.hostname(watch.primary) not in ("", watch.host)
    ]


def _forget(observed: Observed, desired: Desired, wanted: DesiredSet) -> list[Forget]:
    steps = []
    for one, watch in observed.watches(wanted.name):
        gone = [name for name in strangers(one, watch, desired) if desired.forget or name in desired.leaving]
        if gone:
            steps.append(Forget(one.name, wanted.name, tuple(gone)))
    return steps


def _differing(desired: t.Sequence[tuple[str, str]], running: t.Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in desired if running.get(name) != value)


def _refuse_problems(observed: Observed) -> None:
    failing = [one for one in observed.sentinels if one.problem]
    if failing:
        said = "; ".join(f"Sentinel {one.name} is {one.problem}: {one.detail}" for one in failing)
        hints = dict.fromkeys(PROBLEM_REMEDIES[one.problem] for one in failing)
        raise Refused(said, node=failing[0].name, hint=" ".join(hints))


def refuse_one_id_twice(observed: Observed) -> None:
    """Raise Refused where two Sentinels run with one id."""
    seen: dict[str, str] = {}
    for one in observed.sentinels:
        if one.id in seen:
            raise Refused(
                f"Sentinels {seen[one.id]} and {one.name} have one id ({one.id}): one's file was copied",
                node=one.name,
                hint="Name each once. Of a copy: stop it, move its own sentinel.conf aside (keep it), and run again.",
            )
        seen[one.id] = one.name


def refuse_outsiders(observed: Observed, desired: Desired) -> None:
    """Raise Refused for strangers that are up: their Sentinels vote, and their replicas can be promoted."""
    for wanted in desired.sets:
        for one, watch in observed.watches(wanted.name):
            for each in unwanted(one, watch, desired):
                if not each.down and not is_itself(each, one, desired) and each.name not in desired.leaving:
                    raise Refused(
                        f"Sentinel {one.name} counts {each.name} for {wanted.name}, which is up and not in the "
                        "inventory",
                        node=each.name,
                        hint=OUTSIDER_HINT,
                    )


def _refuse_locked_out(observed: Observed) -> None:
    if observed.locked_out:
        name, said = observed.locked_out[0]
        raise Refused(
            f"{name} refuses the login of Sentinel: {said}",
            node=name,
            hint="Give the user and password that Sentinel has there (redis_node_sentinel_password).",
        )
