# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items ``installed``, ``complete``, ``replication`` and ``sentinel``: what is there, and whether it works together."""

from __future__ import annotations

import collections
import typing as t

from .._nodes import Finding
from .checks_common import CLUSTER, COMPLETE, Value, Verdict, hosts, looked, many, nodes, of_health

# What systemd says of a unit that a boot starts.
AT_BOOT = ("enabled", "enabled-runtime", "static", "indirect", "generated", "alias")


def installed(seen: Value) -> Verdict:
    """The engine is on every host, one version everywhere, running and on disk, and starts at boot."""
    found = list(of_health(seen, "installed"))
    reported = looked(seen)
    versions: dict[str, list[str]] = collections.defaultdict(list)
    for host in hosts(seen):
        if host not in reported:
            hint = "Make it reachable by SSH, with become."
            found.append(Finding("host", f"{host} could not be inspected", node=host, hint=hint))
            continue
        found += _host(host, reported[host])
        if reported[host]["server"]["version"]:
            versions[reported[host]["server"]["version"]].append(host)
    for one in nodes(seen):
        if one["version"]:
            versions[one["version"]].append(one["name"])
    if len(versions) > 1:
        listed = "; ".join(f"{version}: {', '.join(names)}" for version, names in sorted(versions.items()))
        found.append(
            Finding(
                "versions",
                f"the versions differ ({listed})",
                observed=", ".join(sorted(versions)),
                expected="one version, on disk and running",
                hint="Finish the upgrade, and restart what runs the old one: replicas first.",
            )
        )
    version = ", ".join(sorted(versions)) or "nothing"
    return Verdict(tuple(found), f"{version} on {many(len(hosts(seen)), 'host')}", data={"versions": dict(versions)})


def _host(host: str, reported: Value) -> t.Iterator[Finding]:
    server = reported["server"]
    if server["problem"]:
        message = f"{host} has no server that can be run at {server['path']}: {server['problem']}"
        yield Finding("server", message, node=host, hint="Run site.yml.")
    for unit, state in sorted(reported["units"].items()):
        if state not in AT_BOOT:
            yield Finding(
                "unit",
                f"{unit} of {host} does not start at boot",
                node=host,
                observed=state,
                expected="enabled",
                hint="Run site.yml, or systemctl enable it.",
            )


def complete(seen: Value) -> Verdict:
    """All declared nodes answer, each in its role, and every slot is served."""
    found = tuple(of_health(seen, COMPLETE))
    answering = [one for one in nodes(seen) if not one["problem"]]
    primaries = [one for one in answering if one["role"] == "primary"]
    said = f"{len(answering)} of {many(len(nodes(seen)), 'node')}, {many(len(primaries), 'primary')}".replace(
        "primarys", "primaries"
    )
    return Verdict(found, said)


def replication(seen: Value) -> Verdict:
    """What is written through each primary is there on each of its replicas, soon enough."""
    found = list(of_health(seen, "replication"))
    reported = seen.get("replication") or {}
    limit = seen["limits"]["lag_ms"]
    known = {one.node for one in found}
    for one in reported.get("refused") or ():
        if one["node"] not in known:
            message = f"{one['node']} did not take a write: {one['problem']}"
            found.append(Finding("write", message, node=one["node"], hint="An application would get the same error."))
    for one in reported.get("copies") or ():
        if one["problem"]:
            message = f"{one['node']} does not have what {one['primary']} took: {one['problem']}"
            found.append(Finding("copy", message, node=one["node"], hint="See its link and its log."))
        elif one["lag_ms"] > limit:
            found.append(
                Finding(
                    "lag",
                    f"{one['node']} had a write of {one['primary']} after {one['lag_ms']:.0f} ms",
                    node=one["node"],
                    observed=f"{one['lag_ms']:.0f} ms",
                    expected=f"at most {limit:g} ms",
                    hint="Its network or its processor does not keep up.",
                )
            )
    copies = [one for one in reported.get("copies") or () if not one["problem"]]
    worst = max((one["lag_ms"] for one in copies), default=0.0)
    summary = f"{many(len(copies), 'copy')} read back, the slowest after {worst:g} ms".replace("copys", "copies")
    return Verdict(tuple(found), summary, data={"copies": list(reported.get("copies") or ())})


def sentinel(seen: Value) -> Verdict:
    """The Sentinels agree, can have a quorum, and can run their hooks."""
    if seen["deployment"]["topology"] == CLUSTER:
        return Verdict(skipped="a cluster fails over by itself")
    watchers = seen["deployment"]["sentinels"]
    if not watchers:
        return Verdict(skipped="there is none: no replica takes over when the primary is lost")
    found = list(of_health(seen, "sentinel"))
    for host, reported in looked(seen).items():
        for hook in reported["hooks"]:
            if hook["problem"]:
                found.append(
                    Finding(
                        "hook",
                        f"hook {hook['path']} of {host} {hook['problem']}",
                        node=host,
                        expected="a program that Sentinel's user may run",
                        hint="Run site.yml, or chmod 0755 it: Sentinel does not report that it could not.",
                    )
                )
    return Verdict(tuple(found), f"{many(len(watchers), 'Sentinel')}, quorum and majority")
