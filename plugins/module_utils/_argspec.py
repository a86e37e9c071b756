# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that every module with a connection shares (doc fragment ``connection``)."""

from __future__ import annotations

import dataclasses
import typing as t

from ._client import Access
from ._cluster.desired import COMPROMISES
from ._health.desired import Limits
from ._load.model import KINDS

CONNECTION: dict[str, dict[str, t.Any]] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "password_old": {"type": "str", "no_log": True},
    "tls": {"type": "bool", "default": False},
    "tls_ca_file": {"type": "path"},
    "tls_cert_file": {"type": "path"},
    "tls_key_file": {"type": "path"},
    "tls_check_hostname": {"type": "bool", "default": True},
    "connect_timeout": {"type": "float", "default": 5.0},
}

ENDPOINT: dict[str, dict[str, t.Any]] = {
    "address": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
}

# A list of servers: the shape of ``nodes``.
NODES: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "required": True,
    "options": {
        **ENDPOINT,
        "host": {"type": "str"},
        "zone": {"type": "str"},
    },
}

# The Sentinels (doc fragment ``sentinel``); each may announce another address than it is reached at from here.
SENTINELS: dict[str, t.Any] = {
    **NODES,
    "options": {**NODES["options"], "announce_ip": {"type": "str"}, "announce_port": {"type": "int"}},
}

# The options that describe a cluster (doc fragment ``cluster``).
CLUSTER: dict[str, dict[str, t.Any]] = {
    "nodes": NODES,
    "accept": {"type": "list", "elements": "str", "choices": list(COMPROMISES), "default": []},
}

# A deployment of either topology, besides the nodes and the login (doc fragment ``deployment``).
DEPLOYMENT: dict[str, dict[str, t.Any]] = {
    "deployment": {"type": "str", "default": "redis"},
    "topology": {"type": "str", "choices": ["cluster", "replication"], "default": "cluster"},
    "sentinels": {**SENTINELS, "required": False},
    "sentinel_username": {"type": "str"},
    "sentinel_password": {"type": "str", "no_log": True},
    "replicas": {"type": "int", "default": 1},
}

# What module health asserts of it.
HEALTH: dict[str, dict[str, t.Any]] = {
    **DEPLOYMENT,
    "set": {"type": "str"},
    "announced": {"type": "dict", "default": {}},
    "hosts": {"type": "list", "elements": "dict"},
    "checks": {"type": "list", "elements": "str", "default": []},
    "skip": {"type": "list", "elements": "str", "default": []},
    "external": {"type": "list", "elements": "str", "default": []},
    "mute": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "check": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
            "node": {"type": "str"},
        },
    },
    "warn": {"type": "list", "elements": "str", "default": []},
    "limits": {
        "type": "dict",
        "default": {},
        "options": {one.name: {"type": "float"} for one in dataclasses.fields(Limits)},
    },
    "sample": {"type": "float", "default": 1.0},
    "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
}

# What module load_test measures, besides the nodes and the login.
LOAD: dict[str, dict[str, t.Any]] = {
    "nodes": NODES,
    "topology": DEPLOYMENT["topology"],
    "tool": {"type": "str", "required": True},
    "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
    "pipelines": {"type": "list", "elements": "int", "default": [1, 16]},
    "connections": {"type": "int", "default": 50},
    "value_bytes": {"type": "int", "default": 100},
    "keys": {"type": "int", "default": 10000, "no_log": False},
    "read_percent": {"type": "int", "default": 80},
    "per_node": {"type": "bool", "default": True},
    "seconds": {"type": "float", "default": 60.0},
    "timeout": {"type": "float", "default": 0.0},
    "threads": {"type": "int", "default": 0},
    "node_percent": {"type": "float", "default": 50.0},
    "targets": {
        "type": "dict",
        "default": {},
        "options": {"ops_per_second": {"type": "float"}, "p99_ms": {"type": "float"}},
    },
}


def access(params: t.Mapping[str, t.Any]) -> Access:
    """Return the login that a module's parameters describe."""
    return Access(
        username=params["username"],
        password=params["password"],
        password_old=params["password_old"],
        tls=params["tls"],
        tls_ca_file=params["tls_ca_file"],
        tls_cert_file=params["tls_cert_file"],
        tls_key_file=params["tls_key_file"],
        tls_check_hostname=params["tls_check_hostname"],
        timeout=params["connect_timeout"],
    )


def access_of(params: t.Mapping[str, t.Any], whose: str) -> Access:
    """Return the login for the other servers (``sentinel`` or ``node``): what is not given is as for the first."""
    first = access(params)
    return dataclasses.replace(
        first,
        username=params[f"{whose}_username"] or first.username,
        password=params[f"{whose}_password"] or first.password,
        password_old=params.get(f"{whose}_password_old") or first.password_old,
    )
