# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments as values, for tests of a rolling restart."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import (
    CLUSTER,
    PRIMARY,
    REPLICA,
    SENTINEL,
    SENTINELS,
    Member,
    Need,
    State,
)

HOSTS = ("a", "b", "c")


def instance(number: int, shard: int, role: str, **others: t.Any) -> Member:
    """Return an instance in sync, on one of three hosts in turn."""
    host = HOSTS[number % len(HOSTS)]
    values = {"host": host, "zone": host, "run_id": f"run-{number}", **others}
    return Member(f"192.0.2.{number}:7000", shard=f"shard {shard}", role=role, **values)


def sentinel(number: int, **others: t.Any) -> Member:
    """Return a Sentinel, on one of three hosts in turn."""
    host = HOSTS[number % len(HOSTS)]
    values = {"host": host, "zone": host, "run_id": f"sentinel-{number}", **others}
    return Member(f"192.0.2.{number}:26379", kind=SENTINEL, **values)


def cluster(shards: int = 3, replicas: int = 1, **others: t.Any) -> State:
    """Return a cluster in good health; the primary of shard n is member n."""
    members = [instance(number, number, PRIMARY) for number in range(shards)]
    for round_ in range(replicas):
        first = shards * (round_ + 1)
        members += [instance(first + number, (number + 1 + round_) % shards, REPLICA) for number in range(shards)]
    return State(tuple(members), **{"switching": CLUSTER, **others})


def replicated(replicas: int = 2, sentinels: int = 3, min_replicas: int = 1, **others: t.Any) -> State:
    """Return a set in good health with its Sentinels."""
    members = [instance(0, 0, PRIMARY, min_replicas=min_replicas)]
    # Sentinel chooses by priority: with several replicas, it prefers none.
    members += [instance(number, 0, REPLICA, preferred=replicas == 1) for number in range(1, replicas + 1)]
    members += [sentinel(number) for number in range(sentinels)]
    return State(tuple(members), **{"switching": SENTINELS, **others})


def all_need(state: State, *reasons: str) -> tuple[Need, ...]:
    """Return the need of every member to be restarted."""
    return tuple(Need(one.name, one.run_id, reasons or ("requested",)) for one in state.members)


def need(state: State, *names: str) -> tuple[Need, ...]:
    """Return the need of some members."""
    return tuple(one for one in all_need(state) if one.node in names)


def of_versions(state: State, version: str, others: t.Mapping[int, str] | None = None) -> State:
    """Return a state whose members run a version, and some of them, by their place, another."""
    others = others or {}
    changed = (
        dataclasses.replace(one, version=others.get(number, version)) for number, one in enumerate(state.members)
    )
    return state.replacing(*changed)


def installing(needs: t.Iterable[Need], version: str) -> tuple[Need, ...]:
    """Return needs of which the restart starts a version."""
    return tuple(dataclasses.replace(one, installed=version) for one in needs)
