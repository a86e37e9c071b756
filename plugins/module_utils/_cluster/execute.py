# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps of a plan: a phase at a time, side by side, until the effect is visible."""

from __future__ import annotations

import time
import typing as t

from .. import _lock, _slots
from .._addresses import resolved
from .._client import CHANGE, Access, Client, Connections, Record, gather
from .._errors import CollectionError, DeadlineExceeded, EngineRefused, Refused
from .._nodes import ERROR, LOADING
from .._wait import poll
from . import render
from .checks import findings
from .classify_lost import sides
from .desired import Desired
from .model import Observed
from .observe import observe
from .plan import WATCHED_SETTINGS, plan
from .steps import (
    HASTEN,
    MEET,
    PROMOTE,
    RESTORE,
    AddSlots,
    Forget,
    Meet,
    Promote,
    Replicate,
    SetEpoch,
    SetSettings,
    Step,
)

MEET_HINT = (
    "Check that each node's bus port (data port + 10000, or cluster-port) can be reached from all other hosts, "
    "and that it announces an address that they can reach."
)
# How long one forced failover may take before it is asked for again, and how long the members may take to notice
# that an id is not at its address any more: seconds.
ELECTION = 8.0
NOTICE = 20.0
# Polling hard slows the gossip that is waited for once the machine is full: seconds a node.
INTERVAL_PER_NODE = 0.001


