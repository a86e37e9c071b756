# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a planned switchover is safe, and how it is to be done: a pure function of what is observed.

Invariant: nothing is planned unless all Sentinels agree and see all members, and a replica could take
over without loss.  Who takes over is Sentinel's choice, so every replica that it may choose has to
be near enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import Refused, Unsettled
from .._replication.model import Node
from .._replies import number
from . import checks
from .desired import Desired
from .model import Observed

# A replica that lacks more than this many bytes is not waited for.
NEAR = 1024 * 1024


@dataclass(frozen=True)
class State:
    """What Sentinels and instances report.

    ``may_coordinate`` is whether all Sentinels know SENTINEL FAILOVER ... COORDINATED, and Sentinel's user has the
    rights that it takes: without them it answers OK and never switches (tried on Valkey 9.1.2).
    """

    sentinels: Observed
    nodes: tuple[Node, ...]
    primary: str
    may_coordinate: bool = False

    def node(self, name: str) -> Node | None:
        """Return the instance of that name."""
        return next((node for node in self.nodes if node.name == name), None)


@dataclass(frozen=True)
class Switch:
    """The one step: another replica becomes primary; Sentinel chooses one of the candidates.

    ``down_after`` is how long a primary may be silent before a Sentinel takes it for dead, in seconds.
    """

    set: str
    primary: str
    candidates: tuple[str, ...]
    coordinated: bool
    down_after: float

    def describe(self) -> str:
        """Return the line for people."""
        how = "coordinated by Sentinel" if self.coordinated else "writes held until the replicas have all of them"
        return f"{self.set}: switch over from {self.primary} to the replica that Sentinel chooses, {how}"

    def apply(self, state: State) -> State:
        """Who becomes primary is Sentinel's choice: nothing that could be shown."""
        return state


def plan(state: State, desired: Desired) -> Switch:
    """Return the switchover; raise Refused unless it is safe."""
    wanted = desired.sets[0]
    unwatched = [one.name for one in state.sentinels.sentinels if not one.problem and not one.watch(wanted.name)]
    if unwatched:
        raise Refused(f"{', '.join(unwatched)} does not watch {wanted.name!r}", hint="Correct the name of the set.")
    said = checks.unsettled(state.sentinels, desired)
    if said:
        raise Unsettled(
            f"the set or its Sentinels are not healthy: {'; '.join(said[:5])}",
            hint="Run site.yml, and switch over then.",
        )
    primary = state.node(state.primary)
    if primary is None or primary.problem or not primary.is_primary:
        raise Refused(
            f"the Sentinels name {state.primary} as primary, which "
            + ("is not one of the nodes" if primary is None else primary.detail or "is a replica"),
        )
    silences = [watch.setting("down-after-milliseconds") for _one, watch in state.sentinels.watches(wanted.name)]
    down_after = min(number(silence) for silence in silences) / 1000
    return Switch(wanted.name, state.primary, _candidates(state, primary, desired), _can_coordinate(state), down_after)


def _can_coordinate(state: State) -> bool:
    """Return whether Sentinel is to do it: it can, and the instances are of a release of the Sentinels.

    What a Sentinel does with instances of another engine or release is untested; holding writes works with all.
    """
    releases = {_release(one.version) for one in state.sentinels.sentinels if one.version}
    return state.may_coordinate and {_release(node.version) for node in state.nodes if node.version} <= releases


def _candidates(state: State, primary: Node, desired: Desired) -> tuple[str, ...]:
    """Return the replicas that a Sentinel may choose; raise Refused unless each could take over at once."""
    watches = [watch for _one, watch in state.sentinels.watches(desired.sets[0].name)]
    # 0 says "never"; a Sentinel that still remembers another priority may choose it all the same. None chooses one that
    # it takes for down: where that is not expected, it was refused before.
    candidates = sorted({each.name for watch in watches for each in watch.replicas if each.priority and not each.down})
    if not candidates:
        raise Refused(
            f"no replica of {state.primary} may take over: there is none, or all have replica-priority 0",
            node=state.primary,
            hint="Give one another priority.",
        )
    far = [name for name in candidates if not _near(state.node(name), primary)]
    if far:
        raise Refused(
            f"Sentinel may choose {', '.join(far)}, which is down or far behind",
            node=state.primary,
            hint="Wait until it is in sync, or give it replica-priority 0.",
        )
    return tuple(candidates)


def _near(node: Node | None, primary: Node) -> bool:
    return node is not None and not node.problem and node.link_up and primary.offset - node.offset <= NEAR


def _release(version: str) -> str:
    """Return ``valkey 9.1`` of ``valkey 9.1.2``."""
    return ".".join(version.split(".")[:2])
