# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``sentinel_config``: the Sentinel of a host, and the service around it, as one operation."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._client import Record
from .._engine.loop import Operation
from .._engine.parts import Parts, PartStep
from .._host.service import Service, ServiceOperation
from .._host.unit_plan import ENABLED
from .._managed.options import Params
from .execute import SentinelConfig
from .model import Seen


@dataclass(frozen=True)
class Sentinel:
    """What the host has of the service around the Sentinel, and of the Sentinel itself."""

    sentinel: Seen
    service: Service | None = None


class SentinelOperation(Parts[Sentinel]):
    """The unit comes first: the Sentinel is started by it."""

    def __init__(self, params: Params, record: Record) -> None:
        parts: dict[str, Operation[t.Any, t.Any]] = {}
        if params["service"] is not None:
            rest = {"account": None, "kernel": None, "directories": (), "listen": None, "look_at": (), "logs": None}
            given = {**rest, "state": ENABLED, "timeout": params["timeout"], **params["service"]}
            parts["service"] = ServiceOperation(given, record)
        self._sentinel = SentinelConfig(params, record)
        super().__init__(Sentinel, {**parts, "sentinel": self._sentinel})

    def execute(self, steps: t.Sequence[PartStep], state: Sentinel) -> t.Sequence[PartStep]:
        """Do the first steps; where the Sentinel changes, the deployment's lock is taken before anything else is."""
        if any(step.part == "sentinel" for step in steps) and self._sentinel.hold(state.sentinel):
            return ()
        return super().execute(steps, state)

    def result(self, state: Sentinel) -> dict[str, t.Any]:
        """Return what the Sentinel's part returns, with the result of the other beside it."""
        found = {part: operation.result(getattr(state, part)) for part, operation in self._parts.items()}
        return {**found["sentinel"], **({"service": found["service"]} if "service" in found else {})}
