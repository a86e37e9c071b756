# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of connections and of servers, which many packages share (doc fragments ``connection``, ``sentinel``).

What one package alone describes has its ``options.py`` there: this file imports nothing above it.
"""

from __future__ import annotations

import typing as t

from ._client import Access

# Who to be and how to connect at the instances.
LOGIN: dict[str, dict[str, t.Any]] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "password_old": {"type": "str", "no_log": True},
    "tls": {"type": "bool", "default": False},
    "tls_ca_file": {"type": "path"},
    "tls_cert_file": {"type": "path"},
    "tls_key_file": {"type": "path"},
    "tls_check_hostname": {"type": "bool", "default": True},
}

CONNECT_TIMEOUT: dict[str, dict[str, t.Any]] = {"connect_timeout": {"type": "float", "default": 5.0}}

CONNECTION: dict[str, dict[str, t.Any]] = {**LOGIN, **CONNECT_TIMEOUT}

# The same at the Sentinels (doc fragment ``connection.sentinel_login``), without defaults: what is not given is as at
# the instances.
SENTINEL_LOGIN: dict[str, dict[str, t.Any]] = {
    f"sentinel_{name}": {key: value for key, value in option.items() if key != "default"}
    for name, option in LOGIN.items()
}

# Who runs a module, for the lock of a deployment and for the record of a call (doc fragment ``lock``).
RUN_BY = ("host", "user", "playbook", "run", "on", "deployment", "directory", "part")
LOCK: dict[str, dict[str, t.Any]] = {
    "run_by": {"type": "dict", "options": {name: {"type": "str"} for name in RUN_BY}},
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
    """Return the login at the instances that a module's parameters describe; an empty text counts as not given."""
    given = {name: _first(params[name], option.get("default")) for name, option in LOGIN.items()}
    return Access(**given, timeout=params["connect_timeout"])


def sentinel_access(params: t.Mapping[str, t.Any]) -> Access:
    """Return the login at the Sentinels.

    What is not given of it, or empty, is as at the instances, if the module logs in there, too.
    """
    given = {
        name: _first(params[f"sentinel_{name}"], params.get(name), option.get("default"))
        for name, option in LOGIN.items()
    }
    return Access(**given, timeout=params["connect_timeout"])


def _first(*values: t.Any) -> t.Any:
    return next((value for value in values if value not in (None, "")), None)
