# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observed and desired states, each built in one expression."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import (
    COMPROMISES,
    Desired,
    make_desired,
)
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Member, Node, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_formation import plan
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.steps import Step
from ansible_collections.almashooq.redis.plugins.module_utils._slots import Ranges

RUNNING = (("cluster-node-timeout", "5000"), ("repl-diskless-sync-delay", "5"))


def wish(hosts: t.Sequence[str], replicas: int = 1, accept: t.Iterable[str] = COMPROMISES, **zones: str) -> Desired:
    """Return a desired state with one node per entry of ``hosts``: ``["a", "a", "b"]`` is two nodes on a, one on b."""
    nodes = [
        {"address": f"198.51.100.{1 + sorted(set(hosts)).index(host)}", "port": 7000 + number, "host": host,
         "zone": zones.get(host)}
        for number, host in enumerate(hosts)
    ]  # fmt: skip
    return make_desired(nodes, replicas, accept, dict(RUNNING))


def empty(name: str) -> Node:
    """Return a node that has just been started."""
    address, port = name.rsplit(":", 1)
    number = int(port)
    line = Member(f"{number:040d}", address, number, number + 10000, frozenset({"master"}))
    return Node(name=name, id=line.id, view=(line,), myself=line, version="redis 7.0.15", settings=RUNNING)


def fresh(desired: Desired) -> Observed:
    """Return the wanted nodes as they are before the first run."""
    return Observed(tuple(empty(node.name) for node in desired.nodes))


def change(observed: Observed, name: str, **changes: t.Any) -> Observed:
    """Return a state in which one node differs."""
    return observed.replacing({name: dataclasses.replace(observed.by_name()[name], **changes)})


def owning(observed: Observed, name: str, slots: Ranges, keys: int = 0) -> Observed:
    """Return a state in which one lone node owns slots, and keys in them."""
    node = observed.by_name()[name]
    line = dataclasses.replace(node.myself, slots=slots)
    return change(observed, name, myself=line, view=(line,), keys=keys)


def perform(observed: Observed, steps: t.Iterable[Step]) -> Observed:
    """Execute steps on the model; a step whose precondition does not hold is a defect of the planner."""
    for step in steps:
        assert step.ready(observed), step.describe()
        observed = step.apply(observed)
    return observed


def completed(desired: Desired) -> Observed:
    """Return the state at the end of a whole run."""
    observed = fresh(desired)
    return perform(observed, plan(observed, desired))


def failed_over(observed: Observed, replica: str) -> Observed:
    """Return the state after a replica took over from its primary, which came back as its replica."""
    nodes = observed.by_name()
    new, old = nodes[replica], observed.by_id()[nodes[replica].myself.primary_id]
    epoch = 1 + max(node.current_epoch for node in observed.nodes)
    lines = {
        new.id: dataclasses.replace(
            new.myself, flags=frozenset({"master"}), primary_id=None, slots=old.slots, config_epoch=epoch
        ),
        old.id: dataclasses.replace(
            old.myself, flags=frozenset({"slave"}), primary_id=new.id, slots=(), config_epoch=epoch
        ),
    }
    for node in observed.nodes:
        if node.id != new.id and node.myself.primary_id == old.id:
            lines[node.id] = dataclasses.replace(node.myself, primary_id=new.id, config_epoch=epoch)
    return Observed(
        tuple(
            dataclasses.replace(
                node,
                myself=lines.get(node.id, node.myself),
                view=tuple(lines.get(line.id, line) for line in node.view),
                current_epoch=epoch,
            )
            for node in observed.nodes
        )
    )


def foreign_member() -> Member:
    """Return a member that is not desired."""
    return Member("f" * 40, "203.0.113.9", 7000, 17000, frozenset({"master"}))


def lose_identity(observed: Observed, *names: str, noticed: str = "noaddr") -> Observed:
    """Return the state after nodes came back empty under new ids; the others keep the old ones.

    ``noticed`` is what the others make of the old id: "noaddr" once its place answered under another id, "fail" when
    they took it for failed before.  A primary that was taken for failed has been replaced by a replica, if it had one.
    """
    for name in names:
        old = observed.by_name()[name]
        followers = [
            node.name for node in observed.nodes if node.myself.primary_id == old.id and node.name not in names
        ]
        if noticed == "fail" and old.slots and followers:
            observed = failed_over(observed, followers[0])
    for name in names:
        old = observed.by_name()[name]
        ghost = dataclasses.replace(old.myself, flags=old.myself.flags | {noticed}, connected=False)
        if noticed == "noaddr":
            ghost = dataclasses.replace(ghost, address="", port=0, bus_port=0)
        fresh_line = dataclasses.replace(empty(name).myself, id=f"{int(old.id, 16) + 0xABC:040x}")
        found = []
        for node in observed.nodes:
            if node.name == name:
                found.append(dataclasses.replace(empty(name), id=fresh_line.id, view=(fresh_line,), myself=fresh_line))
            else:
                lonely = node.myself.primary_id == old.id
                view = tuple(ghost if line.id == old.id else line for line in node.view)
                found.append(dataclasses.replace(node, view=view, link_up=node.link_up and not lonely))
        observed = Observed(tuple(found))
    return observed
