# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The load test: run after run of the engine's tool, until all are over or the time is."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import typing as t
from dataclasses import dataclass

from .._argspec import access
from .._client import Access, Record, gather
from .._engine.deployment import Deployment
from .._engine.loop import Operation
from .._errors import CollectionError, DeadlineExceeded, EngineRefused
from .._nodes import make_desired_nodes
from . import checks, keys, parse, plan, render, tool
from .desired import Desired, make_desired
from .model import PREFIX, Counters, Cpu, Generator, Measured, Primary, Run, Slice, State
from .observe import counters, observe_primaries

Params = t.Mapping[str, t.Any]
LOCK_TIMEOUT = 10.0
FILL_PIPELINE = 16


@dataclass(frozen=True)
class Step:
    """One run of the tool."""

    run: Run
    desired: Desired

    def describe(self) -> str:
        """Return one line for people."""
        return render.describe(self.desired, self.run)

    def apply(self, state: State) -> State:
        """Return the state with the run over."""
        return state.with_done(self.run)


class LoadTest(Operation[State, Step]):
    """Measures a deployment from this host."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        # How many processors this host has is found out later; nothing is refused for it.
        self._desired = make_desired(params, 1)
        self._nodes = make_desired_nodes(params["nodes"])
        self._access: Access = access(params)
        self._tool: str
        self._generator: Generator
        self._deployment = Deployment(record, self._desired.timeout, params["run_by"])
        self._connections = self._deployment.connections(self._nodes, self._access)
        self._primaries: tuple[Primary, ...] = ()
        self._measured: list[Measured] = []
        self._filled: set[str | None] = set()
        self._unremoved: list[str] = []

    def enter(self) -> None:
        """Find the load generator on this host, and how much of the host it may use."""
        cpus = os.cpu_count() or 1
        self._desired = make_desired(self._params, cpus)
        self._tool, reported = tool.find(self._params["tool"])
        self._generator = Generator(socket.gethostname(), cpus, reported)

    def observe(self) -> State:
        """Ask the nodes who is primary, and how they are."""
        primaries = observe_primaries(self._nodes, self._connections, clustered=self._desired.clustered)
        return State(primaries, tuple(one.run for one in self._measured))

    def plan(self, state: State) -> list[Step]:
        """Return the runs that are left."""
        runs = plan.left(plan.make_runs(self._desired, state.primaries), state.done)
        if not state.done:
            plan.refuse_without_room(self._desired, state.primaries)
        return [Step(run, self._desired) for run in runs]

    def execute(self, steps: t.Sequence[Step], state: State) -> list[Step]:
        """Do one run, under the deployment's lock; the first call takes it."""
        if self._deployment.hold((self._nodes, self._access), within=LOCK_TIMEOUT):
            return []  # what was observed before the lock may be old: look again
        self._primaries = state.primaries
        self._measured.append(self._run(steps[0].run, state.primaries))
        return [steps[0]]

    def settle(self, state: State) -> State:
        """Remove the keys."""
        self._remove(state.primaries)
        return state

    def abandon(self) -> None:
        """Remove the keys that were written, as far as the primaries answer; they also expire."""
        with contextlib.suppress(CollectionError):
            self._remove(self._primaries)

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def render(self, state: State) -> str:
        """Return the runs that are over, a line each."""
        return "".join(f"{render.describe(self._desired, run)}\n" for run in state.done)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return the figures; none where nothing was measured."""
        measured = checks.joined_turns(self._measured)
        found = checks.findings(self._desired, self._generator, state.primaries, measured)
        return {
            "load": render.load(self._desired, self._generator, measured) if measured else None,
            "findings": [one.result() for one in found],
            "targets": checks.targets(self._desired, measured),
            "summary": render.summary(self._desired, measured),
            "warnings": [
                f"{node}: not all keys {PREFIX}* could be searched for in {keys.REMOVE_WITHIN:g} s; they expire "
                f"within {plan.EXPIRE_SECONDS} s"
                for node in self._unremoved
            ],
        }

    def _remove(self, primaries: t.Sequence[Primary]) -> None:
        whole = gather(lambda primary: keys.remove(primary, self._connections), primaries)
        for primary, done in zip(primaries, whole):
            if isinstance(done, CollectionError):
                raise done
            if not done:
                self._unremoved.append(primary.name)

    def _run(self, run: Run, primaries: t.Sequence[Primary]) -> Measured:
        with contextlib.ExitStack() as stack:
            login = None
            if self._access.password:
                login = stack.enter_context(keys.login(primaries, self._connections))
            seed = next(one for one in primaries if run.node in (None, one.name))
            target = tool.Target(run.node or seed.name, seed.address, seed.port, self._access, login)
            key = plan.key_of(self._desired, seed if run.node else None)
            self._fill(run, target, key, len(primaries))
            return self._measure(run, target, key, primaries)

    def _fill(self, run: Run, target: tool.Target, key: str, primaries: int) -> None:
        """Write the keys that reads are to find."""
        if run.name == "write" or run.node in self._filled:
            return
        requests = self._desired.keys * plan.FILL_ROUNDS * (1 if run.node else primaries)
        deep = Run("write", run.node, FILL_PIPELINE, run.seconds)
        words = plan.options(self._desired, deep, self._desired.connections, requests)
        self._call(target, [*words, *plan.arguments("write", key)])
        self._filled.add(run.node)

    def _measure(self, run: Run, target: tool.Target, key: str, primaries: t.Sequence[Primary]) -> Measured:
        names = [one.name for one in primaries]
        before, servers, started = tool.busy(), counters(names, self._connections), time.monotonic()
        slices = self._slices(run, target, key)
        wall = time.monotonic() - started
        after, later = tool.busy(), counters(names, self._connections)
        _refuse_rejected(servers, later)
        if run.name == "write":
            self._filled.add(run.node)
        ticks = after[1] - before[1]
        cpu = Cpu(
            host_percent=100 * (after[0] - before[0]) / ticks if ticks else 0.0,
            tool=(after[2] - before[2]) / wall,
            tool_threads=sum(
                min(self._desired.threads, connections) for _c, connections, _s in plan.parts(self._desired, run)
            ),
            servers=tuple((one, (later[one].cpu_seconds - servers[one].cpu_seconds) / wall) for one in names),
        )
        requests, seconds = sum(one.requests for one in slices), sum(one.seconds for one in slices)
        return Measured(run, requests, seconds, parse.added([one.points for one in slices]), cpu)

    def _slices(self, run: Run, target: tool.Target, key: str) -> list[Slice]:
        """Call the tool again and again until the run's time is over; the first call only finds the rate."""
        end = time.monotonic() + run.seconds
        found: list[Slice] = []
        requests, rate = 0, 0.0
        while not found or end - time.monotonic() > plan.SHORTEST_SLICE:
            batch = self._desired.connections * run.pipeline
            requests = plan.next_requests(requests, rate, end - time.monotonic(), batch)
            found.append(self._side_by_side(run, target, key, requests))
            rate = found[-1].requests / found[-1].seconds
        return found[1:] or found

    def _side_by_side(self, run: Run, target: tool.Target, key: str, requests: int) -> Slice:
        calls = [
            [
                *plan.options(self._desired, run, connections, max(1, round(requests * share))),
                *plan.arguments(command, key),
            ]
            for command, connections, share in plan.parts(self._desired, run)
        ]
        done: list[Slice] = []
        for one in gather(lambda words: self._call(target, words), calls):
            if isinstance(one, CollectionError):
                raise one
            done.append(one)
        return Slice(
            sum(one.requests for one in done),
            max(one.seconds for one in done),
            parse.added([one.points for one in done]),
        )

    def _call(self, target: tool.Target, words: t.Sequence[str]) -> Slice:
        left = self._deployment.left()
        if not left:
            raise DeadlineExceeded(
                f"the load test had not ended after {self._desired.timeout:g} s",
                node=target.name,
                hint="Give more timeout, or fewer seconds.",
            )
        return tool.measure(self._tool, target, words, b"x" * self._desired.value_bytes, left)


def _refuse_rejected(before: t.Mapping[str, Counters], after: t.Mapping[str, Counters]) -> None:
    for node, counted in after.items():
        error = checks.rejected(before[node], counted)
        if error:
            raise EngineRefused(
                f"it rejected {counted.rejected - before[node].rejected} commands of the load test with {error}",
                node=node,
                hint=checks.REJECTIONS[error],
            )
