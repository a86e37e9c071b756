# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which node is primary, what follows what, how far behind, and what an interruption would cost."""

from __future__ import annotations

import typing as t

from .._nodes import Finding
from .checks_common import duration, finding, size, unreported
from .desired import Desired
from .model import PRIMARY, REPLICA, Follower, Observed, Server

HOUR = 3600.0
ONLINE = "online"
RESYNC_HINT = (
    "Each takes all the data anew: see the primary's log for closed replicas (client-output-buffer-limit replica, "
    "repl-timeout) and for a backlog too small (repl-backlog-size)."
)


def replicas(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """Yield what is wrong with roles, links, lag, and the means of replication."""
    yield from _roles(observed)
    for primary in observed.primaries:
        yield from _enough(primary, observed, desired)
        yield from _lag(primary, observed, desired)
        yield from _resyncs(primary, observed, desired)
        yield from _backlog(primary, desired)
        yield from _buffers(primary, desired)
        yield from _min_replicas(primary)
    for replica in observed.replicas:
        yield from _link(replica, observed)


def _roles(observed: Observed) -> t.Iterator[Finding]:
    for server in observed.answering:
        if not server.role and not server.loading:
            said = server.info.get("role")
            yield finding(
                "role",
                f"{server.name} is neither a primary nor a replica (role: {said})",
                server.name,
                observed=str(said),
                expected="primary or replica",
                hint="It may be a Sentinel, or a proxy: correct the address or the port.",
            )
    if observed.clustered:
        return  # the cluster's own view of the roles is checked with its slots
    names = [one.name for one in observed.primaries]
    if len(names) > 1:
        yield finding(
            "role",
            f"{' and '.join(names)} are all primaries of {observed.set or 'one set'}",
            observed=f"{len(names)} primaries",
            expected="1 primary",
            hint="Stop writing. See which one the Sentinels name; the others are to follow it. "
            "What only another one took is lost with that: save it first.",
        )
    if not names and observed.answering:
        yield finding(
            "role",
            f"no node of {observed.set or 'the set'} is primary",
            observed="0 primaries",
            expected="1 primary",
            hint="Start the primary, or wait for the failover; see the Sentinels' logs for why there is none.",
        )
    yield from _chains(observed)


def _chains(observed: Observed) -> t.Iterator[Finding]:
    for replica in observed.replicas:
        leader = observed.by_name().get(replica.following)
        if leader is not None and leader.role == REPLICA:
            yield finding(
                "role",
                f"{replica.name} follows {replica.following}, which is itself a replica",
                replica.name,
                observed=f"follows {replica.following}",
                expected="follows the primary",
                hint="Sentinel fixes that within seconds; without Sentinel, REPLICAOF the primary.",
            )


def _enough(primary: Server, observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    synced = [one for one in primary.followers if _in_sync(one, primary, desired)]
    if len(synced) < desired.replicas:
        yield finding(
            "replicas",
            f"{primary.name} has {len(synced)} of {desired.replicas} replica(s) in sync" + _why(primary, desired),
            primary.name,
            observed=f"{len(synced)}",
            expected=f"at least {desired.replicas}",
            hint="Start or fix the others: until then its loss may lose data, or the whole shard.",
        )
        return
    servers = observed.by_name()
    homes = [servers[one.name] for one in synced if one.name in servers]
    if not homes or observed.clustered:
        return  # of a cluster every single pair is checked
    for what, home, others in (
        ("host", primary.host, {one.host for one in homes}),
        ("zone", primary.zone, {one.zone for one in homes}),
    ):
        if others == {home} and not {f"replica-on-primary-{what}", f"replica-in-primary-{what}"} & desired.accept:
            yield finding(
                "placement",
                f"all replicas of {primary.name} that are in sync share {what} {home} with it",
                primary.name,
                observed=home,
                expected=f"another {what}",
                hint=f"Place one on another {what}.",
            )
            return


def _in_sync(one: Follower, primary: Server, desired: Desired) -> bool:
    if one.state != ONLINE or one.lag is None or one.lag > desired.limits.lag_seconds:
        return False
    behind = _behind(one, primary)
    return behind is not None and behind <= desired.limits.lag_bytes


def _why(primary: Server, desired: Desired) -> str:
    others = [one for one in primary.followers if not _in_sync(one, primary, desired)]
    said = "; ".join(f"{one.name} is {one.state or 'of unknown state'}" for one in others)
    return f" ({said})" if said else ""


def _behind(one: Follower, primary: Server) -> float | None:
    head = primary.figure("master_repl_offset")
    return None if head is None or one.offset is None else max(0.0, head - one.offset)


def _lag(primary: Server, observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    limits = desired.limits
    yield from unreported(primary, "lag", "master_repl_offset")
    for one in primary.followers:
        behind = _behind(one, primary)
        if one.state == ONLINE and behind is not None and behind > limits.lag_bytes:
            yield finding(
                "lag",
                f"{one.name} is {size(behind)} behind {primary.name}",
                one.name,
                observed=f"{behind:.0f} bytes",
                expected=f"at most {limits.lag_bytes:.0f} bytes",
                hint="Its network or its processor does not keep up, or it is blocked: see SLOWLOG and its log.",
            )
        elif one.state == ONLINE and one.lag is not None and one.lag > limits.lag_seconds:
            yield finding(
                "lag",
                f"{primary.name} has not heard from {one.name} for {one.lag:.0f} s",
                one.name,
                observed=f"{one.lag:.0f} s",
                expected=f"at most {limits.lag_seconds:g} s",
                hint="It hangs, or the network between them is cut: see its log, and whether it answers.",
            )


def _link(replica: Server, observed: Observed) -> t.Iterator[Finding]:
    status = replica.info.get("master_link_status")
    if status == "up":
        return
    syncing = replica.info.get("master_sync_in_progress") == "1"
    since = replica.figure("master_link_down_since_seconds")
    leader = observed.by_name().get(replica.following)
    what = "is taking over all the data of" if syncing else "has no link to"
    yield finding(
        "replica-link",
        f"{replica.name} {what} its primary {replica.following}"
        + (f", for {duration(since)}" if since is not None and since >= 0 else ""),
        replica.name,
        observed=f"master_link_status {status}",
        expected="up",
        hint="Wait until it has them."
        if syncing
        else "Its primary is not there: start it, or see why no replica took over."
        if leader is not None and leader.problem
        else "Its log shows why: a wrong replication password, a port that is closed between them, or TLS.",
    )


def _resyncs(primary: Server, observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """A replica's first synchronisation is a full one; more than that, again and again, is a loop."""
    yield from unreported(primary, "full-resync", "sync_full", "uptime_in_seconds")
    full, uptime = primary.figure("sync_full"), primary.figure("uptime_in_seconds")
    if full is None or uptime is None:
        return
    expected = max(len(primary.followers), desired.replicas)
    rate = max(0.0, full - expected) / max(uptime / HOUR, 1.0)
    if rate > desired.limits.full_resyncs_per_hour * max(expected, 1):
        yield finding(
            "full-resync",
            f"{primary.name} has sent all its data {full:.0f} times in {duration(uptime)}",
            primary.name,
            observed=f"{rate:.1f} an hour",
            expected=f"at most {desired.limits.full_resyncs_per_hour:g} an hour for each replica",
            hint=RESYNC_HINT,
        )


def _backlog(primary: Server, desired: Desired) -> t.Iterator[Finding]:
    if primary.followers:
        yield from unreported(primary, "backlog", "repl_backlog_size")
    written = primary.growth("master_repl_offset")
    room = primary.figure("repl_backlog_size")
    if not written or not room or not primary.seconds or not primary.followers:
        return
    lasts = room / (written / primary.seconds)
    if lasts < desired.limits.backlog_seconds:
        yield finding(
            "backlog",
            f"the backlog of {primary.name} ({size(room)}) holds the writes of {lasts:.0f} s",
            primary.name,
            observed=f"{lasts:.0f} s",
            expected=f"at least {desired.limits.backlog_seconds:g} s",
            hint="A replica that is cut off for longer takes over all the data: raise repl-backlog-size.",
        )


def _buffers(primary: Server, desired: Desired) -> t.Iterator[Finding]:
    held = primary.figure("mem_clients_slaves")
    hard = _hard_limit(primary.settings.get("client-output-buffer-limit", ""))
    if held is None or not hard:
        return
    share = held * 100 / hard
    if share >= desired.limits.replica_buffer_percent:
        yield finding(
            "replica-buffer",
            f"{primary.name} holds {size(held)} back for its replicas, and drops one at {size(hard)}",
            primary.name,
            observed=f"{share:.0f} %",
            expected=f"below {desired.limits.replica_buffer_percent:g} %",
            hint="A replica reads too slowly; when it is dropped it takes over all the data again.",
        )


def _hard_limit(setting: str) -> float:
    """Return the hard limit of replicas in bytes out of ``normal 0 0 0 slave 268435456 67108864 60 ...``."""
    words = setting.split()
    for index, word in enumerate(words[:-1]):
        if word in ("slave", "replica") and words[index + 1].isdigit():
            return float(words[index + 1])
    return 0.0


def _min_replicas(primary: Server) -> t.Iterator[Finding]:
    setting = primary.settings.get("min-replicas-to-write", "0")
    wanted = int(setting) if setting.isdigit() else 0
    good = primary.figure("min_slaves_good_slaves")
    if wanted:
        yield from unreported(primary, "min-replicas", "min_slaves_good_slaves")
    if wanted and good is not None and good < wanted:
        yield finding(
            "min-replicas",
            f"{primary.name} refuses writes: it has {good:.0f} of the {wanted} replica(s) that it needs for them",
            primary.name,
            observed=f"{good:.0f}",
            expected=f"{wanted}",
            hint="Fix a replica; or, while none is available, CONFIG SET min-replicas-to-write 0 by hand.",
        )


def agreed_primary(observed: Observed, named: t.Mapping[str, str]) -> t.Iterator[Finding]:
    """Compare what Sentinels name as primary (``named``: Sentinel to node) with the nodes that report to be one."""
    servers = observed.by_name()
    for sentinel, name in sorted(named.items()):
        server = servers.get(name)
        if server is None:
            said = "none of the nodes"
        elif server.role == PRIMARY or not server.answers:
            continue  # one that does not answer is reported already
        else:
            said = f"a replica of {server.following}"
        yield finding(
            "sentinel-agreement",
            f"Sentinel {sentinel} names {name} as primary of {observed.set}, which is {said}",
            sentinel,
            observed=name,
            expected=", ".join(one.name for one in observed.primaries) or "a node that is primary",
            hint="During a failover this is temporary; otherwise see the Sentinels' logs, and run site.yml again.",
        )
