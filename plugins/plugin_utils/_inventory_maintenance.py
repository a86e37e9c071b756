# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts are in maintenance, and what role redis_maintenance is to do: parts of action ``inventory_info``."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible.errors import AnsibleError
from ansible_collections.almashooq.redis.plugins.action.run_by import run_by
from ansible_collections.almashooq.redis.plugins.module_utils import _marks as marks
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import value
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.deployments import (
    CLUSTER,
    deployments,
)
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import (
    Value,
    deployment_of,
    is_in,
    is_true,
)
from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_rolling import servers
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_together import described, restarting
from jinja2.exceptions import UndefinedError

# What each host has reported, and what was concluded of it.
FOUND, KNOWN, HERE = "__redis_maintenance_found", "__redis_maintenance_known", "__redis_maintenance_here"
KINDS = ("cluster", "replication", "sentinel")
BEGUN = "begun"
USUAL = "4h"  # where the user gives no end time


def maintenance(run: Run) -> Result:
    """Return which hosts are in maintenance, and what that is to the others, from the marks that hosts have reported.

    ``out`` are the marks by host, ``absences`` the same for module ``health``. ``beside`` names, by host, the hosts in
    maintenance for which its own topology is left as it is; ``stale`` are, by host, the marks of others that it is to
    forget. ``notice`` is for people, and ``restarting`` says which deployments are being restarted as a whole.
    """
    hosts = _hosts(run)
    reports = _reports(run, hosts)
    ours = marks.about(reports, hosts)
    stale, left = marks.stale(ours), marks.left(reports, hosts)
    out = marks.active(ours)
    now = time.time()
    notices = [f"{host} is {mark.describe()}{_late(mark, now)}" for host, mark in out.items()]
    return {
        "out": {host: dataclasses.asdict(mark) for host, mark in out.items()},
        "absences": [
            {"host": host, "text": mark.describe(), "expired": mark.expired(now)} for host, mark in out.items()
        ],
        "beside": {host: found for host in hosts for found in (_beside(run, host, list(out)),) if found},
        "stale": {host: [*stale.get(host, ()), *left.get(host, ())] for host in hosts if host in stale or host in left},
        "notice": "; ".join(notices),
        "restarting": "; ".join(described(one) for one in restarting(run, hosts).values()),
    }


def maintenance_host(run: Run) -> Result:
    """Return the members of a host, and how each is stopped and started, as option ``servers`` of the step."""
    return {"servers": servers(run, "redis_maintenance")}


def maintenance_request(run: Run) -> Result:
    """Return the deployments that a host is to leave or to come back to, and its mark; refuse what cannot be.

    Of each deployment ``servers`` are the members that are stopped or started with it: a Sentinel once, stopped with
    the last of its sets, and started with the first. A host that is dead can be marked (``unreached``).
    """
    host = str(run.own["redis_maintenance_host"] or "")
    found = deployments(run.hostvars, _hosts(run), (AnsibleError, UndefinedError))
    names = list(dict.fromkeys(one["host"] for each in found for one in (*each["nodes"], *each["sentinels"])))
    if host not in names:
        raise Refused(
            f"redis_maintenance_host: {host} is not known" if host else "redis_maintenance_host is not set",
            hint=f"Name one host: --extra-vars redis_maintenance_host=NAME. There are: {', '.join(names)}.",
        )
    mine = [each for each in found if any(one["host"] == host for one in (*each["nodes"], *each["sentinels"]))]
    known = {each: marks.make_mark(mark) for each, mark in run.own[KNOWN]["out"].items()}
    near = {one["host"] for each in mine for one in (*each["nodes"], *each["sentinels"])} - {host}
    out = run.own["redis_maintenance_state"] == BEGUN
    old = known.get(host)
    if out:
        _refuse_second(host, {each: mark for each, mark in known.items() if each in near})
    peers = sorted(near - set(known))
    if not out and old is None:
        return {"deployments": [], "peers": peers, "mark": {}, "out": False, "unreached": False}
    unreached = out and is_true((run.hostvars[host].get(FOUND) or {}).get("unreachable"))
    mark = _mark(run, host, old, peers, unreached) if out or old is None else old
    return {
        "deployments": _with_servers(mine, [] if unreached else _servers_of(run, host), last=out),
        "unreached": unreached,
        "peers": peers,
        "mark": _without_host(mark),
        "out": out,
    }


