# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is observed and what is wanted to the steps in between: a pure function.

Invariant: no step is planned unless every node answered, none holds data that a step could lose,
and all belong to one unfinished cluster or to none.  A slot is given to a node only if no node
claims it; only an empty node without slots becomes a replica; nothing is ever reset, and only an id
that no node has any more is forgotten, once it owns no slots and no node follows it.  So any prefix
of a plan leaves a state from which the same desired state is planned again, to the same end.

Order, and why:

0. promote: where a primary has lost its identity, its best replica takes over its slots first: it has the only copy.
1. hasten: while all nodes are empty, a low cluster-node-timeout and no diskless delay make the
   waits of formation short (a primary coming from a minority stays in state fail for as long as
   the timeout; gossip about all nodes takes half of it).
2. epochs: only a lone node accepts one.  Future replicas get the low, primaries the high ones: with
   the opposite order and early REPLICATE a peer may keep a replica as primary for good (Valkey 9.1).
3. slots: before meeting, so that nodes come together with what they own.
4. meet, 5. replicate: a replica must know its primary.
6. forget: after the node that came back under a new id is a replica again, so that a run that is cut before still
   sees by the old id which node is to be taken back.
7. restore: last, since the old timeout would bring the waits back.
"""

from __future__ import annotations

import typing as t

from .. import _slots
from .._replies import size
from .._slots import Ranges
from .desired import Desired
from .formation import refuse_misfit, refuse_unfinished
from .model import DISKLESS_DELAY, NODE_TIMEOUT, Node, Observed
from .placement import Placement, place
from .safety import refuse_unsafe
from .sides import Lost, sides
from .steps import (
    HASTEN,
    RESTORE,
    AddSlots,
    Meet,
    Replicate,
    SetEpoch,
    SetSettings,
    Step,
)
from .steps_roles import Forget, Promote

# Below 1000 ms, or 20 ms a node on a loaded machine, formation itself sees false failovers.
LEAST_TIMEOUT = 1000
TIMEOUT_PER_NODE = 20

# All nodes meet all others while that is cheap; beyond, handshakes would be most of the work.
ALL_PAIRS_UP_TO = 30
RING_STRIDES = (1, 7, 17)


def plan(observed: Observed, desired: Desired) -> tuple[Step, ...]:
    """Return the steps from the observed to the desired state, none where it is reached.

    Raises Refused where nothing may be done: see ``safety`` and ``formation``.
    """
    refuse_unsafe(observed)
    refuse_unfinished(observed, desired)
    lost = sides(observed).lost
    promotions = _promotions(observed, lost)
    for step in promotions:
        observed = step.apply(observed)
    placement = place(desired, *_standing(observed))
    refuse_misfit(observed, desired, placement)
    forming: list[Step] = [
        # A node that is taken back stays below all others with the epoch 0 of its start.
        *(() if lost else _epochs(observed, placement)),
        *_add_slots(observed, placement),
        *_meetings(observed, placement),
        *_replications(observed, placement),
    ]
    hasten = _hasten(observed, desired) if forming and not lost else []
    return (*promotions, *hasten, *forming, *_forgets(observed, lost), *_restore(observed, desired, hasten))


def hastened_timeout(nodes: int) -> int:
    """Return the cluster-node-timeout (ms) that is safe while so many empty nodes come together."""
    return max(LEAST_TIMEOUT, TIMEOUT_PER_NODE * nodes)


def _promotions(observed: Observed, lost: t.Sequence[Lost]) -> list[Promote]:
    """Make the replica with the most data take over where the primary has lost its identity."""
    nodes = observed.by_name()
    return [
        Promote(max(one.candidates, key=lambda name: nodes[name].offset), one.id, one.slots)
        for one in lost
        if one.slots and one.candidates
    ]


def _forgets(observed: Observed, lost: t.Sequence[Lost]) -> list[Forget]:
    steps = []
    for node in observed.nodes:
        ids = tuple(one.id for one in lost if one.id in node.known)
        if ids:
            steps.append(Forget(node.name, ids))
    return steps


def _standing(observed: Observed) -> tuple[list[str], dict[str, str]]:
    """Return who is a primary already, by slots, and who is whose replica, by name.

    Right after a failover a replica may still follow the old primary, which is a replica by now:
    then its primary is the one at the end of that line.
    """
    by_id = observed.by_id()

    def primary_of(node: Node) -> str:
        for _hop in observed.nodes:
            following = by_id.get(node.myself.primary_id or "")
            if following is None or not node.is_replica:
                break
            node = following
        return node.name

    primaries = [node.name for node in observed.nodes if node.slots]
    return primaries, {node.name: primary_of(node) for node in observed.nodes if node.is_replica}


def _hasten(observed: Observed, desired: Desired) -> list[SetSettings]:
    """Lower what makes formation wait, but only settings whose wanted value is known for the way back."""
    if any(node.keys for node in observed.nodes):
        return []  # a live cluster is not hurried
    low = {NODE_TIMEOUT: hastened_timeout(len(observed.nodes)), DISKLESS_DELAY: 0}
    steps = []
    for node in observed.nodes:
        lowered = tuple(
            (setting, str(low[setting]))
            for setting, wanted in desired.settings
            if setting in low and min(_number(wanted), _number(node.setting(setting))) > low[setting]
        )
        if lowered:
            steps.append(SetSettings(HASTEN, node.name, lowered))
    return steps


def _restore(observed: Observed, desired: Desired, hasten: t.Sequence[SetSettings]) -> list[SetSettings]:
    lowered = {step.node: dict(step.settings) for step in hasten}
    steps = []
    for node in observed.nodes:
        running = {**dict(node.settings), **lowered.get(node.name, {})}
        differing = tuple((name, value) for name, value in desired.settings if not _same(running.get(name), value))
        if differing:
            steps.append(SetSettings(RESTORE, node.name, differing))
    return steps


def _same(running: str | None, wanted: str) -> bool:
    """Return whether a node runs with a value: it gives 100mb back as bytes."""
    if running is None:
        return False
    return running == wanted or (size(running) is not None and size(running) == size(wanted))


def _number(value: str) -> int:
    return int(value) if value.isdigit() else 0


def _epochs(observed: Observed, placement: Placement) -> list[SetEpoch]:
    order = [name for name, _primary in placement.replicas] + list(placement.primaries)
    taken = {epoch for node in observed.nodes for epoch in (node.current_epoch, node.myself.config_epoch)}
    nodes = observed.by_name()
    steps: list[SetEpoch] = []
    for position, name in enumerate(order, start=1):
        epoch = position if position not in taken else max(*taken, len(order)) + 1
        step = SetEpoch(name, epoch)
        if not nodes[name].is_replica and step.ready(observed):
            taken.add(epoch)
            steps.append(step)
    return steps


def _add_slots(observed: Observed, placement: Placement) -> list[AddSlots]:
    """Give every slot without an owner to the primary whose even share it is in, and to each primary some."""
    owned = _slots.merged(node.slots for node in observed.nodes)
    if owned == _slots.ALL:
        return []
    nodes = observed.by_name()
    primaries = [nodes[name] for name in placement.primaries]
    gains = {name: _slots.minus(share, owned) for name, share in _shares(primaries)}
    for node in primaries:
        if not node.slots and not gains[node.name]:
            # Its share is taken (another tool cut the slots differently): half of the largest gain.
            donor = max(primaries, key=lambda node: (_slots.count(gains[node.name]), bool(node.slots))).name
            slots = list(_slots.members(gains[donor]))
            half = len(slots) // 2
            gains[donor], gains[node.name] = _slots.ranges(slots[:half]), _slots.ranges(slots[half:])
    return [AddSlots(name, gain) for name, gain in gains.items() if gain]


def _shares(primaries: t.Sequence[Node]) -> list[tuple[str, Ranges]]:
    """Pair primaries with even shares; who owns slots gets the share that it has most of."""
    shares = dict(enumerate(_slots.split(len(primaries))))
    paired: dict[str, Ranges] = {}
    for node in sorted(primaries, key=lambda node: -_slots.count(node.slots)):
        if node.slots:
            slots = node.slots
            index = max(shares, key=lambda index: (_slots.count(_slots.common(shares[index], slots)), -index))
            paired[node.name] = shares.pop(index)
    for node in primaries:
        if node.name not in paired:
            paired[node.name] = shares.pop(min(shares))
    return [(node.name, paired[node.name]) for node in primaries]


def _meetings(observed: Observed, placement: Placement) -> list[Meet]:
    nodes = observed.nodes
    if all(len(_strangers(node, observed)) == 0 for node in nodes):
        return []
    peers: dict[str, list[str]] = {}
    by_name = observed.by_name()
    for one, other in _edges(observed, placement):
        if by_name[other].id not in by_name[one].known or by_name[one].id not in by_name[other].known:
            peers.setdefault(one, []).append(other)
    if not peers:
        # All chosen pairs know each other; gossip has not reached all of them, so these meet directly.
        for node in nodes:
            for stranger in _strangers(node, observed):
                peers.setdefault(node.name, []).append(stranger)
    return [Meet(name, tuple(met)) for name, met in peers.items()]


def _strangers(node: Node, observed: Observed) -> list[str]:
    return [other.name for other in observed.nodes if other.id != node.id and other.id not in node.known]


def _edges(observed: Observed, placement: Placement) -> list[tuple[str, str]]:
    """Return which nodes meet: all pairs, or a star, a few rings, and every replica its primary."""
    names = [node.name for node in observed.nodes]
    size = len(names)
    if size <= ALL_PAIRS_UP_TO:
        return [(one, other) for index, one in enumerate(names) for other in names[index + 1 :]]
    edges = {(names[0], other) for other in names[1:]}
    edges |= {(names[i], names[(i + stride) % size]) for i in range(size) for stride in RING_STRIDES}
    edges |= set(placement.replicas)
    chosen: dict[frozenset[str], tuple[str, str]] = {}
    position = {name: index for index, name in enumerate(names)}
    for edge in sorted(edges, key=lambda edge: (position[edge[0]], position[edge[1]])):
        chosen.setdefault(frozenset(edge), edge)
    return list(chosen.values())


def _replications(observed: Observed, placement: Placement) -> list[Replicate]:
    nodes = observed.by_name()
    return [Replicate(replica, primary) for replica, primary in placement.replicas if not nodes[replica].is_replica]