class ClusterOperation:
    """The ``cluster`` module's way through (see ``_run.Operation``)."""

    def __init__(self, desired: Desired, access: Access, record: Record, timeout: float) -> None:
        self._desired = desired
        self._access = access
        self._record = record
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._connections = Connections(desired.nodes, access, record)
        self._lock: Client | None = None
        self._hastened: tuple[SetSettings, ...] = ()

    def observe(self) -> Observed:
        """Ask every node; what is still loading, and a lost id that members have yet to notice, is waited for."""
        patient_until = time.monotonic() + min(self._left() / 2, NOTICE)

        def missing(observed: Observed) -> str:
            unnoticed = _unnoticed(observed) if time.monotonic() < patient_until else ""
            return _still_loading(observed) or unnoticed

        observed = poll(
            lambda: observe(self._desired, self._connections),
            missing,
            awaiting="nodes to load their data",
            timeout=self._left(),
        )
        self._adopt_settings(observed)
        return observed

    def plan(self, state: Observed) -> tuple[Step, ...]:
        """Return the steps that are left."""
        return plan(state, self._desired)

    def execute(self, steps: t.Sequence[Step], state: Observed) -> t.Sequence[Step]:
        """Do the first phase of the steps under the deployment's lock; the first call takes it."""
        if self._lock is None:
            self._take_lock()
            return ()  # what was observed before the lock may be old: look again
        phase = [step for step in steps if step.phase == steps[0].phase]
        try:
            self._do(phase, state)
        except CollectionError:
            self._put_back()
            raise
        return phase

    def settle(self, state: Observed) -> Observed:
        """Wait until the cluster is done: see ``checks.findings``."""
        return self._wait_until_done(state, "the cluster to be complete and of one view")

    def render(self, state: Observed) -> str:
        """Return the topology as a table."""
        return render.summary(state, self._desired, findings(state, self._desired))

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return topology, findings and the table for people."""
        return render.report(state, self._desired)

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def _take_lock(self) -> None:
        first = min(self._desired.nodes, key=lambda node: node.name)
        self._lock = Client(first.address, first.port, self._access, record=self._record)
        _lock.acquire(self._lock, self._left())

    def _adopt_settings(self, observed: Observed) -> None:
        """Take what the nodes run with as the wish for settings that the user did not name."""
        named = dict(self._desired.settings)
        for setting in WATCHED_SETTINGS:
            values = {node.setting(setting) for node in observed.nodes if node.setting(setting)}
            if setting not in named and len(values) == 1:
                named[setting] = values.pop()
        settings = tuple(sorted(named.items()))
        self._desired = Desired(self._desired.nodes, self._desired.replicas, self._desired.accept, settings)

    def _do(self, phase: t.Sequence[Step], state: Observed) -> None:
        if phase[0].phase == RESTORE:
            self._wait_until_done(state, "the cluster to form")
        for step in phase:
            if not step.ready(state):
                raise Refused(f"cannot {step.describe()}: the world moved", hint="Run again.")
        if phase[0].phase == HASTEN:
            self._hastened = tuple(step for step in phase if isinstance(step, SetSettings))
        # A node's steps go out in their order on one connection; the nodes take theirs side by side.
        per_node: dict[str, list[Step]] = {}
        for step in phase:
            per_node.setdefault(step.node, []).append(step)
        addresses = self._addresses(phase, state)
        outcomes = gather(lambda name: self._send(name, per_node[name], state, addresses), list(per_node))
        for outcome in outcomes:
            if isinstance(outcome, CollectionError):
                raise outcome
        if phase[0].phase == MEET:
            self._wait_until_met(phase)
        if phase[0].phase == PROMOTE:
            self._wait_until_promoted(phase)

    def _send(
        self, name: str, steps: t.Sequence[Step], state: Observed, addresses: t.Mapping[str, tuple[str, int, int]]
    ) -> None:
        commands = [command for step in steps for command in _commands(step, state, addresses)]
        for command, reply in zip(commands, self._connections[name].pipeline(commands, CHANGE)):
            if isinstance(reply, CollectionError) and not _has_forgotten(command, reply):
                raise reply

    def _addresses(self, phase: t.Sequence[Step], state: Observed) -> dict[str, tuple[str, int, int]]:
        """Return IP address, port and bus port of the nodes to meet: CLUSTER MEET takes no host names."""
        nodes = state.by_name()
        wanted = {peer for step in phase if isinstance(step, Meet) for peer in step.peers}
        found = {}
        for node in self._desired.nodes:
            if node.name in wanted:
                myself = nodes[node.name].myself
                found[node.name] = (myself.address or resolved(node.address), node.port, myself.bus_port)
        return found

    def _wait_until_met(self, phase: t.Sequence[Step]) -> None:
        pairs = [(step.node, peer) for step in phase if isinstance(step, Meet) for peer in step.peers]

        def missing(observed: Observed) -> str:
            nodes = observed.by_name()
            strangers = [
                f"{one} does not know {other}"
                for first, second in pairs
                for one, other in ((first, second), (second, first))
                if nodes[other].id not in nodes[one].known
            ]
            return _some([f"{n.name} is {n.problem} ({n.detail})" for n in observed.nodes if n.problem] + strangers)

        self._poll(missing, "the nodes to know each other", MEET_HINT)

    def _wait_until_promoted(self, phase: t.Sequence[Step]) -> None:
        """Wait for the votes; an election that was lost is planned again while there is time."""
        names = [step.node for step in phase if isinstance(step, Promote)]

        def missing(observed: Observed) -> str:
            nodes = observed.by_name()
            return _some([f"{name} has not taken over yet" for name in names if not nodes[name].slots])

        try:
            poll(
                lambda: observe(self._desired, self._connections),
                missing,
                awaiting="the replicas of lost primaries to take over",
                timeout=min(self._left(), ELECTION),
                hint="Most primaries have to vote for it: see the log of the replica.",
            )
        except DeadlineExceeded:
            if not self._left():
                raise

    def _wait_until_done(self, state: Observed, awaiting: str) -> Observed:
        def missing(observed: Observed) -> str:
            return _some([f.message for f in findings(observed, self._desired) if f.severity == ERROR])

        if not missing(state):
            return state
        return self._poll(missing, awaiting, "See the findings; run again when they are mended.")

    def _poll(self, missing: t.Callable[[Observed], str], awaiting: str, hint: str) -> Observed:
        size = len(self._desired.nodes)
        return poll(
            lambda: observe(self._desired, self._connections),
            missing,
            awaiting=awaiting,
            timeout=self._left(),
            hint=hint,
            first_interval=0.02 + INTERVAL_PER_NODE * size,
            longest_interval=0.1 + 5 * INTERVAL_PER_NODE * size,
        )

    def _put_back(self) -> None:
        """Give back what was lowered, where a node still answers; a re-run does the rest."""
        wanted = dict(self._desired.settings)

        def restore(step: SetSettings) -> None:
            commands = [("CONFIG", "SET", name, wanted[name]) for name, _low in step.settings]
            self._connections[step.node].pipeline(commands)

        gather(restore, self._hastened)


def _commands(step: Step, state: Observed, addresses: t.Mapping[str, tuple[str, int, int]]) -> list[tuple[object, ...]]:
    """Return the commands of one step."""
    if isinstance(step, SetSettings):
        return [("CONFIG", "SET", name, value) for name, value in step.settings]
    if isinstance(step, SetEpoch):
        return [("CLUSTER", "SET-CONFIG-EPOCH", step.epoch)]
    if isinstance(step, AddSlots):
        return [("CLUSTER", "ADDSLOTS", *_slots.members(step.slots))]
    if isinstance(step, Replicate):
        return [("CLUSTER", "REPLICATE", state.by_name()[step.primary].id)]
    if isinstance(step, Promote):
        return [("CLUSTER", "FAILOVER", "FORCE")]
    if isinstance(step, Forget):
        return [("CLUSTER", "FORGET", one) for one in step.ids]
    return [("CLUSTER", "MEET", *addresses[peer]) for peer in step.peers]


def _has_forgotten(command: t.Sequence[object], reply: CollectionError) -> bool:
    """Return whether a node was to forget what it does not know any more: newer engines spread the word."""
    return command[1] == "FORGET" and isinstance(reply, EngineRefused) and "Unknown node" in reply.message


def _unnoticed(observed: Observed) -> str:
    if any(node.problem for node in observed.nodes):
        return ""
    return _some([f"members still reach {lost.text}" for lost in sides(observed).lost if not lost.dead])


def _still_loading(observed: Observed) -> str:
    return ", ".join(node.name for node in observed.nodes if node.problem == LOADING)


def _some(said: list[str], most: int = 5) -> str:
    """Return the first few sentences and how many there are more."""
    more = [f"and {len(said) - most} more"] if len(said) > most else []
    return "; ".join(said[:most] + more)
