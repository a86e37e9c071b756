# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill does to a host, and what it has written down about that: plain values."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

KILL, FREEZE, PREFER = "kill", "freeze", "prefer"
# Touches nothing: it is written down who was primary, for as long as that is to be so again.
REMEMBER = "remember"
# What makes Sentinel choose a replica before all others: the lowest priority that is not "never".
PREFERRED = "1"


@dataclass(frozen=True)
class Entry:
    """One act, as it is written down before it is done: all that undoing it takes.

    ``pid`` and ``started`` are the process that it was done to: a pid alone may be another one's later.
    ``priority`` is the replica-priority that the instance had.
    """

    run: str
    deployment: str
    port: int
    fault: str
    unit: str = ""
    pid: int = 0
    started: str = ""
    priority: str = ""


@dataclass(frozen=True)
class Instance:
    """One instance of this host.  ``pid`` is 0 where it does not run; ``held`` says that systemd may not restart it."""

    port: int
    pid: int = 0
    started: str = ""
    frozen: bool = False
    held: bool = False
    priority: str = ""


@dataclass(frozen=True)
class Host:
    """The host: its instances, and what drills have written down."""

    instances: tuple[Instance, ...]
    entries: tuple[Entry, ...] = ()

    def instance(self, port: int) -> Instance:
        """Return the instance of a port; one that the host does not know does not run."""
        return next((one for one in self.instances if one.port == port), Instance(port))

    def entry(self, port: int, fault: str) -> Entry | None:
        """Return what is written down about a port and a fault."""
        return next((one for one in self.entries if (one.port, one.fault) == (port, fault)), None)

    def having(self, port: int, **changes: t.Any) -> Host:
        """Return the host with an instance changed."""
        changed = dataclasses.replace(self.instance(port), **changes)
        return dataclasses.replace(
            self, instances=tuple(changed if one.port == port else one for one in self.instances)
        )


@dataclass(frozen=True)
class Request:
    """What is to be done to one instance, and by which drill."""

    run: str
    deployment: str
    port: int
    fault: str
    unit: str = ""
