# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory's list of instances to the ports and the memory that each of them needs."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._replies import size

BUS_OFFSET = 10000
# Where peers and Sentinels connect to an instance, by the option of module preflight.
ANNOUNCED_BY_NODES = {
    "announce_ip": ("cluster-announce-ip",),
    "announce_port": ("cluster-announce-port",),
    "announce_bus_port": ("cluster-announce-bus-port",),
}
ANNOUNCED_BY_REPLICAS = {
    "announce_ip": ("replica-announce-ip", "slave-announce-ip"),
    "announce_port": ("replica-announce-port", "slave-announce-port"),
}


def endpoints(
    instances: t.Sequence[t.Mapping[str, t.Any]],
    config: t.Mapping[str, t.Any],
    maxmemory: object,
    cluster_enabled: bool,
) -> list[dict[str, t.Any]]:
    """Return ``port``, ``bus_port`` and ``maxmemory`` (bytes) of each instance, what it announces, and nothing else.

    The directives may hold secrets, so only these go to the module that inspects a host.
    """
    return [_endpoint(one, config, maxmemory, cluster_enabled) for one in instances]


def _endpoint(
    instance: t.Mapping[str, t.Any], config: t.Mapping[str, t.Any], maxmemory: object, cluster_enabled: bool
) -> dict[str, t.Any]:
    port = _number(instance.get("port"), "port", "an instance")
    given = {"maxmemory": maxmemory, **config, **(instance.get("config") or {})}
    own = {str(name).lower(): value for name, value in given.items()}
    bus_port = None
    if cluster_enabled:
        bus_port = _number(own.get("cluster-port") or 0, "cluster-port", f"instance {port}") or port + BUS_OFFSET
    # What is not a size is refused by the engine itself, with its own message, when it sees the file.
    found = {"port": port, "bus_port": bus_port, "maxmemory": _limit(own["maxmemory"])}
    if _is_persistent(own):
        found["persistent"] = True
    return {**found, **announced(own, port, cluster_enabled)}


def announced(own: t.Mapping[str, t.Any], port: int, cluster_enabled: bool) -> dict[str, t.Any]:
    """Return what an instance announces other than the address and the ports that it binds."""
    names = ANNOUNCED_BY_NODES if cluster_enabled else ANNOUNCED_BY_REPLICAS
    found: dict[str, t.Any] = {}
    for key, aliases in names.items():
        value = next((own[name] for name in aliases if own.get(name) not in (None, "", 0, "0", '""')), None)
        if value is not None:
            found[key] = str(value).strip("\"'") if key == "announce_ip" else _number(value, aliases[0], str(port))
    return found


def _is_persistent(own: t.Mapping[str, t.Any]) -> bool:
    saves = own.get("save")
    lines = saves if isinstance(saves, (list, tuple)) else [saves]
    return str(own.get("appendonly")).lower() in ("yes", "true") or any(one not in (None, "", '""') for one in lines)


def _limit(value: object) -> int | None:
    """Return a limit in bytes: 0 for none at all, which is also what an empty value or null comes to."""
    return 0 if value is None or not str(value).strip() else size(value)


def _number(value: object, name: str, owner: str) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise Refused(
            f"{name} of {owner} is {value!r}, which is not a number",
            hint="An item of redis_node_instances looks like {port: 7000}.",
        ) from None
