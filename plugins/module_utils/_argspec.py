# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of connections and of servers, which many packages share (doc fragments ``connection``, ``sentinel``).

What one package alone describes has its ``options.py`` there: this file imports nothing above it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._client import Access

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

# Who runs a module that takes the lock of a deployment (doc fragment ``lock``).
LOCK: dict[str, dict[str, t.Any]] = {
    "run_by": {"type": "dict", "options": {name: {"type": "str"} for name in ("host", "user", "playbook")}},
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

# What the nodes are.
TOPOLOGY: dict[str, t.Any] = {"type": "str", "choices": ["cluster", "replication"], "default": "cluster"}


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
