# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is each node there, is it itself, does it have room for its clients, and does it match the inventory?"""

from __future__ import annotations

import collections
import typing as t

from .._nodes import NOT_PERMITTED, UNREACHABLE, UNREADABLE, WRONG_PASSWORD, Finding
from .checks_common import duration, finding, host_facts, reported, unreported, unreported_growth, unseen
from .desired import SHORT_TIME, Desired
from .model import Observed, Server

PROBLEM_REMEDIES = {
    UNREACHABLE: "Check whether it runs (systemctl status, its log), whether it hangs, and whether its port is open.",
    WRONG_PASSWORD: "Give the user and password that this node has.",
    NOT_PERMITTED: "Log in as a user that may run INFO, CONFIG GET and CLUSTER; the admin user may.",
    UNREADABLE: "See its log; its answers are not those of Redis or Valkey.",
}
# Settings that have to be equal on all members, as INFO reports them.
ALIKE = ("maxmemory", "maxmemory_policy", "aof_enabled", "redis_mode")
NEED_SETTINGS = ("snapshot-age", "replica-buffer", "min-replicas")
Check = t.Callable[[Server, Observed, Desired], t.Iterable[Finding]]


def nodes(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """Yield what is wrong with single nodes, then what differs between them."""
    for server in observed.servers:
        yield from _there(server)
    for server in observed.answering:
        if not server.settings:
            for check in NEED_SETTINGS:
                hint = "Log in as a user that may run CONFIG GET."
                yield unseen(check, f"the settings of {server.name} may not be read", server.name, hint)
        for judged in (_clients, _rejected, _restarts, _drift):
            yield from judged(server, observed, desired)
    yield from _versions(observed)
    yield from _clocks(observed, desired)
    yield from _alike(observed)


def _there(server: Server) -> t.Iterator[Finding]:
    if server.loading:
        left = server.figure("loading_eta_seconds")
        yield finding(
            "loading",
            f"{server.name} is still loading its data" + (f", for {left:.0f} s more, as it reports" if left else ""),
            server.name,
            observed="loading",
            hint="Wait; its log shows the progress.",
        )
    elif server.problem:
        yield finding(
            "reachable",
            f"{server.name} is {server.problem}: {server.detail}",
            server.name,
            observed=server.problem,
            hint=PROBLEM_REMEDIES.get(server.problem, ""),
        )


def _clients(server: Server, _observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    yield from unreported(server, "clients", "connected_clients", "maxclients")
    # The links of the cluster bus count towards maxclients, and not among connected_clients (networking.c).
    links = server.figure("cluster_connections") or 0
    values = reported(server, "connected_clients", "maxclients")
    clients, most = (values[0] + links, values[1]) if values else (0.0, 0.0)
    limit = desired.limits.clients_percent
    if most and clients * 100 >= most * limit:
        yield finding(
            "clients",
            f"{server.name} has {clients:.0f} of at most {most:.0f} clients"
            + (f", {links:.0f} of them nodes" if links else ""),
            server.name,
            observed=f"{clients * 100 / most:.0f} %",
            expected=f"below {limit:g} %",
            hint="Look for clients that never close (CLIENT LIST, by age and idle); or raise maxclients.",
        )


def _rejected(server: Server, _observed: Observed, _desired: Desired) -> t.Iterator[Finding]:
    yield from unreported_growth(server, "rejected-connections", "rejected_connections")
    grown = server.growth("rejected_connections")
    if grown:
        yield finding(
            "rejected-connections",
            f"{server.name} rejected {grown:.0f} connections in {server.seconds:g} s",
            server.name,
            observed=f"{grown:.0f}",
            expected="0",
            hint="maxclients is reached: look for clients that never close, or raise it.",
        )


def _restarts(server: Server, observed: Observed, _desired: Desired) -> t.Iterator[Finding]:
    host, lacking = host_facts(observed, server, "restarts")
    yield from lacking
    if host is None:
        return
    restarts = host.instances[server.port].get("restarts")
    uptime = server.figure("uptime_in_seconds")
    if restarts and uptime is not None and uptime < SHORT_TIME:
        yield finding(
            "restarts",
            f"{server.name} was restarted {restarts} time(s) by its service manager, last {duration(uptime)} ago",
            server.name,
            observed=f"{restarts} restarts, up {duration(uptime)}",
            expected=f"none within {duration(SHORT_TIME)}",
            hint="journalctl -u of its unit, and its log, show why it ended.",
        )


def _drift(server: Server, observed: Observed, _desired: Desired) -> t.Iterator[Finding]:
    host, lacking = host_facts(observed, server, "drift")
    yield from lacking
    if host is None:
        return
    first = min(host.instances, default=None)
    if first != server.port:
        return  # a host is reported once
    if host.drift is None:
        hint = "Run playbook almashooq.redis.health with redis_health_drift: true."
        yield unseen("drift", f"host {host.name}: what a run would change there is not known", server.name, hint)
    for line in host.drift or ():
        yield finding(
            "drift",
            f"host {host.name}: a run would change this: {line}",
            server.name,
            observed=line,
            expected="nothing to change",
            hint="It was changed by hand, or the inventory has changed: run site.yml with --check --diff to see.",
        )


def _alike(observed: Observed) -> t.Iterator[Finding]:
    """Compare the members with each other, where it is not known what the inventory wants of each."""
    hosts = [observed.hosts.get(server.host) for server in observed.servers]
    if all(host is not None and host.drift is not None for host in hosts):
        return
    for name in ALIKE:
        values = collections.defaultdict(list)
        for server in observed.answering:
            if name in server.info:
                values[server.info[name]].append(server.name)
        if len(values) > 1:
            common, *others = sorted(values, key=lambda value: -len(values[value]))
            for value in others:
                for node in values[value]:
                    yield finding(
                        "drift",
                        f"{node} has {name} {value}, most others have {common}",
                        node,
                        observed=value,
                        expected=common,
                        hint="Run site.yml: it applies the settings of the inventory to all members.",
                    )


def _versions(observed: Observed) -> t.Iterator[Finding]:
    versions = collections.defaultdict(list)
    for server in observed.answering:
        versions[server.version].append(server.name)
    if len(versions) > 1:
        listed = "; ".join(f"{version}: {', '.join(names)}" for version, names in sorted(versions.items()))
        yield finding(
            "versions",
            f"the nodes run different versions ({listed})",
            observed=", ".join(sorted(versions)),
            expected="one version",
            hint="Finish the upgrade: replicas first, then primaries.",
        )


def _clocks(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    # Each server's own time at the moment of the answer; those of one round are asked side by side.
    for one in observed.answering:
        yield from unreported(one, "clock", "server_time_usec")
    times = {one.name: one.figure("server_time_usec") for one in observed.answering}
    known = {name: time / 1e6 for name, time in times.items() if time}
    if not known:
        return
    middle = sorted(known.values())[len(known) // 2]
    limit = desired.limits.clock_seconds
    for name, time in known.items():
        if abs(time - middle) > limit:
            side = "ahead of" if time > middle else "behind"
            yield finding(
                "clock",
                f"the clock of {name} is {abs(time - middle):.0f} s {side} the others",
                name,
                observed=f"{time - middle:+.0f} s",
                expected=f"within {limit:g} s",
                hint="Synchronise its clock (chrony, systemd-timesyncd): Sentinels and expiry of keys depend on it.",
            )
