# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a deployment before it is upgraded: its members, what is in use, and the room on its hosts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._rolling import edges
from .._rolling.model import CLUSTER, INSTANCE, Member, Need, State


@dataclass(frozen=True)
class Library:
    """A library of functions, as FUNCTION LIST WITHCODE returns it."""

    name: str
    engine: str
    code: str = field(repr=False)


@dataclass(frozen=True)
class Module:
    """A loaded module; ``path`` is empty where the engine has it built in."""

    name: str
    path: str = ""


@dataclass(frozen=True)
class Instance:
    """What an instance answered about what is in use; ``problem`` is why it did not.

    ``used_memory`` is in bytes (INFO memory).
    """

    name: str
    used_memory: int = 0
    libraries: tuple[Library, ...] = ()
    modules: tuple[Module, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Place:
    """What the host of a member reported: the version of the program that would be started, and room for its data.

    Bytes that the service's user may still write in its data directory; None where that is not known.
    """

    node: str
    installed: str = ""
    disk_free: int | None = None


@dataclass(frozen=True)
class Survey:
    """All that was observed of a deployment, and the version that each host is to get.

    ``memory`` is what each host has available, in bytes.
    """

    state: State
    targets: t.Mapping[str, str]
    instances: tuple[Instance, ...] = ()
    places: t.Mapping[str, Place] = field(default_factory=dict)
    memory: t.Mapping[str, int | None] = field(default_factory=dict)

    @property
    def clustered(self) -> bool:
        """Whether it is a cluster."""
        return self.state.switching == CLUSTER

    @property
    def target(self) -> str:
        """Return the version that all members are to get; where hosts differ, that of most of them."""
        versions = sorted(self.targets.values())
        return max(versions, key=versions.count) if versions else ""

    @property
    def answering(self) -> tuple[Member, ...]:
        """The members of which the version is known."""
        return tuple(one for one in self.state.members if one.version)

    @property
    def behind(self) -> tuple[Member, ...]:
        """The members that run another version than the target."""
        return tuple(one for one in self.answering if one.version != self.target)

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases that run, in the order of the members."""
        return tuple(dict.fromkeys(edges.release(one.version) or one.version for one in self.answering))

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the roll of this upgrade would have to restart."""
        return tuple(Need(one.name, one.run_id, (self.reason(one),), installed=self.target) for one in self.behind)

    def reason(self, member: Member) -> str:
        """Return why a member is restarted."""
        return f"runs {member.version}, will run {self.target}"

    def data(self, member: Member) -> int:
        """Return the bytes of data that a member's shard has, by the memory of those that answered."""
        names = {one.name for one in self.state.shard(member.shard)}
        return max((one.used_memory for one in self.instances if one.name in names), default=0)

    @property
    def changing(self) -> tuple[Member, ...]:
        """The instances among the members that run another version than the target."""
        return tuple(one for one in self.behind if one.kind == INSTANCE)


@dataclass(frozen=True)
class Consent:
    """What the user has agreed to, and the members that were named although they do not answer."""

    one_way: bool = False
    untested: bool = False
    named: tuple[str, ...] = ()
