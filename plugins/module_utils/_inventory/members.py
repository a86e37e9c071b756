# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who belongs to a deployment, from what each host reported in this run."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .host import CONFIGURED, MEMBERS, Hostvars, Value, deployment_of

NODE = ("address", "port", "host", "zone")
# What to do where a role is used before the one that it builds upon.
ROLE_FIRST = (
    "Run that role on these hosts first, in the same playbook, or use playbook almashooq.redis.site, "
    "which runs all roles in their order."
)


def deployment_members(hostvars: Hostvars, hosts: t.Sequence[str], deployment: str) -> list[Value]:
    """Return the nodes of the deployment on these hosts, in the order of the hosts.

    Raises Refused when a host of the deployment took no part in the run: a cluster is formed of
    all its members or not at all.
    """
    members: list[Value] = []
    absent: list[str] = []
    for host in hosts:
        known = hostvars[host].get(MEMBERS)
        if known is not None:
            members += [{key: one[key] for key in NODE} for one in known if one["deployment"] == deployment]
        elif deployment_of(hostvars[host]) == deployment:
            absent.append(host)
    if absent and all(hostvars[host].get(MEMBERS) is None for host in hosts):
        raise Refused(
            f"role redis_node has not run on any host of deployment {deployment!r} before: its instances are unknown",
            hint=ROLE_FIRST,
        )
    if absent:
        raise Refused(
            f"deployment {deployment!r} has members that take no part in this run: {', '.join(absent)}",
            hint="Run without --limit (or with all of its hosts), and fix hosts that cannot be reached. "
            "A host that is gone for good is taken out of the inventory group.",
        )
    return members


def speaker(hostvars: Hostvars, hosts: t.Sequence[str], deployment: str) -> str | None:
    """Return the first host in this run that has nodes of the deployment: it reports what concerns all."""
    for host in hosts:
        if any(one["deployment"] == deployment for one in hostvars[host].get(MEMBERS) or ()):
            return host
    return None


def live_members(hostvars: Hostvars, hosts: t.Sequence[str]) -> list[Value]:
    """Return the running instances that have a live change, replicas before primaries, by the order of the hosts."""
    found = [
        {"host": host, **one} for host in hosts for one in (hostvars[host].get(CONFIGURED) or {}).get("deferred") or ()
    ]
    return sorted(found, key=lambda one: one["role"] != "slave")


def witness(
    own: t.Sequence[t.Mapping[str, t.Any]],
    hostvars: Hostvars,
    hosts: t.Sequence[str],
    me: str,
) -> str:
    """Return the first other host that has instances of the same deployment, or nothing."""
    deployments = {one["deployment"] for one in own}
    others = (host for host in hosts if host != me)
    return next(
        (host for host in others for one in hostvars[host].get(MEMBERS) or () if one["deployment"] in deployments), ""
    )
