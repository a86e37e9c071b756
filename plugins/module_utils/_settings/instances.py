# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``instance``: settings, service and processes of a host's instances as one operation."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._engine.loop import Operation
from .._engine.parts import Parts
from .._host.service import Service, ServiceOperation
from .._managed.options import Params
from .daemon import STARTED, Daemon, Daemons
from .model import Host
from .operation import Config

if t.TYPE_CHECKING:
    from .._client import Record


@dataclass(frozen=True)
class Instances:
    """What the host has of the settings, of the service around the instances, and of their processes."""

    settings: Host
    service: Service | None = None
    daemon: Daemons | None = None


class InstancesOperation(Parts[Instances]):
    """Settings first: what the engine refuses ends the run before anything else is changed.  Instances start last."""

    def __init__(self, params: Params, record: Record) -> None:
        parts: dict[str, Operation[t.Any, t.Any]] = {"settings": Config(params, record)}
        if params["service"] is not None:
            rest = {"account": None, "listen": None, "look_at": (), "state": STARTED, "timeout": params["timeout"]}
            parts["service"] = ServiceOperation({**rest, **params["service"]}, record)
        if params["daemon"] is not None:
            parts["daemon"] = Daemon({**params, **params["daemon"], "state": STARTED}, record)
        super().__init__(Instances, parts)

    def result(self, state: Instances) -> dict[str, t.Any]:
        """Return what the settings' part returns, with the results of the others beside it."""
        found = {part: operation.result(getattr(state, part)) for part, operation in self._parts.items()}
        warnings = [text for each in found.values() for text in each.pop("warnings", ())]
        said = found.get("daemon", {}).get("guard", ())
        return {
            **found["settings"],
            **({"service": found["service"]} if "service" in found else {}),
            **({"guard": said} if said else {}),
            **({"warnings": warnings} if warnings else {}),
        }
