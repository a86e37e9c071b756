# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items ``monitoring``, ``client`` and ``load``: what observes the deployment, or uses it."""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, WARNING, Finding
from .checks_common import INFO, Value, Verdict, many

NO_CLIENT = "required Python library (redis)"  # Ansible's own words
# A refusal that is not a fault of the connection: it has found the primary, and could log in.
LET_IN = ("refused_by_engine", "permission")


def monitoring(seen: Value) -> Verdict:
    """Each exporter sees its servers, each endpoint answers, and Prometheus has the rules and saw the failovers."""
    services = [one for reported in seen.get("hosts") or () for one in reported["services"]]
    found = [_service(one) for one in services if one["problem"]]
    prometheus = list(seen.get("prometheus") or ())
    found += [_prometheus(one) for one in prometheus if one["problem"]]
    if not services and not prometheus:
        return Verdict(skipped="the inventory has no exporter, no endpoint and no Prometheus")
    good = [one for one in (*services, *prometheus) if not one["problem"]]
    return Verdict(tuple(found), f"{len(good)} of {many(len(services) + len(prometheus), 'question')} answered")


def _service(one: Value) -> Finding:
    return Finding(
        one["kind"],
        f"the {one['kind']} for {one['node']} at {one['url']} {one['problem']}",
        node=one["node"],
        expected="an answer",
        hint="Run site.yml; systemctl status and its log show why it does not run.",
    )


def _prometheus(one: Value) -> Finding:
    severity = {"rules": ERROR, "alert": WARNING}.get(one["kind"], INFO)
    hints = {
        "rules": "Run site.yml for group redis_monitoring.",
        "alert": "A drill may be over between two evaluations: see the scrape interval, and that all is scraped.",
    }
    message = f"Prometheus ({one['kind']}) at {one['url']} {one['problem']}"
    return Finding(one["kind"], message, severity, one["node"] or None, hints.get(one["kind"], ""))


def client(seen: Value) -> Verdict:
    """Each connection that role redis_client has rendered finds the servers, logs in, and follows failovers."""
    uses = list(seen.get("clients") or ())
    if not uses:
        return Verdict(skipped="no host of the inventory has a connection to it (redis_client_connections)")
    found = [one for use in uses for one in _use(use)]
    return Verdict(
        tuple(found), f"{many(len(uses), 'connection')} used", data={"connections": [_figures(one) for one in uses]}
    )


def _figures(use: Value) -> dict[str, t.Any]:
    report = use.get("report") or {}
    return {
        "host": use["host"],
        "name": use["name"],
        **{key: report.get(key) for key in ("acknowledged", "gap_ms", "errors")},
    }


def _use(use: Value) -> t.Iterator[Finding]:
    what = f"connection {use['name']} of {use['host']}"
    report = use.get("report") or {}
    problem = use.get("problem") or report.get("error")
    errors: Value = report.get("errors") or {}
    if problem:
        yield Finding("connect", f"{what} cannot be used: {problem}", node=use["host"], hint=_remedy(use, str(problem)))
    elif report.get("acknowledged"):
        last, wanted = report.get("last_acknowledged") or 0, use.get("follow_since") or 0
        if last < wanted:
            message = f"{what} did not follow the failover: its last write was {wanted - last:.0f} s before the end"
            yield Finding("follow", message, node=use["host"], hint=f"The error was: {_worst(errors)}")
    elif any(said.partition(":")[0] in LET_IN for said in errors):
        message = f"{what} can log in, but its writes are refused: {_worst(errors)}"
        yield Finding("refused", message, INFO, use["host"], "See the other items, and the rights of its user.")
    else:
        message = f"{what} cannot use the deployment: {_worst(errors)}"
        yield Finding(
            "connect", message, node=use["host"], hint="Run site.yml, which writes the files to match the servers."
        )


def _remedy(use: Value, problem: str) -> str:
    """Return what helps: role redis_client installs redis-py where it is asked to, and writes the files everywhere."""
    if NO_CLIENT in problem:
        return (
            f"Set redis_client_redis_py: true for {use['host']} and run site.yml, which installs redis-py there; or "
            "leave item client out (redis_acceptance_items)."
        )
    return "Run site.yml, which writes the files of the connections."


def _worst(errors: Value) -> str:
    return max(errors, key=lambda said: errors[said]) if errors else "nothing"


def load(seen: Value) -> Verdict:
    """The deployment carries what is asked of it, and no node is far slower than its peers."""
    reported = seen.get("load") or {}
    runs: list[Value] = list(reported.get("runs") or ())
    if seen.get("load_problem"):
        problem = f"it could not be measured: {seen['load_problem']}"
        return Verdict((Finding("load", problem, hint="Set redis_acceptance_load false to skip it."),))
    if not runs:
        return Verdict(skipped=str(seen.get("load_skipped") or "not requested (redis_acceptance_load)"))
    reported_findings = [_reported(one) for one in seen.get("load_findings") or ()]
    found = [*reported_findings, *_targets(seen.get("targets") or ())]
    best = max(runs, key=lambda one: (one["scope"] == "cluster", one["ops_per_second"]))
    summary = f"up to {best['ops_per_second']:.0f} operations a second ({best['name']})"
    if (reported.get("generator") or {}).get("limited"):
        summary += ", limited by the generator"
    return Verdict(tuple(found), summary)


def _reported(one: Value) -> Finding:
    words = ("message", "severity", "hint", "observed", "expected")
    return Finding("load", node=one.get("node") or None, **{word: str(one.get(word) or "") for word in words})


def _targets(targets: t.Sequence[Value]) -> t.Iterator[Finding]:
    for one in targets:
        if one["met"] is False:
            message = f"target {one['name']} is not met"
            yield Finding("target", message, observed=str(one["measured"]), expected=str(one["wanted"]))
