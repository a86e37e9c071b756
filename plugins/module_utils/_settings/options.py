# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules ``instance`` and ``instance_daemon``, and what they ask for as plain values."""

from __future__ import annotations

import os
import re
import typing as t

from .._argspec import LOCK
from .._host.options import SERVICE
from .._managed.directives import check_names, check_unique, instance, merged
from .._managed.directives_cutoff import check_cutoff
from .._managed.layout import Layout
from .._managed.model import Instance
from .._managed.options import HOST, Params, ids, ip_address, layout
from .._users.accounts import accounts
from .._users.options import USERS
from .model import Desired
from .plan_stages import APPLY, STAGES

# What of a service is around instances: their account is the engine's, and their ports are the preflight's.
AROUND = ("kernel", "directories", "files", "units", "logs")
# How instances run as daemons.
PROCESS: dict[str, dict[str, t.Any]] = {"open_files": {"type": "int", "default": 65536}, "guard": {"type": "path"}}
CONFIG: dict[str, dict[str, t.Any]] = {
    **HOST,
    **LOCK,
    "settings": {"type": "dict", "default": {}},
    "secret_settings": {"type": "dict", "default": {}, "no_log": True},
    "replication_user": {"type": "str", "default": "replication"},
    "replication_password": {"type": "str", "required": True, "no_log": True},
    "users": USERS,
    "accept_memory_overcommit": {"type": "bool", "default": False},
    "live": {"type": "str", "choices": list(STAGES), "default": APPLY},
    "only": {"type": "list", "elements": "int", "default": []},
    "service": {"type": "dict", "options": {name: SERVICE[name] for name in AROUND}},
    "daemon": {"type": "dict", "options": PROCESS},
}
DAEMON: dict[str, dict[str, t.Any]] = {
    **HOST,
    **LOCK,
    **PROCESS,
    "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
}


def wanted(params: Params, engine: tuple[str, str]) -> Desired:
    """Return everything that the options ask for, validated; ``engine`` is its name and version."""
    where = layout(params)
    uid, gid = ids(params["user"], params["group"])
    replication = (params["replication_user"], params["replication_password"])
    version = tuple(int(part) for part in re.findall(r"\d+", engine[1])[:3])
    people = accounts(
        (params["admin_user"], params["admin_password"]), replication, params["users"], engine=(engine[0], version)
    )
    return Desired(
        layout=where,
        instances=instances(params, where, replication),
        accounts=people,
        owner=os.geteuid(),
        user=uid,
        group=gid,
        replication_user=params["replication_user"],
        accept_memory_overcommit=params["accept_memory_overcommit"],
        engine=" ".join(engine),
    )


def instances(params: Params, where: Layout, replication: tuple[str, str]) -> tuple[Instance, ...]:
    """Return the wanted instances with all their directives."""
    check_names(params["settings"], "settings")
    check_names(params["secret_settings"], "secret_settings", secret=True)
    found = []
    for one in params["instances"]:
        check_names(one["settings"], f"settings of instance {one['port']}")
        settings = merged(params["settings"], params["secret_settings"], one["settings"])
        gone = [
            name.lower()
            for name, value in {**params["settings"], **one["settings"]}.items()
            if value is None and name.lower() not in settings
        ]
        found.append(
            instance(where, {**one, "address": ip_address(one["address"], one["port"])}, settings, gone, replication)
        )
    check_unique(found)
    for made in found:
        check_cutoff(made)
    return tuple(found)
