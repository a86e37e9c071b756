# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order a whole deployment is restarted: a pure function of what is observed and of the record.

Sentinels are stopped first and started last, and replicas are stopped before their primary and started after it: there
is never anything that could take over from a primary that is stopped, or discard its data for one that came back with
less.  Writes are held before the first replica is stopped, so the files of all members of a shard have the same data.

The plan is made anew before each step, and a later run goes on by the record: a shard whose primary was not compared
yet is stopped as far as it runs the processes of before, started, and compared.
"""

from __future__ import annotations

import typing as t

from .._errors import Refused, Unsettled
from .._rolling import edges, releases
from .._rolling.model import Need, Pace
from .._rolling.model import State as Whole
from .._rolling.plan import due, refuse_release
from .model import Entry, Record, Seen, State, followers, has_to_stop, leader, names
from .steps import PRIMARIES, REPLICAS, SENTINELS, Begin, Compare, End, Prove, Quiesce, Start, Step, Stop

Shards = t.Sequence[tuple[Entry, Seen]]


def propose(whole: Whole, needs: t.Sequence[Need], pace: Pace, deployment: str) -> Record | None:
    """Return the record of a restart of all members, nothing where none of the needs is left.

    Raises Refused where it would start another release that may not load the data.
    """
    by_node = {need.node: need for need in needs}
    if not any(due(one, by_node[one.name]) for one in whole.members if one.name in by_node):
        return None
    for one in whole.members:
        if one.name in by_node:
            _refuse_release(one.version, by_node[one.name], whole, pace)
            refuse_release(one, by_node[one.name], whole, pace)
    entries = []
    for one in whole.members:
        primary = whole.primary(one.shard) if one.shard else None
        entries.append(Entry(one.name, one.host, one.kind, one.run_id, primary.name if primary else ""))
    return Record(deployment, tuple(entries))


def unstartable(whole: Whole, needs: t.Sequence[Need]) -> list[str]:
    """Return which members would not start again with the program that they run, as sentences."""
    installed = {need.node: need.installed for need in needs}
    return [
        one.unstartable for one in whole.members if one.unstartable and installed.get(one.name, "") in ("", one.version)
    ]


def plan(state: State, home: str) -> list[Step]:
    """Return the steps that are left; ``home`` is the host that has the record.

    Raises Refused where the data of a shard could be lost, or where members are not as the record says.
    """
    record = state.of
    if record is None:
        return []
    steps: list[Step] = []

    def add(found: t.Iterable[Step]) -> None:
        nonlocal state
        for step in found:
            steps.append(step)
            state = step.apply(state)

    _refuse_uncounted(state, record)
    old = [first.node for one, first in _shards(state, record) if has_to_stop(one, first)]
    if old and not state.proven:
        add([Prove(tuple(old), home)])
    if state.record is None:
        add([Begin(record, home)])
    for phase in (_stop_sentinels, _stop_instances, _start_primaries, _start_replicas, _start_sentinels):
        add(list(phase(state, home)))
    add([End(record.deployment, home)])
    return steps


def _shards(state: State, record: Record) -> list[tuple[Entry, Seen]]:
    """Return each primary of the record with the member that has its data now."""
    return [(one, leader(state, record, one)) for one in record.shards]


def _open(state: State) -> list[tuple[Entry, Seen]]:
    """Return the shards that were not found whole yet."""
    record = state.of
    return [(one, first) for one, first in _shards(state, record) if not one.whole] if record else []


def _stop_sentinels(state: State, home: str) -> t.Iterator[Step]:
    record = state.of
    found = [state.member(one.node) for one in record.sentinels] if record and _open(state) else []
    running = names(one for one in found if one.answers)
    if running:
        yield Stop(running, SENTINELS, home)


def _stop_instances(state: State, home: str) -> t.Iterator[Step]:
    record = state.of
    if record is None:
        return
    shards = _open(state)
    old = [first for one, first in shards if has_to_stop(one, first)]
    if old and not state.held:
        yield Quiesce(names(old), home)
    replicas = names(each for one, _first in shards for each in followers(state, record, one) if each.answers)
    if replicas:
        yield Stop(replicas, REPLICAS, home)
    if old:
        yield Stop(names(old), PRIMARIES, home, sum(one.memory for one in old))


def _start_primaries(state: State, home: str) -> t.Iterator[Step]:
    record = state.of
    if record is None:
        return
    yield from _start(state, [first.node for _one, first in _open(state) if first.stopped], PRIMARIES)
    compared = names(first for _one, first in _open(state))
    if compared:
        yield Compare(compared, home)


def _start_replicas(state: State, home: str) -> t.Iterator[Step]:
    record = state.of
    if record is not None:
        found = [each for one in record.shards for each in (*followers(state, record, one), leader(state, record, one))]
        yield from _start(state, [one.node for one in found if one.stopped], REPLICAS)


def _start_sentinels(state: State, home: str) -> t.Iterator[Step]:
    record = state.of
    if record is not None:
        yield from _start(state, [one.node for one in record.sentinels if state.member(one.node).stopped], SENTINELS)


def _start(state: State, nodes: t.Sequence[str], what: str) -> t.Iterator[Step]:
    """Return a step for each host of these members, in the order of the hosts."""
    record = state.of
    hosts = {one.node: one.host for one in record.members} if record else {}
    for host in dict.fromkeys(hosts[node] for node in hosts if node in nodes):
        yield Start(tuple(node for node in nodes if hosts[node] == host), what, host)


def _refuse_uncounted(state: State, record: Record) -> None:
    """Refuse to go on where a primary went down by itself before its keys were counted."""
    for one, first in _shards(state, record):
        if first.stopped and one.counts is None and not one.whole:
            raise Refused(
                f"{first.node} does not run, and this restart has not stopped it: its keys were not counted",
                node=first.node,
                hint="Have its service manager start it (systemctl start), and its replicas, as a boot of their hosts "
                "does. Then run again.",
            )


def _refuse_release(running: str, need: Need, whole: Whole, pace: Pace) -> None:
    """Refuse a change of the release unless it is known that the files are loaded: nothing else has the data."""
    if not pace.releases or not releases.change(running, need.installed):
        return
    edge = edges.EDGES.get((edges.release(running), edges.release(need.installed)))
    if edge is None or edge.files != edges.YES:
        raise Refused(
            f"{need.node} runs {running}, and it is not known that {need.installed} loads its files",
            node=need.node,
            hint="Restart one member after the other: leave out redis_rolling_all_at_once.",
        )


def refuse_unsafe(state: State) -> None:
    """Refuse to begin while something is wrong, or where data would not come back: before anything is touched."""
    if state.record is not None or state.proposal is None:
        return
    if state.unwell:
        raise Unsettled(
            f"the deployment is not healthy: {state.unwell[0]}",
            hint="See playbook almashooq.redis.health; run again when the deployment is healthy.",
        )
    for one in state.members:
        for why in one.unsafe:
            raise Refused(f"data would not be safe: {why}", node=one.node, hint=UNSAFE_HINT)


UNSAFE_HINT = "Fix that, or restart one member after the other: leave out redis_rolling_all_at_once."
