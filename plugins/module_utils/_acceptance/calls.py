# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each step of a drill calls: a module and its options, without logins."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import plan_steps as plan
from .model import PREFER, REMEMBER
from .plan_steps import Journal, Step, Value

FAULT, WRITER, WATCH = "acceptance_fault", "acceptance_writer", "acceptance_watch"
TO_CLUSTER, TO_SET = "cluster_switchover", "sentinel_switchover"
# Modules that change the deployment: they take its lock, and learn who runs them.
LOCKING = frozenset([FAULT, TO_CLUSTER, TO_SET])
# A writer outlives the waits of its drill, and ends by itself if nothing is left to end it.
WRITES_FOR = 3
# What of the options of ``acceptance_fault`` is the host's, not the drill's.
LAYOUT = (
    "server", "user", "group", "config_dir", "data_dir", "log_dir", "run_dir", "open_files", "instances", "unit",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A module of this collection with its options."""

    module: str
    options: dict[str, t.Any]


@dataclass(frozen=True)
class Setting:
    """What is the same for all steps: the deployment, and the options of the role.  ``timeout`` is in s."""

    deployment: Value
    layout: Value
    directory: str
    timeout: float
    interval_ms: float


def call(step: Step, journal: Journal, setting: Setting) -> Call:
    """Return what to call for a step, after what is in the journal."""
    if step.name in plan.ON_THE_INSTANCE or (step.name == plan.STOP and step.fault != plan.PLANNED):
        return Call(FAULT, {**_fault(step), **_on_the_host(setting)})
    if step.name in (plan.STOP, plan.RETURN):
        return _switchover(step, journal, setting)
    if step.name in (plan.WRITE, plan.COUNT):
        return Call(WRITER, {**_writer(step, setting), "run": step.run, "directory": setting.directory})
    return Call(WATCH, {**_watch(step), **_asked(setting), "timeout": setting.timeout})


def _fault(step: Step) -> dict[str, t.Any]:
    if step.name in (plan.PUT_BACK, plan.UNPREFER):
        return {"state": "absent"}
    port = step.shard["port"]
    if step.name == plan.FORGET:
        return {"state": "forgotten", "port": port}
    fault = {plan.REMEMBER: REMEMBER, plan.PREFER: PREFER}.get(step.name, step.fault)
    return {"state": "present", "fault": fault, "run": step.run, "port": port}


def _on_the_host(setting: Setting) -> dict[str, t.Any]:
    return {
        "deployment": setting.deployment["deployment"],
        "directory": setting.directory,
        "timeout": setting.timeout,
        **{name: setting.layout[name] for name in LAYOUT},
    }


def _switchover(step: Step, journal: Journal, setting: Setting) -> Call:
    """Away from the primary, or back to it: a cluster gets the node to choose, Sentinel prefers one (see PREFER)."""
    about, primary = setting.deployment, step.shard["primary"]
    options = {"nodes": about["nodes"], "timeout": setting.timeout}
    if about["topology"] == plan.CLUSTER:
        where = {"from": primary} if step.name == plan.STOP else {"to": primary}
        return Call(TO_CLUSTER, {**options, **where, "accept_placement": about["accept_placement"]})
    source = primary if step.name == plan.STOP else plan.current_primary(step, journal)
    return Call(TO_SET, {**options, "from": source, "set": about["set"], "sentinels": about["sentinels"]})


def _writer(step: Step, setting: Setting) -> dict[str, t.Any]:
    if step.name == plan.COUNT:
        return {"state": "stopped"}
    return {
        "nodes": step.shard["nodes"],
        "slots": step.shard["slots"],
        "interval": setting.interval_ms,
        "deadline": setting.timeout * WRITES_FOR,
    }


def _watch(step: Step) -> dict[str, t.Any]:
    if step.name == plan.TAKEOVER:
        return {"awaiting": "takeover", "old": step.shard["primary"], "slots": step.shard["slots"]}
    if step.name == plan.PREFERRED:
        return {"awaiting": "preferred", "old": step.shard["primary"]}
    return {"awaiting": "healed"}


def _asked(setting: Setting) -> dict[str, t.Any]:
    names = ("deployment", "topology", "nodes", "sentinels", "replicas", "accept_placement")
    return {name: setting.deployment[name] for name in names}
