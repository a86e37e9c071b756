# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules of a rolling restart, and what they ask for."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._argspec import ENDPOINT, NODES, SENTINELS
from .._errors import Refused
from .._managed.options import HOST
from .._text import node_name
from .model import INSTANCE, SENTINEL, Pace

PATHS = ("server", "user", "group", "config_dir", "data_dir", "log_dir", "run_dir")
PROCESS: dict[str, dict[str, t.Any]] = {
    **{name: HOST[name] for name in PATHS},
    "open_files": {"type": "int", "default": 65536},
    "guard": {"type": "path"},
}
SERVERS: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "required": True,
    "options": {
        **ENDPOINT,
        "kind": {"type": "str", "choices": [INSTANCE, SENTINEL], "default": INSTANCE},
        "unit": {"type": "str"},
        "log": {"type": "path"},
        "process": {"type": "dict", "required": True, "options": PROCESS},
    },
}
PRIORITIES: dict[str, t.Any] = {"type": "dict", "default": {}}
ROLLING_STEP: dict[str, dict[str, t.Any]] = {
    "deployment": {"type": "str", "required": True},
    "topology": {"type": "str", "required": True, "choices": ["cluster", "replication"]},
    "nodes": NODES,
    "sentinels": {**SENTINELS, "required": False},
    "needs": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "node": {"type": "str", "required": True},
            "run_id": {"type": "str"},
            "reasons": {"type": "list", "elements": "str", "required": True},
            "named": {"type": "bool", "default": False},
            "installed": {"type": "str"},
        },
    },
    "host": {"type": "str", "default": ""},
    "absent": {"type": "list", "elements": "str", "default": []},
    "servers": SERVERS,
    "canary": {"type": "bool", "default": False},
    "limit": {"type": "int", "default": 0},
    "parallel": {"type": "int", "default": 1},
    "offline": {"type": "bool", "default": False},
    "change_release": {"type": "bool", "default": False},
    "untested": {"type": "bool", "default": False},
    "keep_release": {"type": "bool", "default": False},
    "return_primaries": {"type": "bool", "default": False},
    "restarted": {"type": "list", "elements": "str", "default": []},
    "primaries": {"type": "list", "elements": "str", "default": []},
    "hold": {"type": "list", "elements": "str", "default": []},
    "release": {"type": "list", "elements": "str", "default": []},
    "priorities": PRIORITIES,
    "pause": {"type": "float", "default": 0.0},
    "timeout": {"type": "float", "default": 1800.0},
}
ROLLING_HOST: dict[str, dict[str, t.Any]] = {
    "servers": SERVERS,
}


@dataclass(frozen=True)
class Server:
    """One member on this host, and how its process is restarted: by its unit, or without one by ``process``."""

    name: str
    address: str
    port: int
    kind: str
    unit: str
    log: str
    process: t.Mapping[str, t.Any]


def make_servers(values: t.Iterable[t.Mapping[str, t.Any]], *, systemd: bool) -> tuple[Server, ...]:
    """Build the servers of this host from a module's option; without systemd they have no units."""
    return tuple(
        Server(
            node_name(one["address"], one["port"]),
            one["address"],
            one["port"],
            one["kind"],
            (one["unit"] or "") if systemd else "",
            one["log"] or "",
            one["process"],
        )
        for one in values
    )


def pace(params: t.Mapping[str, t.Any]) -> Pace:
    """Return how far this run goes; raises Refused for a number that means nothing."""
    if params["parallel"] < 1:
        raise Refused(
            f"redis_rolling_parallel is {params['parallel']}, and has to be 1 or more",
            hint="1 restarts one member after the other.",
        )
    return Pace(
        canary=params["canary"],
        limit=params["limit"],
        parallel=params["parallel"],
        restarted=tuple(params["restarted"]),
        primaries=tuple(params["primaries"]),
        returning=params["return_primaries"],
        offline=params["offline"],
        releases=params["change_release"],
        untested=params["untested"],
        hold=tuple(params["hold"]),
        release=tuple(params["release"]),
        priorities=priorities(params),
    )


def priorities(params: t.Mapping[str, t.Any]) -> dict[str, int]:
    """Return the replica-priority that each instance of a set is configured with, from a module's option."""
    return {str(node): int(value) for node, value in params["priorities"].items()}
