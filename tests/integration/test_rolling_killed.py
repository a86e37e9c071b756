# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole rolls of which calls are killed at each boundary of the plan, and in the middle of steps: the next run goes on.

A boundary is where the record of the call (module_utils/_history) has a step as the next one, or as done.
"""

from __future__ import annotations

import pathlib
import signal
import time
import typing as t

import redis
from ansible_collections.almashooq.redis.plugins.module_utils._history import store

from .engines import servers
from .fleet import alive, state, until
from .module_runner import Process, converged, start_module
from .rolling import Cluster, Counter, Deployment, Set

REPLICA, SWITCHOVER = "restart of a replica", "switchover"
FORMER_PRIMARY, SENTINEL = "restart of a former primary", "restart of a Sentinel"
# Moments: the step is the next one; its process is gone, or another member is primary; another process answers; done.
BEFORE, WITHIN, STARTED, AFTER = "before", "within", "once it is started", "after"
INTERVAL = 0.001  # s: a boundary does not last
PATIENCE = 60.0  # s
# What follows from the role of an instance.
OF_ROLES = ("replicaof", "slaveof")
# What is held while a roll lasts is test_rolling_migration's business: here a step is one that touches a member.
UNHELD: dict[str, t.Any] = {"hold": [], "release": []}
PAUSED = 5.0  # s: less than a switchover that is interrupted holds writes

Moments = dict[str, list[str]]


def kind(line: str, primaries: t.Collection[str]) -> str:
    """Return which kind of step a line of a plan is, given who was primary at the beginning."""
    if line.startswith("switch "):
        return SWITCHOVER
    if "(Sentinel)" in line:
        return SENTINEL
    return FORMER_PRIMARY if line.split()[1] in primaries else REPLICA


def process(deployment: Deployment, name: str) -> tuple[str, int]:
    """Return run id and process id of a member; of one that does not answer, nothing."""
    try:
        with deployment.member(int(name.rpartition(":")[2])) as client:
            info = t.cast("dict[str, t.Any]", client.info("server"))
            return str(info["run_id"]), int(info["process_id"])
    except redis.exceptions.RedisError:
        return "", 0


def processes(deployment: Deployment) -> dict[str, tuple[str, int]]:
    """Return the process of each member."""
    return {name: process(deployment, name) for name in deployment.members()}


def left(deployment: Deployment, before: t.Mapping[str, tuple[str, int]]) -> list[dict[str, t.Any]]:
    """Return what the next run is for: members with their process from before; one that is down is named."""
    now = processes(deployment)
    return [
        {"node": name, "reasons": ["requested"], "named": not now[name][0]}
        for name in before
        if now[name][0] in ("", before[name][0])
    ]


def settings(deployment: Deployment) -> dict[int, dict[str, str]]:
    """Return all settings of the instances, but for those that follow from roles."""
    found = {}
    for port in deployment.ports:
        with deployment.client(port) as client:
            every = t.cast("dict[str, str]", client.config_get("*"))
        found[port] = {name: value for name, value in every.items() if name not in OF_ROLES}
    return found


def marks(deployment: Deployment) -> list[str]:
    """Return the marks of the lock that stand on any member."""
    found = []
    for name in deployment.members():
        with deployment.member(int(name.rpartition(":")[2])) as client:
            found += [str(one["name"]) for one in client.client_list() if "almashooq" in str(one["name"])]
    return found


def reached(
    deployment: Deployment, moment: str, line: str, now: t.Mapping[str, tuple[str, int]], directory: pathlib.Path
) -> bool:
    """Return whether the call that writes to this directory is at a moment of its first step."""
    if moment in (BEFORE, AFTER):
        steps = 0 if moment == BEFORE else 1
        return any(one.steps >= steps for one in store.read(str(directory), 0).records)
    if line.startswith("switch "):
        return deployment.role(int(line.rpartition(":")[2])) == "master"
    run_id, pid = now[line.split()[1]]
    if moment == WITHIN:
        return not alive(pid)
    return process(deployment, line.split()[1])[0] not in ("", run_id)


def pause(call: Process) -> None:
    """Stop a call, unless it has ended, and wait until none of its threads runs."""
    call.send_signal(signal.SIGSTOP)
    while call.poll() is None and state(call.pid) not in "TZX":
        time.sleep(INTERVAL)


def kill_at(
    deployment: Deployment, moment: str, known: t.Mapping[str, t.Any], directory: pathlib.Path
) -> t.Mapping[str, tuple[str, int]]:
    """Begin the next call, and kill it at a moment of its first step; return the processes before."""
    line, now = known["plan"][0], processes(deployment)
    run_by = {"run": "killed", "directory": str(directory)}
    call = start_module("rolling_step", deployment.step(known, run_by=run_by, **UNHELD))
    deadline = time.monotonic() + PATIENCE
    while True:
        # A call that goes on while it is looked at may be past the moment when it is killed.
        pause(call)
        if reached(deployment, moment, line, now, directory):
            break
        assert call.poll() is None, (moment, line, call.communicate())
        assert time.monotonic() < deadline, (moment, line)
        call.send_signal(signal.SIGCONT)
        time.sleep(INTERVAL)
    call.kill()
    output = call.communicate()
    # After the last step of a call there is little left that could be killed.
    assert call.returncode in (-signal.SIGKILL, *([0] if moment == AFTER else [])), f"{moment} {line}: {output}"
    (record,) = store.read(str(directory), 0).records
    assert record.outcome in ("interrupted", *(["done"] if moment == AFTER else []))
    assert record.steps == (moment == AFTER)
    return now


def roll_and_be_killed(deployment: Deployment, moments: Moments, kinds: list[str], directory: pathlib.Path) -> None:
    """Restart every member, with a kill at each of these moments, and check that nothing is lost or left behind."""
    before, settings_before = processes(deployment), settings(deployment)
    primaries = [f"127.0.0.1:{port}" for port in deployment.primaries()]
    killed = 0
    with Counter(deployment) as application:
        while needs := left(deployment, before):
            known = deployment.plan(needs=needs, **UNHELD)
            down = {one["node"] for one in needs if one["named"]}
            if down and {line.split()[1] for line in known["plan"]} <= down:
                # What was stopped and not started again comes first, alone; or it has come back by itself.
                if known["next"]:
                    after = converged("rolling_step", deployment.step(known, **UNHELD))
                    assert [kind(line, primaries) for line in after["remaining"]] == kinds
                continue
            # The run goes on where the one before was killed.
            assert [kind(line, primaries) for line in known["plan"]] == kinds
            waiting = moments[kinds[0]]
            if not waiting:
                kinds = kinds[len(converged("rolling_step", deployment.step(known, **UNHELD))["done"]) :]
                continue
            moment = waiting.pop(0)
            killed += 1
            now = kill_at(deployment, moment, known, directory / str(killed))
            if moment == BEFORE:
                assert processes(deployment) == now
            else:
                kinds = kinds[1:]
        count = len(application.times)
        until(lambda: len(application.times) > count + 2 * Counter.KEYS, "writes that nothing holds back", PAUSED)
    assert [one for each in moments.values() for one in each] == []
    assert application.lost() == []
    assert settings(deployment) == settings_before
    until(lambda: marks(deployment) == [], "the lock to be given back")
    until(deployment.agrees, "the members to agree")


def test_a_cluster_whose_roll_is_killed_everywhere_is_restarted_in_whole(
    first_port: int, tmp_path: pathlib.Path
) -> None:
    moments = {
        REPLICA: [BEFORE, WITHIN, STARTED, AFTER],
        # Twice: a call that is not killed goes on to the restart of the former primary.
        SWITCHOVER: [BEFORE, WITHIN, AFTER, AFTER],
        FORMER_PRIMARY: [BEFORE, WITHIN, STARTED, AFTER],
    }
    with Cluster(servers()[0], first_port) as cluster:
        roll_and_be_killed(cluster, moments, [REPLICA] * 3 + [SWITCHOVER, FORMER_PRIMARY] * 3, tmp_path)
        assert len(cluster.primaries()) == 3


def test_a_set_whose_roll_is_killed_everywhere_is_restarted_in_whole(first_port: int, tmp_path: pathlib.Path) -> None:
    # In the middle of its switchover: test_sentinel_switchover.py.
    moments = {
        REPLICA: [BEFORE, WITHIN, AFTER],
        SWITCHOVER: [BEFORE, AFTER],
        FORMER_PRIMARY: [BEFORE, AFTER],
        SENTINEL: [BEFORE, WITHIN, AFTER],
    }
    kinds = [REPLICA] * 2 + [SWITCHOVER, FORMER_PRIMARY] + [SENTINEL] * 3
    with Set(servers()[0], first_port) as replicated:
        roll_and_be_killed(replicated, moments, kinds, tmp_path)
        assert len(replicated.primaries()) == 1
