# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is interleaved, lost and restarted: never two runs at work that share a member."""

from __future__ import annotations

import random

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Locked, Unreachable
from ansible_collections.almashooq.redis.plugins.module_utils._locking import KEEP_EVERY
from hypothesis import given, settings
from hypothesis import strategies as st

from .lock_world import Run, World


class Judge(World):
    """A world that objects when two are at work."""

    def __init__(self, nodes: int) -> None:
        super().__init__(nodes)
        self.events = 0
        self.taking: set[Run] = set()
        self.past: list[Run] = []
        self.crossed: set[tuple[Run, Run]] = set()  # who was verifying when another took the lock
        self.beaten: set[tuple[Run, Run]] = set()  # who has lost the lock to which run, and finds out when it verifies

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
        for other in [*self.runs, *self.past]:
            if run.excludes(other):
                self.judge(run, other, took)
        run.at_work, run.last = True, self.events

    def judge(self, run: Run, other: Run, took: bool) -> None:
        """Object to what a run was promised, beside another with which it shares members.

        The one gap that the lock has, and says so: no mark of the other has stood where both could see it, and this
        run began just now.  The other finds out at its next verify, or at the one after, if it had looked before that.
        """
        shared = self.shared(run, other)
        fresh = took and not run.saw and not any(other.holds(node) for node in run.members & other.members)
        crossed = (run, other) in self.crossed
        if crossed:
            self.beaten.add((run, other))
        elif other.at_work and (other, run) not in self.beaten:
            assert fresh or not shared, f"{run.name} beside {other.name}"
            if fresh:
                self.beaten.add((other, run))
        elif fresh and other.busy and other.last >= 0:
            self.crossed.add((other, run))
        self.crossed.discard((run, other))
        told = took or crossed or run.outcome is False or (other, run) in self.beaten
        assert told or not shared or other.last < run.last, f"{run.name} has not noticed {other.name}"


class Story:
    """What happens to two or three runs on members of which some are theirs alone, and at least one belongs to all.

    Which of it happens, and when, is drawn; small steps are frequent and mishaps are not.
    """

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.world = Judge(draw.randint(1, 4))
        # Some of them are processes of one run.
        for key in draw.choice([[None] * 2, [None] * 3, ["one", "one", None], ["one", "one", "two", "two"]]):
            own = {node for node in self.world.servers if draw.random() < 0.5}
            self.world.run({"member0", *own}, draw.randint(0, 1), key=key)

    def go_on(self) -> None:
        happens = [
            self.act,
            self.pass_time,
            self.kill,
            self.kill_everywhere,
            self.restart,
            self.outage,
            self.keep,
            self.end,
        ]
        (what,) = self.draw.choices(happens, [60, 12, 6, 3, 3, 1, 5, 5])
        what()

    def act(self) -> None:
        """Give a run its turn: one that has no lock takes it, one that has it verifies it."""
        run = self.draw.choice(self.world.runs)
        if run.over or run.asleep:
            return
        if run.at_work:
            run.begin(run.lock.verify)
        elif not run.busy:
            self.world.taking.add(run)
            run.begin(lambda: run.lock.take(30))
        for _step in range(self.draw.choice([1, 2, 3, 5, 20])):
            if run.busy and not run.asleep:
                self.world.step(run)

    def end(self) -> None:
        """End a run, and let another of the same members follow."""
        number = self.draw.randrange(len(self.world.runs))
        run = self.world.runs[number]
        if run.at_work or run.over:
            run.over, run.at_work = True, False
            run.lock.release()
            self.world.past.append(run)
            self.world.runs[number] = Run(self.world, f"{run.name}x", run.members, self.draw.randint(0, 2), run.key)

    def pass_time(self) -> None:
        self.world.pass_time(self.draw.choice([0.1, 0.5, 1.0, 2.5, 5.0]))

    def kill(self) -> None:
        """Close the connections of a member, of all runs or of one; the member that all share is hit most."""
        self.world.kill(self.node(), self.draw.choice([None, *self.world.runs]))

    def kill_everywhere(self) -> None:
        for node in self.world.servers:
            self.world.kill(node)

    def restart(self) -> None:
        node = self.node()
        self.world.stop(node)
        self.world.pass_time(self.draw.choice([0.0, 0.1, 0.7]))
        self.world.start(node)

    def outage(self) -> None:
        """A member goes and all others come back."""
        node = self.node()
        for other in self.world.servers:
            self.world.start(other)
        self.world.stop(node)

    def keep(self) -> None:
        run = self.draw.choice(self.world.runs)
        if run.at_work:
            run.lock.keep()

    def node(self) -> str:
        return self.draw.choice(["member0", *self.world.servers])


@settings(max_examples=settings.default.max_examples * 2)
@given(st.integers(0, 2**32))
def test_never_two_at_work(seed: int) -> None:
    story = Story(random.Random(seed))
    try:
        for _event in range(120):
            story.go_on()
    finally:
        story.world.close()
