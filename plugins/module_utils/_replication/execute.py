# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps of a plan, one node after the other, until all are in sync."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from .._addresses import Addresses, every_name, resolved
from .._client import Access, Connections
from .._engine.deployment import Deployment, Scope, first_phase
from .._engine.loop import Operation
from .._errors import CollectionError, DeadlineExceeded, Refused
from .._nodes import LOADING, DesiredNode
from .._replies import pairs
from . import checks, render
from .desired import Desired
from .discovery import primary_of, undecided
from .model import Observed
from .observe import observe
from .plan import plan
from .steps import Attach

# Sentinel attaches a member that is back after 8 s at least (its publish period, four times): seconds.
PATIENCE = 30.0
SYNC_HINT = (
    "See the logs of both: a wrong replication password, a blocked port and an engine that cannot read the other's "
    "data all end here. Then run again."
)


class ReplicationOperation(Operation[Observed, Attach]):
    """The ``replication`` module's way through."""

    def __init__(self, desired: Desired, node_access: Access, sentinel_access: Access, deployment: Deployment) -> None:
        self._resolve = Addresses()
        self._desired = desired
        self._node_access = node_access
        self._sentinel_access = sentinel_access
        self._deployment = deployment
        self._given: dict[str, str]
        # Where the lock is taken; several sets of one run take one lock.
        self.scopes: tuple[Scope, ...]
        self._connections: Connections
        self._sentinels: Connections
        self._patience = min(deployment.timeout / 2, PATIENCE)
        self._attached: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the set's nodes (``address:port``), by address once the operation is entered."""
        return tuple(node.name for node in self._desired.nodes)

    def enter(self) -> None:
        """Find the addresses of host names: servers know each other by address, callers may know them by name."""
        given = self._desired.nodes
        self._desired = desired = self._by_address(self._desired)
        self._given = {by.name: one.address for one, by in zip(given, desired.nodes)}
        self.scopes = ((desired.nodes, self._node_access), (desired.sentinels, self._sentinel_access))
        self._connections = self._deployment.connections(desired.nodes, self._node_access)
        self._sentinels = self._deployment.connections(desired.sentinels, self._sentinel_access)

    def observe(self) -> Observed:
        """Ask all nodes; what loads its data, and what a failover has yet to settle, is waited for."""
        observed = self._look()
        patient_until = time.monotonic() + self._patience

        def missing(observed: Observed) -> str:
            loading = [node.name for node in observed.nodes if node.problem == LOADING]
            if loading:
                return f"{', '.join(loading)} loads its data"
            # Beyond that the plan decides, and refuses with all that is known.
            return undecided(observed, self._attached) if time.monotonic() < patient_until else ""

        if not missing(observed):
            return observed
        return self._deployment.poll(
            self._look,
            missing,
            awaiting="the nodes to load, and a failover to end",
            node=self._desired.nodes[0].name,
        )

    def plan(self, state: Observed) -> tuple[Attach, ...]:
        """Return the steps that are left."""
        return plan(state, self._desired)

    def execute(self, steps: t.Sequence[Attach], state: Observed) -> t.Sequence[Attach]:
        """Attach the first node under the set's lock; the first call takes it."""
        if self._deployment.hold(*self.scopes):
            return ()  # what was observed before the lock may be old: look again
        phase = first_phase(steps)
        self._attached.update(step.node for step in phase)
        return self._deployment.perform(self._connections, phase, state)

    def settle(self, state: Observed) -> Observed:
        """Wait until every replica has what the primary had when the wait began.

        Who is primary is asked at every look: a failover while we wait has an end, too.
        """
        began = time.monotonic()
        goals: dict[str, int] = {}

        def missing(observed: Observed) -> str:
            failing = "; ".join(f"{node.name} is {node.problem}" for node in observed.nodes if node.problem)
            if failing or undecided(observed, self._attached):
                return failing or undecided(observed, self._attached)
            try:
                primary = primary_of(observed, self._desired)
            except Refused as refusal:
                return refusal.message
            goal = goals.setdefault(primary, observed.by_name()[primary].offset)
            return "; ".join(checks.out_of_sync(observed, primary, goal))

        if not missing(state):
            return state
        try:
            return self._deployment.poll(
                self._look,
                missing,
                awaiting=f"all replicas of set {self._desired.set!r} to be in sync",
                hint=SYNC_HINT,
            )
        except DeadlineExceeded as error:
            error.hint = " ".join([*self._turned_away(goals, time.monotonic() - began), SYNC_HINT])
            raise

    def _turned_away(self, primaries: t.Iterable[str], seconds: float) -> list[str]:
        """Return the logins that the primaries refused of late: the replicas do not report why they have no link."""
        said = []
        for name in primaries:
            with contextlib.suppress(CollectionError):
                entries = [pairs(entry) for entry in self._connections[name].command("ACL", "LOG")]
                turned_away = [
                    entry.get("username", "")
                    for entry in entries
                    if entry.get("reason") == "auth" and float(entry.get("age-seconds", "inf")) <= seconds
                ]
                said += [
                    f"{name} refused a login as {user!r} meanwhile: the replication password (masterauth) of a replica "
                    "is wrong."
                    for user in dict.fromkeys(turned_away)
                ]
        return said

    def render(self, state: Observed) -> str:
        """Return the set as a table."""
        return render.summary(state, self._desired, primary_of(state, self._desired))

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return the primary, the topology, findings and the table for people."""
        name = primary_of(state, self._desired)
        found = checks.findings(state, self._desired, name)
        wanted = self._desired.wanted(name)
        notes = [
            f"{step.node} follows its primary until it is restarted, and not after: {refusal.message}"
            for step, refusal in self._deployment.tolerated
            if step.node in self.names
        ]
        return {
            "primary": {"address": self._given[name], "port": wanted.port, "host": wanted.host},
            "topology": render.topology(state, self._desired, name),
            "findings": [finding.result() for finding in found],
            "refused_writes": [finding.result() for node in state.nodes for finding in node.refused_writes],
            "summary": render.summary(state, self._desired, name, found),
            "warnings": notes,
        }

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _look(self) -> Observed:
        return observe(
            self._desired.nodes,
            self._connections,
            self._desired.sentinels,
            self._sentinels,
            self._desired.set,
            self._resolve,
        )

    def _by_address(self, desired: Desired) -> Desired:
        """Return the desired state with addresses for host names: servers know each other by address."""

        def by_address(nodes: t.Sequence[DesiredNode]) -> tuple[DesiredNode, ...]:
            found: dict[str, tuple[DesiredNode, DesiredNode]] = {}
            for node in nodes:
                changed = dataclasses.replace(node, address=resolved(node.address))
                if changed.name in found:
                    # Two names of one server would share one connection, and take each other's answers.
                    other = found[changed.name][0].name
                    raise Refused(
                        f"{other} and {node.name} are one server", node=other, hint="Name each instance once."
                    )
                found[changed.name] = (node, changed)
            return tuple(changed for _node, changed in found.values())

        new_names = {node.name: changed.name for node, changed in zip(desired.nodes, by_address(desired.nodes))}
        return dataclasses.replace(
            desired,
            nodes=by_address(desired.nodes),
            sentinels=by_address(desired.sentinels),
            primary=new_names[desired.primary],
            discard=frozenset(new_names.get(name, name) for name in desired.discard),
            external=frozenset(other for name in desired.external for other in every_name(name)),
        )