def _mark(run: Run, host: str, old: marks.Mark | None, peers: t.Sequence[str], unreached: bool) -> marks.Mark:
    """Return the mark: that of before where the host has one, with what the user has given now."""
    now = time.time()
    until = str(run.own["redis_maintenance_until"] or "")
    reason = str(run.own["redis_maintenance_reason"] or "")
    if old is not None:
        later = marks.end(until, now) if until else old.until
        return dataclasses.replace(
            old,
            peers=tuple(peers),
            until=later,
            reason=reason or old.reason,
            unreached=unreached and old.unreached,  # one that is reached by now gets its own
        )
    who = run_by()
    return marks.Mark(
        host,
        since=int(now),
        until=marks.end(until or USUAL, now),
        by=f"{who['user']}@{who['host']}",
        reason=reason,
        peers=tuple(peers),
        unreached=unreached,
    )


def _without_host(mark: marks.Mark) -> Value:
    return {key: given for key, given in dataclasses.asdict(mark).items() if key != "host"}


def _refuse_second(host: str, others: t.Mapping[str, marks.Mark]) -> None:
    for name, mark in others.items():
        raise Refused(
            f"{host} cannot be taken out of service while {name} is: {name} is {mark.describe()}",
            hint=f"Bring it back first: --extra-vars 'redis_maintenance_host={name} redis_maintenance_state=ended'.",
        )


def _with_servers(found: t.Sequence[Value], given: t.Sequence[Value], *, last: bool) -> list[Value]:
    """Return the deployments, each with those of a host's servers that it is to stop or to start."""
    made = []
    left = list(given)
    for each in reversed(found) if last else found:
        own = {node_name(str(one["address"]), int(one["port"])) for one in (*each["nodes"], *each["sentinels"])}
        mine = [one for one in left if node_name(str(one["address"]), int(one["port"])) in own]
        left = [one for one in left if one not in mine]
        keys = ("deployment", "topology", "nodes", "sentinels")
        made.append({**{key: each[key] for key in keys}, "servers": mine})
    return list(reversed(made)) if last else made


def _servers_of(run: Run, host: str) -> t.Sequence[Value]:
    found = run.hostvars[host].get(HERE)
    if not found or "servers" not in found:
        raise Refused(
            f"host {host} was not reached: its members can neither be stopped nor started",
            hint="Start the host, and run again without --limit.",
        )
    return t.cast("t.Sequence[Value]", found["servers"])


def _beside(run: Run, host: str, out: t.Sequence[str]) -> list[str]:
    """Return the hosts in maintenance without which the topology of a host cannot be compared with the inventory.

    Of a cluster those of its deployment. Sets and their Sentinels are one: a Sentinel watches all sets.
    """
    own = run.hostvars[host]
    found = []
    for other in out:
        theirs = run.hostvars[other]
        clustered = is_in(own, CLUSTER) and is_in(theirs, CLUSTER) and deployment_of(own) == deployment_of(theirs)
        watched = any(is_in(own, kind) for kind in KINDS[1:]) and any(is_in(theirs, kind) for kind in KINDS[1:])
        if other != host and (clustered or watched):
            found.append(other)
    return found


def _reports(run: Run, hosts: t.Iterable[str]) -> dict[str, list[marks.Mark]]:
    reports = {}
    for host in hosts:
        found = run.hostvars[host].get(FOUND) or {}
        if "marks" in found:
            reports[host] = [marks.make_mark(one) for one in found["marks"]]
    return reports


def _hosts(run: Run) -> list[str]:
    groups = (run.groups.get(str(value(run.own, f"redis_{kind}_group")), ()) for kind in KINDS)
    return list(dict.fromkeys(host for group in groups for host in group))


def _late(mark: marks.Mark, now: float) -> str:
    return ", WHICH HAS PASSED" if mark.expired(now) else ""
