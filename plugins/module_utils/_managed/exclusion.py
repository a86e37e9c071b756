# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of the deployment, for a module that changes the servers of one host.

It is taken at the servers of this host that run, and at the other members that these know.  All hosts of one run do
this side by side and do not exclude each other; another run waits, and is waited for.
"""

from __future__ import annotations

import typing as t

from .._client import Access, gather
from .._engine.deployment import Deployment
from .._errors import AuthenticationFailed, CollectionError, EngineRefused, PermissionDenied, Unreachable
from .._nodes import DesiredNode
from .connection import Login, connect
from .peers import Endpoint, cluster_peers, set_peers

if t.TYPE_CHECKING:
    from .model import Instance


class Exclusion:
    """Keeps other runs away from a deployment while this one changes servers of it.

    A server that cannot be reached is left out, and where there is none to hold a lock, there is no lock: what has
    failed can be fixed.  ``notes`` are warnings.
    """

    def __init__(self, login: Login, timeout: float, run_by: t.Mapping[str, t.Any] | None) -> None:
        # Its connections are used all the time, and record nothing.
        self._login = Login(login.accesses, lambda node, command: None)
        self._timeout = timeout
        self._deployment = Deployment(self._login.record, timeout, run_by, together=True)
        self._members: tuple[DesiredNode, ...] | None = None
        self.notes: list[str] = []

    def hold(self, running: t.Sequence[Instance], others: t.Iterable[Endpoint] = ()) -> bool:
        """Have the lock; return whether what was observed may be old: observe and plan again.

        ``running`` are servers of this host, ``others`` further members of the deployment.  Both count for the first
        call only, and so does the wait for another run; it raises Locked, with the name of that run.
        """
        if self._members is None:
            own, known = self._find(running)
            self._members = self._take(own, [*known, *(_member(*one) for one in others)])
            return bool(self._members)
        return bool(self._members) and self._deployment.hold()

    def close(self) -> None:
        """Give the lock back; raises nothing."""
        self._deployment.close()

    def _find(self, running: t.Sequence[Instance]) -> tuple[list[DesiredNode], list[DesiredNode]]:
        """Return where the servers of this host are reached, and which other members they know."""
        own: list[DesiredNode] = []
        known: list[DesiredNode] = []
        for found in gather(self._ask, running):
            if not isinstance(found, CollectionError):
                host, port, theirs = found
                own.append(_member(host, port))
                known += [_member(*one) for one in theirs]
        return own, known

    def _ask(self, one: Instance) -> tuple[str, int, list[Endpoint]]:
        with connect(one, self._login) as client:
            replication, nodes = client.pipeline([("INFO", "replication"), ("CLUSTER", "NODES")])
        # A server that is no node of a cluster refuses one of them; a Sentinel names nothing in the other.
        found = [] if isinstance(nodes, CollectionError) else cluster_peers(str(nodes))
        found += [] if isinstance(replication, CollectionError) else set_peers(str(replication))
        return client.host, one.port, found

    def _take(self, own: t.Sequence[DesiredNode], others: t.Sequence[DesiredNode]) -> tuple[DesiredNode, ...]:
        """Take the lock, and return the members that are asked for it."""
        members = tuple(dict.fromkeys([*own, *others]))
        if not members:
            return ()
        try:
            self._deployment.hold((members, self._access()), within=self._timeout)
        except (AuthenticationFailed, PermissionDenied, EngineRefused) as error:
            if error.node in [one.name for one in own]:
                raise
            self.notes.append(
                f"the lock of the deployment was taken at this host alone: {error}. A run on other hosts of it could "
                "be at work beside this one"
            )
            return self._take(own, ())
        except Unreachable:
            if own:
                raise
            return ()
        return members

    def _access(self) -> Access:
        first, *rest = self._login.accesses
        old = rest[0].password if rest else None
        return Access(first.username, first.password, password_old=old, timeout=first.timeout)


def _member(address: str, port: int) -> DesiredNode:
    return DesiredNode(address, port, "", "")
