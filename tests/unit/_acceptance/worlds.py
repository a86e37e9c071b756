# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment of two nodes on two hosts in which drills are made, cut and undone, without a server."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import calls, plan, plan_return, plan_steps
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.model import Host, Instance, Request
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.plan_steps import Journal, Outcome, Step
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError

CLUSTER, SET = "cluster", "replication"
OLD, NEW, ASKS = "192.0.2.11:6379", "192.0.2.12:6379", "alpha"
PORT = 6379
SHARD = {
    "shard": "main",
    "slots": "",
    "primary": OLD,
    "host": "alpha",
    "port": PORT,
    "replicas": [NEW],
    "nodes": [{"address": "192.0.2.11", "port": PORT}, {"address": "192.0.2.12", "port": PORT}],
}
LAYOUT = {**dict.fromkeys(calls.LAYOUT, ""), "unit": "redis-node"}


class Killed(Exception):
    """The run has ended here, as when the controller loses its power."""


class World:
    """Who is primary, the host of the old primary, and whether a client writes."""

    def __init__(self, topology: str) -> None:
        self.about = {
            "deployment": "main",
            "topology": topology,
            "set": "main",
            "nodes": [
                {"address": f"192.0.2.{10 + n}", "port": PORT, "host": h} for n, h in ((1, "alpha"), (2, "bravo"))
            ],
            "sentinels": [],
            "replicas": 1,
            "accept_placement": [],
        }
        self.primary = OLD
        self.alpha = Host((Instance(PORT, 10, "100", priority="100"),))
        self.writes = False
        self.takes_over = True
        # After so many steps of a module it is killed, or fails; None: it goes on.
        self.stops_after: int | None = None
        self.stops_with: Exception = Killed()

    @property
    def summary(self) -> tuple[t.Any, ...]:
        """What a drill has to leave as it was: who is primary, what runs and how, what is noted, who writes."""
        old = self.alpha.instance(PORT)
        return self.primary, bool(old.pid), old.frozen, old.held, old.priority, self.alpha.entries, self.writes

    def time_passes(self) -> None:
        """Let the replica take over from a primary that does not answer; once it is back it is a replica."""
        old = self.alpha.instance(PORT)
        if self.takes_over and (old.frozen or not old.pid):
            self.primary = NEW

    def call(self, call: calls.Call) -> dict[str, t.Any]:
        """Do what a module does; raises what it is stopped with, or why it cannot."""
        result: dict[str, t.Any] = {
            calls.FAULT: self._fault,
            calls.WRITER: self._writer,
            calls.WATCH: self._watch,
            calls.TO_CLUSTER: self._switch,
            calls.TO_SET: self._switch,
        }[call.module](call.options)
        return result

    def restore(self) -> None:
        """Restore what is written down on the host, and end the writer, as every run does first."""
        while steps := plan.restore(self.alpha):
            self.alpha = steps[0].apply(self.alpha)
        self.writes = False

    def notes(self) -> dict[str, list[dict[str, t.Any]]]:
        """Return what is still written down, as module acceptance_fault returns it."""
        names = ("run", "deployment", "port", "fault")
        return {"alpha": [{name: getattr(one, name) for name in names} for one in self.alpha.entries], "bravo": []}

    def _takes(self, step: int) -> None:
        if self.stops_after == step:
            raise self.stops_with

    def _fault(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        for step in range(20):
            self._takes(step)
            steps = self._planned(options)
            if not steps:
                return {"at": 1.0}
            self.alpha = steps[0].apply(self.alpha)
        raise AssertionError(f"never ends: {self.alpha}")

    def _planned(self, options: dict[str, t.Any]) -> tuple[t.Any, ...]:
        if options["state"] == "absent":
            return plan.restore(self.alpha)
        if options["state"] == "forgotten":
            return plan.forget(self.alpha, PORT)
        unit = f"{options['unit']}@{PORT}.service"
        return plan.stop(self.alpha, Request(options["run"], options["deployment"], PORT, options["fault"], unit))

    def _writer(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        self._takes(0)
        self.writes = options.get("state") != "stopped"
        self._takes(1)
        return {}

    def _watch(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        self._takes(0)
        self.time_passes()
        old = self.alpha.instance(PORT)
        kind = options["awaiting"]
        good = {
            "takeover": self.primary != OLD,
            "healed": bool(old.pid) and not old.frozen,
            "preferred": old.priority == "1",
        }
        if not good[kind]:
            raise CollectionError(f"{kind} has not come")
        return {"at": 2.0, "successor": self.primary} if kind == "takeover" else {"primaries": [self.primary]}

    def _switch(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        self._takes(0)
        old = self.alpha.instance(PORT)
        if "from" in options and options["from"] != self.primary:
            raise CollectionError(f"{options['from']} is not the primary")
        preferred = OLD if self.primary == NEW and old.priority == "1" else NEW
        self.primary = options.get("to", preferred)
        self._takes(1)
        return {"to": self.primary}


def walk(world: World, steps: t.Iterable[Step], stops_at: str = "") -> Journal:
    """Do the steps as the role does; in step ``stops_at`` the world's ``stops_after`` holds."""
    journal: Journal = ()
    after = world.stops_after
    for step in steps:
        if not plan_steps.is_due(step, journal):
            continue
        setting = calls.Setting(world.about, LAYOUT, "/notes", 120.0, 2.0)
        world.stops_after = after if step.name == stops_at else None
        problem, result = "", {}
        try:
            result = world.call(calls.call(step, journal, setting))
        except CollectionError as error:
            problem = str(error)
        journal = (*journal, Outcome(step.shard["primary"], step.name, 1.0, 2.0, problem, result))
    return journal


def drill(topology: str, fault: str, returns: bool = True) -> tuple[Step, ...]:
    """Return the steps of a drill of the one shard."""
    return plan_steps.steps(SHARD, topology, "run", ASKS, fault, returns)


def next_run(world: World) -> Journal:
    """Do what ``acceptance.yml --tags restore`` does, in a run that knows nothing of the one before."""
    world.time_passes()
    world.restore()
    return walk(world, plan_return.steps(world.notes(), world.about, ASKS))
