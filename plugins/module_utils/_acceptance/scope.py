# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the acceptance of a deployment reads of the inventory and of hosts: from where it is asked, who uses it."""

from __future__ import annotations

import typing as t

from .._inventory.defaults import value

Value = t.Mapping[str, t.Any]
Hostvars = t.Mapping[str, Value]
# What the role's tasks have set of each host: its answers and layout, and what was restored.
HOST, PUT_BACK = "__redis_acceptance_host", "__redis_acceptance_put_back"


def hosts(deployment: Value) -> list[str]:
    """Return the hosts of a deployment, those of its Sentinels too, in their order."""
    return list(dict.fromkeys(str(one["host"]) for one in (*deployment["nodes"], *deployment["sentinels"])))


def reported(hostvars: Hostvars, names: t.Iterable[str]) -> list[Value]:
    """Return what the hosts reported that could be inspected."""
    return [found["told"] for found in (_of(hostvars, host, HOST) for host in names) if found]


def asks(given: str, answers: t.Sequence[Value], names: t.Sequence[str]) -> str:
    """Return the host that asks and writes: the given one, or the first that could be asked."""
    return given or [*(str(one["host"]) for one in answers), *names][0]


def layout(hostvars: Hostvars, host: str) -> Value:
    """Return where the instances of a host are, and as what they run; nothing of a host that could not be asked."""
    found = _of(hostvars, host, HOST)
    return found["layout"] if found else {}


def was_put_back(hostvars: Hostvars, names: t.Iterable[str]) -> bool:
    """Whether this run has put anything back on one of the hosts."""
    return any((_of(hostvars, host, PUT_BACK) or {}).get("changed") for host in names)


def notes(hostvars: Hostvars, names: t.Iterable[str]) -> dict[str, list[Value]]:
    """Return what drills have left written down on each host."""
    return {host: list((_of(hostvars, host, PUT_BACK) or {}).get("noted") or ()) for host in names}


def prometheus(hostvars: Hostvars, names: t.Sequence[str], given: str, other: str) -> dict[str, str]:
    """Return ``url`` of Prometheus (empty: there is none), ``asks``, the host that asks it, and ``node``, its own name.

    ``names`` are the hosts of the monitoring group, ``given`` the URL that a user has named, ``other`` the host that
    asks where the inventory has no such group.
    """
    if not names:
        return {"url": given, "asks": other, "node": other}
    address = str(_of(hostvars, names[0], "redis_monitoring_address") or "127.0.0.1")
    port = value(hostvars.get(names[0], {}), "redis_monitoring_prometheus_port")
    return {"url": given or f"http://{address}:{port}", "asks": names[0], "node": address}


def _of(hostvars: Hostvars, host: str, name: str) -> t.Any:
    return hostvars[host].get(name) if host in hostvars else None
