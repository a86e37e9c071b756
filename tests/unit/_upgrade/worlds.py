# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments before an upgrade, as values."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import INSTANCE, State
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.model import Instance, Place, Survey

from .._rolling.worlds import cluster, of_versions

OLD, NEW = "redis 7.0.15", "valkey 8.0.1"
MIB = 2**20


def survey(state: State | None = None, target: str = NEW, **others: t.Any) -> Survey:
    """Return a healthy deployment of the old version with room on all hosts."""
    state = state or of_versions(cluster(), OLD)
    instances = [one for one in state.members if one.kind == INSTANCE]
    values = {
        "targets": dict.fromkeys(sorted({one.host for one in state.members}), target),
        "instances": tuple(Instance(one.name, used_memory=100 * MIB) for one in instances),
        "places": {one.name: Place(one.name, target, 1000 * MIB) for one in instances},
        "memory": dict.fromkeys(sorted({one.host for one in state.members}), 8000 * MIB),
    }
    return Survey(state, **{**values, **others})
