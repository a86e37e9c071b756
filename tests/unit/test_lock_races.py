# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is interleaved, lost and restarted: never two runs at work that share a member."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Locked, Unreachable
from ansible_collections.almashooq.redis.plugins.module_utils._locking import KEEP_EVERY
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from .lock_world import Run, World


class Judge(World):
    """A world that objects when two are at work."""

    def __init__(self, nodes: int) -> None:
        super().__init__(nodes)
        self.events = 0
        self.taking: set[Run] = set()

    def shared(self, one: Run, other: Run) -> list[str]:
        """Return the members that both have had the time to mark."""
        return [
            node
            for node in sorted(one.members & other.members)
            if self.servers[node].up and self.clock - self.servers[node].up_since > KEEP_EVERY
        ]

    def ended(self, run: Run) -> None:
        self.events += 1
        took = run in self.taking
        self.taking.discard(run)
        if run.over:
            return
        if isinstance(run.outcome, (Locked, Unreachable)):
            run.over = True
            run.lock.release()
            return
        assert run.outcome in ((None,) if took else (True, False)), run.outcome
        for other in self.runs:
            shared = self.shared(run, other)
            if other is run or not shared:
                continue
            if other.at_work:
                # The one gap that the lock has, and says so: all marks of the other are lost, and this run began just
                # now.  Whoever goes on after that must have noticed.
                assert took and not run.lock._wary, f"{run.name} beside {other.name}"
                assert not any(other.flags(node) for node in shared), f"{run.name} has not seen {other.name}"
            assert took or run.outcome is False or other.last < run.last, f"{run.name} has not noticed {other.name}"
        run.at_work, run.last = True, self.events


class Interleavings(RuleBasedStateMachine):
    """Two or three runs on members of which some are theirs alone and at least one belongs to all."""

    world: Judge

    @initialize(data=st.data(), nodes=st.integers(1, 5), runs=st.integers(2, 3))
    def set_up(self, data: st.DataObject, nodes: int, runs: int) -> None:
        self.world = Judge(nodes)
        for _run in range(runs):
            own = data.draw(st.sets(st.sampled_from(sorted(self.world.servers))))
            self.world.run({"member0", *own}, data.draw(st.integers(0, 2)))

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    def draw(self, data: st.DataObject, wanted: t.Callable[[Run], bool]) -> Run | None:
        found = [run for run in self.world.runs if wanted(run)]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(data=st.data(), timeout=st.sampled_from([0.0, 5.0, 60.0]))
    def take(self, data: st.DataObject, timeout: float) -> None:
        run = self.draw(data, lambda run: not (run.busy or run.at_work or run.over))
        if run is not None:
            self.world.taking.add(run)
            run.begin(lambda: run.lock.take(timeout))

    @rule(data=st.data())
    def verify(self, data: st.DataObject) -> None:
        run = self.draw(data, lambda run: run.at_work)
        if run is not None:
            run.begin(run.lock.verify)

    @rule(data=st.data(), steps=st.integers(1, 12))
    def step(self, data: st.DataObject, steps: int) -> None:
        run = self.draw(data, lambda run: run.busy and not run.asleep)
        for _step in range(steps):
            if run is not None and run.busy and not run.asleep:
                self.world.step(run)

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        run = self.draw(data, lambda run: run.at_work)
        if run is not None:
            run.over = True
            run.begin(run.lock.release)

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 2.5]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        self.world.kill(
            data.draw(st.sampled_from(sorted(self.world.servers))), data.draw(st.sampled_from([None, *self.world.runs]))
        )

    @rule()
    def kill_everywhere(self) -> None:
        for node in self.world.servers:
            self.world.kill(node)

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        self.world.stop(data.draw(st.sampled_from(sorted(self.world.servers))))

    @precondition(lambda self: not all(server.up for server in self.world.servers.values()))
    @rule()
    def start(self) -> None:
        for node in self.world.servers:
            self.world.start(node)

    @rule(data=st.data())
    def keep(self, data: st.DataObject) -> None:
        run = self.draw(data, lambda run: run.at_work)
        if run is not None:
            run.lock.keep()


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(stateful_step_count=60)
