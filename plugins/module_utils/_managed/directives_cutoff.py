# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directives that can cut an instance off from what depends on it, as one table.

What depends on an instance: this collection (it logs in as the administrator at the instance's address), its peers on
the cluster bus, its replicas or its primary, Sentinel, the exporter and the health endpoint. A rule returns why a
value is refused, or nothing. Directives that stand in no settings at all are in ``directives.OWNED``.

Announced addresses are not refused here: whether they can be reached shows from the other hosts (preflight_peers).
"""

from __future__ import annotations

import ipaddress
import shlex
import typing as t

from .._errors import Refused
from .._replies import size
from .._text import everywhere
from .model import Instance

MIB = 2**20
# What this collection, Sentinel, the exporter and the endpoint keep open at one instance, and some clients.
FEWEST_CLIENTS = 64
# Milliseconds in which a busy host may not get to answer a ping of the cluster bus.
SHORTEST_NODE_TIMEOUT = 500
PING_PERIOD = 10  # seconds, the engines' default of repl-ping-replica-period
EVERYWHERE = everywhere("0.0.0.0") | everywhere("::")

# Commands that may be renamed or disabled: neither this collection nor Sentinel, the exporter or a client library
# sends them, and the engine writes them to no replica and no append-only file. All others are refused, those of later
# versions included. A test compares the table with what the engines call a write command.
RENAMABLE = frozenset(["debug", "keys", "lolwut", "module", "monitor", "object", "pfselftest", "randomkey", "save"])

Rule = t.Callable[[Instance, t.Sequence[str]], str]
# Why a value is refused, and what to do instead.
Verdict = tuple[str, str]


def words(text: str) -> list[str]:
    """Return the arguments of a directive's line."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def check_cutoff(one: Instance) -> None:
    """Refuse settings that would cut an instance off, all of them in one error that names each remedy."""
    found = refusals(one)
    if found:
        raise Refused(
            "; ".join(f"{why}. {remedy}" for why, remedy in found).rstrip("."),
            node=one.node,
        )


def refusals(one: Instance) -> list[Verdict]:
    """Return why each refused setting of an instance is refused, with the remedy."""
    found: list[Verdict] = []
    for names, rule, remedy in TABLE:
        for name in names:
            lines = [line.text for line in one.directives if line.name == name]
            # Of several lines only these add up; of the others the last one counts.
            for text in lines if name in ("rename-command", "client-output-buffer-limit") else lines[-1:]:
                why = rule(one, words(text))
                if why:
                    found.append((f"{_label(name, text)}: {why}", remedy))
    return found


def _label(name: str, text: str) -> str:
    # The new name of a command is often meant to be known to few.
    return name if name == "rename-command" else f"{name} {text}"


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def _bind(one: Instance, values: t.Sequence[str]) -> str:
    bound = [_address(value.lower().lstrip("-")) for value in values]
    if not bound or bound == [""]:
        return "it would listen nowhere"
    if one.address not in bound and not everywhere(one.address).intersection(bound):
        return f"it does not contain the instance's own address {one.address}, at which everything connects to it"
    if one.cluster_enabled and bound[0] != one.address and bound[0] not in EVERYWHERE:
        return f"the cluster bus would talk from {bound[0]}, the first address, instead of {one.address}"
    return ""


def _source(one: Instance, values: t.Sequence[str]) -> str:
    if list(values) in ([], [""]) or _address(values[0]) == one.address:
        return ""
    return f"its replication and cluster bus would talk from another address than its own, {one.address}"


def _yes(why: str) -> Rule:
    return lambda _one, values: why if [value.lower() for value in values] == ["yes"] else ""


def _no(why: str) -> Rule:
    return lambda _one, values: why if [value.lower() for value in values] == ["no"] else ""


def _below(least: int, why: str, *, zero: bool = False) -> Rule:
    """Return the rule for a number or a size that has to be at least so much; ``zero`` if 0 means no limit."""

    def rule(_one: Instance, values: t.Sequence[str]) -> str:
        given = size(values[0]) if values else None
        too_low = given is not None and given < least and not (zero and given == 0)
        return f"{why} (the least is {least})" if too_low else ""

    return rule


def _repl_timeout(one: Instance, values: t.Sequence[str]) -> str:
    period = next((one.value(name) for name in ("repl-ping-replica-period", "repl-ping-slave-period")
                   if one.value(name)), None)  # fmt: skip
    pings = size(words(period)[0]) if period and words(period) else PING_PERIOD
    given = size(values[0]) if values else None
    if given is None or pings is None or given > pings:
        return ""
    return f"a primary pings its replicas every {pings} s, so that each would drop its link again and again"


def _client_buffers(_one: Instance, values: t.Sequence[str]) -> str:
    # normal HARD SOFT SECONDS, and perhaps other classes after it
    for index in range(0, len(values) - 2, 4):
        limits = [size(value) for value in values[index + 1 : index + 3]]
        if values[index].lower() == "normal" and any(limit is not None and 0 < limit < MIB for limit in limits):
            return "it would close the connections of this collection while it reads settings (the least is 1mb)"
    return ""


def _template(_one: Instance, values: t.Sequence[str]) -> str:
    if any("{listen-addr}" in value for value in values):
        return ""
    return "without {listen-addr} the process of this instance cannot be distinguished from others in a container"


def _rename(_one: Instance, values: t.Sequence[str]) -> str:
    if not values or values[0].lower() in RENAMABLE:
        return ""
    return (
        f"the command {values[0].upper()} cannot be renamed: this collection, Sentinel or clients send it, or the "
        "engine writes it to replicas and to the append-only file, where it would be unknown by that name"
    )


_NO_TLS = (
    "Leave it out: members reach each other without TLS in this collection; encrypt the network between hosts instead"
)

# The directives with all their names, the rule, and what to do instead.
TABLE: tuple[tuple[tuple[str, ...], Rule, str], ...] = (
    (
        ("bind",),
        _bind,
        "Leave bind out, or put the address first in it that redis_node_address (redis_sentinel_address) sets",
    ),
    (("bind-source-addr",), _source, "Set redis_node_address, and leave bind-source-addr out"),
    (
        ("tls-replication",),
        _yes("replicas would connect to a TLS port that their primaries do not have, and Sentinel would follow them"),
        _NO_TLS,
    ),
    (("tls-cluster",), _yes("the cluster bus would not understand the peers that still talk without TLS"), _NO_TLS),
    (
        ("rename-command",),
        _rename,
        "Take the right to use it from users instead, in the rules of redis_node_users (for example -flushall)",
    ),
    (
        ("replica-announced",),
        _no("Sentinel could neither see nor promote this replica"),
        "Set replica-priority 0 in redis_node_instances for a replica that is never to be promoted",
    ),
    (
        ("maxclients",),
        _below(FEWEST_CLIENTS, "peers, replicas, Sentinels and this collection are clients as well"),
        "Raise it, or leave it out",
    ),
    (
        ("maxmemory-clients",),
        _below(MIB, "the engine would close connections of peers and of this collection", zero=True),
        "Raise it, give a percentage of maxmemory, or leave it out",
    ),
    (
        ("client-output-buffer-limit",),
        _client_buffers,
        "Raise it, or leave the class normal out",
    ),
    (
        ("cluster-link-sendbuf-limit",),
        _below(MIB, "the engine would close the links to its peers", zero=True),
        "Raise it, or leave it out",
    ),
    (
        ("cluster-node-timeout",),
        _below(SHORTEST_NODE_TIMEOUT, "healthy members would be taken for failed"),
        "Set redis_node_cluster_node_timeout to some seconds, in milliseconds",
    ),
    (("repl-timeout",), _repl_timeout, "Raise it, or lower repl-ping-replica-period"),
    (("proc-title-template",), _template, "Keep {listen-addr} in it, or leave it out"),
)
