# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a deployment at one moment, or at two: plain values, whatever the servers answered."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._nodes import Finding
from .._replies import fields, version

PRIMARY = "primary"
REPLICA = "replica"
Info = t.Mapping[str, str]


@dataclass(frozen=True)
class Follower:
    """A replica as its primary lists it: ``offset`` in bytes, ``lag`` in seconds since its last word."""

    name: str
    state: str
    offset: int | None
    lag: float | None


@dataclass(frozen=True)
class Server:
    """One instance, as observed.  ``problem`` is empty for one that answered; ``info`` is the answer to INFO.

    ``later`` is INFO again, ``seconds`` after the first; empty where there was no second sample.
    """

    name: str
    host: str
    zone: str
    problem: str = ""
    detail: str = ""
    info: Info = field(default_factory=dict)
    later: Info = field(default_factory=dict)
    seconds: float = 0.0
    settings: Info = field(default_factory=dict)
    following: str = ""
    followers: tuple[Follower, ...] = ()
    slots: int | None = None
    slots_text: str = ""

    @property
    def port(self) -> int:
        """Return its port."""
        return int(self.name.rpartition(":")[2])

    @property
    def answers(self) -> bool:
        """Whether it answered at all."""
        return not self.problem

    @property
    def role(self) -> str:
        """Return primary, replica, or nothing where it did not report one."""
        return {"master": PRIMARY, "slave": REPLICA}.get(self.info.get("role", ""), "")

    @property
    def loading(self) -> bool:
        """Whether it is still reading its data from disk."""
        return self.info.get("loading") == "1" or self.problem == "loading"

    @property
    def version(self) -> str:
        """Return engine and version."""
        return version(dict(self.info)) if self.info else ""

    def figure(self, name: str) -> float | None:
        """Return a number of INFO, None where it is missing or not a number."""
        return _figure(self.info.get(name))

    def growth(self, name: str) -> float | None:
        """Return by how much a counter grew between the two samples; one that fell was reset, and counts from 0."""
        before, after = _figure(self.info.get(name)), _figure(self.later.get(name))
        if before is None or after is None:
            return None
        return after - before if after >= before else after


@dataclass(frozen=True)
class Watcher:
    """One Sentinel's word about itself."""

    name: str
    problem: str = ""
    detail: str = ""
    info: Info = field(default_factory=dict)


@dataclass(frozen=True)
class Host:
    """What a host reported: ``instances`` by port (module health_host_info), ``drift`` what a run would change."""

    name: str
    instances: t.Mapping[int, t.Mapping[str, t.Any]] = field(default_factory=dict)
    drift: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Observed:
    """Everything that was seen; ``topology`` are the findings of the cluster's and the Sentinels' own checks."""

    servers: tuple[Server, ...]
    watchers: tuple[Watcher, ...] = ()
    hosts: t.Mapping[str, Host] = field(default_factory=dict)
    topology: tuple[Finding, ...] = ()
    clustered: bool = False
    set: str = ""

    @property
    def answering(self) -> tuple[Server, ...]:
        """The servers that answered."""
        return tuple(one for one in self.servers if one.answers)

    @property
    def primaries(self) -> tuple[Server, ...]:
        """The servers that report to be primaries; an empty cluster node, which owns no slot, is none."""
        return tuple(one for one in self.answering if one.role == PRIMARY and one.slots != 0)

    @property
    def replicas(self) -> tuple[Server, ...]:
        """The servers that report to be replicas."""
        return tuple(one for one in self.answering if one.role == REPLICA)

    def by_name(self) -> dict[str, Server]:
        """Return the servers by ``address:port``."""
        return {one.name: one for one in self.servers}


def follower(line: str, name_of: t.Callable[[str, str], str]) -> Follower:
    """Read ``ip=...,port=...,state=online,offset=1,lag=0`` of INFO; ``name_of`` makes a name of address and port."""
    reported = fields(line)
    offset = _figure(reported.get("offset"))
    return Follower(
        name=name_of(reported.get("ip", ""), reported.get("port", "")),
        state=reported.get("state", ""),
        offset=None if offset is None else int(offset),
        lag=_figure(reported.get("lag")),
    )


def _figure(text: str | None) -> float | None:
    try:
        return None if text is None else float(text.rstrip("%"))
    except ValueError:
        return None
