# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of Sentinels: each one's settings, and each set as each of them sees it."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

DOWN = frozenset(["s_down", "o_down", "disconnected"])


@dataclass(frozen=True)
class Known:
    """A replica or another Sentinel, as one Sentinel lists it."""

    name: str
    id: str = ""
    flags: frozenset[str] = frozenset()
    link_ok: bool = True
    following: str = ""
    priority: int = 100

    @property
    def down(self) -> bool:
        """Whether the Sentinel that lists it cannot reach it."""
        return bool(self.flags & DOWN)


@dataclass(frozen=True)
class Watch:
    """One set as one Sentinel sees it; ``settings`` are its options in SENTINEL MASTER."""

    set: str
    primary: str
    flags: frozenset[str] = frozenset()
    config_epoch: int = 0
    settings: tuple[tuple[str, str], ...] = ()
    replicas: tuple[Known, ...] = ()
    peers: tuple[Known, ...] = ()
    quorum_problem: str = ""
    # The host of the primary in the words of this Sentinel: what clients get, an address or a name.
    host: str = ""

    @property
    def failing_over(self) -> bool:
        """Whether this Sentinel has a failover of the set in progress."""
        return "failover_in_progress" in self.flags

    def setting(self, name: str) -> str | None:
        """Return an option's value, None for one that is not reported."""
        return dict(self.settings).get(name)


@dataclass(frozen=True)
class Sentinel:
    """One Sentinel, as observed.  ``problem`` is empty for one that answered everything."""

    name: str
    problem: str = ""
    detail: str = ""
    id: str = ""
    version: str = ""
    run_id: str = ""  # of the process; ``id`` stays after a restart
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    watches: tuple[Watch, ...] = ()

    def watch(self, name: str) -> Watch | None:
        """Return the set of that name as it sees it, None where it does not watch it."""
        return next((watch for watch in self.watches if watch.set == name), None)

    def watching(self, watch: Watch) -> Sentinel:
        """Return a copy that sees a set in this way."""
        others = tuple(one for one in self.watches if one.set != watch.set)
        return dataclasses.replace(self, watches=(*others, watch))


@dataclass(frozen=True)
class Observed:
    """All desired Sentinels in their order, and which of the sets' nodes refuse Sentinel's login."""

    sentinels: tuple[Sentinel, ...]
    locked_out: tuple[tuple[str, str], ...] = ()

    def by_name(self) -> dict[str, Sentinel]:
        """Return the Sentinels by ``address:port``."""
        return {one.name: one for one in self.sentinels}

    def replacing(self, changed: t.Mapping[str, Sentinel]) -> Observed:
        """Return a copy in which the named Sentinels are exchanged."""
        return Observed(tuple(changed.get(one.name, one) for one in self.sentinels), self.locked_out)

    def watches(self, name: str) -> list[tuple[Sentinel, Watch]]:
        """Return who watches a set, and how it looks to each of them."""
        seen = [(one, one.watch(name)) for one in self.sentinels]
        return [(one, watch) for one, watch in seen if watch is not None]
