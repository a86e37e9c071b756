# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a member and its peers how it stands in their deployment.  Reads only."""

from __future__ import annotations

import typing as t

from .._client import Access, Client, gather
from .._errors import AuthenticationFailed, CollectionError, EngineRefused, Loading
from .._replies import number, parse_info
from .standing import Sight, Standing

if t.TYPE_CHECKING:
    from .._managed.connection import Login
    from .._managed.model import Instance

# A poll must not hang on a peer that is dead.
PEER_TIMEOUT = 2.0


def standing(client: Client, one: Instance, login: Login, *, reach: bool = False) -> Standing:
    """Return how a member stands; ``reach`` also opens a new connection to its address."""
    reported = parse_info(str(client.command("INFO", "replication")))
    replicas = [value for name, value in reported.items() if name.startswith("slave") and "state=online" in value]
    lags = [number(value.rpartition("lag=")[2].partition(",")[0]) for value in replicas]
    state, endpoint, sights = _cluster(client, one, login) if one.cluster_enabled else ("", "", {})
    return Standing(
        role=reported.get("role", ""),
        state=state,
        link=reported.get("master_link_status", ""),
        replicas=len(replicas),
        endpoint=endpoint,
        sights=sights,
        lag=max(lags, default=0),
        unreached=_unreached(one, login) if reach else "",
    )


def _cluster(client: Client, one: Instance, login: Login) -> tuple[str, str, dict[str, Sight]]:
    state = parse_info(str(client.command("CLUSTER", "INFO"))).get("cluster_state", "")
    lines = [line.split() for line in str(client.command("CLUSTER", "NODES")).splitlines()]
    lines = [words for words in lines if len(words) > 7]
    own = next((words for words in lines if "myself" in words[2].split(",")), None)
    if own is None:
        return state, "", {}
    peers = [words for words in lines if words is not own and not {"fail", "noaddr", "handshake"} & _flags(words)]
    seen = gather(lambda words: _sight(words, own[0], login), peers)
    sights = {
        _endpoint(words): Sight(problem=sight.message) if isinstance(sight, CollectionError) else sight
        for words, sight in zip(peers, seen)
    }
    return state, _endpoint(own), sights


def _sight(peer: t.Sequence[str], member: str, login: Login) -> Sight:
    address, _colon, ports = _endpoint(peer).rpartition(":")
    reply = _with_login(
        address, number(ports.partition("@")[0]), login, lambda client: client.command("CLUSTER", "NODES")
    )
    for words in (line.split() for line in str(reply).splitlines()):
        if len(words) > 7 and words[0] == member:
            return Sight(_endpoint(words), tuple(sorted(_flags(words))), words[7], number(words[5]))
    return Sight(problem="it does not list this member")


def _unreached(one: Instance, login: Login) -> str:
    try:
        _with_login(one.address, one.port, login, lambda client: client.command("CLIENT", "ID"))
    except Loading:
        return ""
    except CollectionError as error:
        return error.message
    return ""


def _with_login(address: str, port: int, login: Login, ask: t.Callable[[Client], t.Any]) -> t.Any:
    """Return an answer over a new connection; a server may still have the password from before."""
    failure: CollectionError = EngineRefused("there is no login")
    for access in login.accesses:
        with Client(address, port, _hasty(access), record=login.record) as client:
            try:
                return ask(client)
            except AuthenticationFailed as error:
                failure = error
    raise failure


def _hasty(access: Access) -> Access:
    return Access(access.username, access.password, timeout=min(access.timeout, PEER_TIMEOUT))


def _flags(words: t.Sequence[str]) -> set[str]:
    return set(words[2].split(","))


def _endpoint(words: t.Sequence[str]) -> str:
    # 192.0.2.11:7000@17000,host-name
    return words[1].partition(",")[0]
