# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps of a plan: a phase at a time, side by side, until the effect is visible."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._client import Access, gather
from .._engine.deployment import Deployment, first_phase, some
from .._engine.loop import Operation, PhaseFailed
from .._errors import DeadlineExceeded
from .._nodes import ERROR, LOADING
from .._replies import number
from . import render
from .checks import findings, unstartable
from .desired import Desired
from .model import NODE_TIMEOUT, WATCHED_SETTINGS, Observed
from .observe import observe, with_shards
from .plan_formation import plan
from .sides import sides
from .steps import HASTEN, MEET, RESTORE, SetSettings, Step
from .steps_roles import PROMOTE

MEET_HINT = (
    "Check that each node's bus port (data port + 10000, or cluster-port) can be reached from all other hosts, "
    "and that it announces an address that they can reach."
)
# How long one forced failover may take before it is asked for again, and how long the members may take to notice
# that an id is not at its address any more: seconds.
ELECTION = 8.0
NOTICE = 20.0
# The ids of shards travel with pings: each node has one from each of the others within half a node timeout.
NODE_TIMEOUTS = 2
# Polling hard slows the gossip that is waited for once the machine is full: seconds a node.
INTERVAL_PER_NODE = 0.001


class ClusterOperation(Operation[Observed, Step]):
    """The ``cluster`` module's way through."""

    def __init__(self, desired: Desired, access: Access, deployment: Deployment) -> None:
        self._desired = desired
        self._access = access
        self._deployment = deployment
        self._connections = self._deployment.connections(desired.nodes, access)
        self._hastened: tuple[SetSettings, ...] = ()

    def observe(self) -> Observed:
        """Ask every node; what is still loading, and a lost id that members have yet to notice, is waited for."""
        patient_until = time.monotonic() + min(self._deployment.left() / 2, NOTICE)

        def missing(observed: Observed) -> str:
            unnoticed = _unnoticed(observed) if time.monotonic() < patient_until else ""
            return _still_loading(observed) or unnoticed

        observed = self._deployment.poll(self._look, missing, awaiting="nodes to load their data")
        self._adopt_settings(observed)
        return observed

    def plan(self, state: Observed) -> tuple[Step, ...]:
        """Return the steps that are left."""
        return plan(state, self._desired)

    def execute(self, steps: t.Sequence[Step], state: Observed) -> t.Sequence[Step]:
        """Do the first phase of the steps under the deployment's lock; the first call takes it."""
        if self._deployment.hold((self._desired.nodes, self._access)):
            return ()  # what was observed before the lock may be old: look again
        phase = first_phase(steps)
        if phase[0].phase == RESTORE:
            self._wait_until_done(state, "the cluster to form")
        if phase[0].phase == HASTEN:
            self._hastened = tuple(step for step in phase if isinstance(step, SetSettings))
        self._deployment.perform(self._connections, phase, state)
        if phase[0].phase == MEET:
            self._await_effect(phase, "the nodes to know each other", MEET_HINT)
        if phase[0].phase == PROMOTE:
            return self._promoted(phase)
        if phase[0].phase == RESTORE:
            self._hastened = ()
        return phase

    def settle(self, state: Observed) -> Observed:
        """Wait until the cluster is done: see ``checks.findings``."""
        return self._wait_until_done(state, "the cluster to be complete and its nodes to agree")

    def render(self, state: Observed) -> str:
        """Return the topology as a table."""
        return render.summary(state, self._desired, findings(state, self._desired))

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return topology, findings and the table for people."""
        return render.report(state, self._desired)

    def abandon(self) -> None:
        """Give back what was lowered, where a node still answers; a re-run does the rest."""
        wanted = dict(self._desired.settings)

        def restore(step: SetSettings) -> None:
            commands = [("CONFIG", "SET", name, wanted[name]) for name, _low in step.settings]
            self._connections[step.node].pipeline(commands)

        gather(restore, self._hastened)

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _look(self) -> Observed:
        return observe(self._desired, self._connections)

    def _adopt_settings(self, observed: Observed) -> None:
        """Take what the nodes run with as the desired value of settings that the user did not name."""
        named = dict(self._desired.settings)
        for setting in WATCHED_SETTINGS:
            values = {node.setting(setting) for node in observed.nodes if node.setting(setting)}
            if setting not in named and len(values) == 1:
                named[setting] = values.pop()
        self._desired = dataclasses.replace(self._desired, settings=tuple(sorted(named.items())))

    def _promoted(self, phase: t.Sequence[Step]) -> list[Step]:
        """Return those that have taken over; an election that was lost is planned again while there is time."""
        hint = "Most primaries have to vote for it: see the log of the replica."
        try:
            self._await_effect(phase, "the replicas of lost primaries to take over", hint, ELECTION)
        except PhaseFailed as error:
            if not self._deployment.left():
                raise
            return [step for step in phase if step in error.done]
        return list(phase)

    def _await_effect(self, phase: t.Sequence[Step], awaiting: str, hint: str, within: float | None = None) -> None:
        self._deployment.await_effect(
            phase, self._look, awaiting=awaiting, hint=hint, within=within, **self._intervals()
        )

    def _wait_until_done(self, state: Observed, awaiting: str) -> Observed:
        def missing(observed: Observed) -> str:
            return some([f.message for f in findings(observed, self._desired) if f.severity == ERROR])

        if missing(state):
            hint = "See the findings; run again when they are fixed."
            state = self._deployment.poll(self._look, missing, awaiting=awaiting, hint=hint, **self._intervals())
        return self._wait_for_shards(state)

    def _wait_for_shards(self, state: Observed) -> Observed:
        """Wait until every node could be started again; what stays is left to the findings, which warn of it."""

        def look() -> Observed:
            return with_shards(self._look(), self._connections)

        def missing(observed: Observed) -> str:
            return some([unstartable(node) for node in observed.nodes])

        state = with_shards(state, self._connections)
        if not missing(state):
            return state
        timeouts = [number(node.setting(NODE_TIMEOUT)) / 1000 for node in state.nodes]
        within = min(self._deployment.left() / 2, NODE_TIMEOUTS * max(timeouts))
        awaiting = "the nodes to know the shard of each replica"
        try:
            return self._deployment.poll(look, missing, awaiting=awaiting, within=within, **self._intervals())
        except DeadlineExceeded:
            return look()

    def _intervals(self) -> dict[str, float]:
        size = len(self._desired.nodes)
        return {
            "first_interval": 0.02 + INTERVAL_PER_NODE * size,
            "longest_interval": 0.1 + 5 * INTERVAL_PER_NODE * size,
        }


def _unnoticed(observed: Observed) -> str:
    if any(node.problem for node in observed.nodes):
        return ""
    return some([f"members still reach {lost.text}" for lost in sides(observed).lost if not lost.dead])


def _still_loading(observed: Observed) -> str:
    return ", ".join(node.name for node in observed.nodes if node.problem == LOADING)
