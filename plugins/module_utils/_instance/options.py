# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules ``instance`` and ``instance_daemon``, and what they ask for as plain values."""

from __future__ import annotations

import grp
import ipaddress
import os
import pwd
import re
import typing as t

from .._errors import Refused
from .directives import check_names, check_unique, instance, merged
from .directives_cutoff import check_cutoff
from .model import Directive, Instance, Layout, Wanted
from .plan_stages import APPLY, STAGES
from .users import accounts

Params = t.Mapping[str, t.Any]

HOST: dict[str, dict[str, t.Any]] = {
    "server": {"type": "path", "default": "/usr/bin/redis-server"},
    "user": {"type": "str", "default": "redis"},
    "group": {"type": "str", "default": "redis"},
    "config_dir": {"type": "path", "default": "/etc/redis-node"},
    "data_dir": {"type": "path", "default": "/var/lib/redis-node"},
    "log_dir": {"type": "path", "default": "/var/log/redis-node"},
    "run_dir": {"type": "path", "default": "/run/redis-node"},
    "instances": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "port": {"type": "int", "required": True},
            "address": {"type": "str", "required": True},
            "cluster_enabled": {"type": "bool", "default": True},
            "settings": {"type": "dict", "default": {}},
        },
    },
    "admin_user": {"type": "str", "default": "admin"},
    "admin_password": {"type": "str", "required": True, "no_log": True},
    "admin_password_old": {"type": "str", "no_log": True},
    "timeout": {"type": "float", "default": 60.0},
}
CONFIG: dict[str, dict[str, t.Any]] = {
    **HOST,
    "settings": {"type": "dict", "default": {}},
    "secret_settings": {"type": "dict", "default": {}, "no_log": True},
    "replication_user": {"type": "str", "default": "replication"},
    "replication_password": {"type": "str", "required": True, "no_log": True},
    "users": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "password": {"type": "str", "no_log": True},
            "rules": {"type": "str", "default": ""},
        },
    },
    "accept_memory_overcommit": {"type": "bool", "default": False},
    "live": {"type": "str", "choices": list(STAGES), "default": APPLY},
    "only": {"type": "list", "elements": "int", "default": []},
}
DAEMON: dict[str, dict[str, t.Any]] = {
    **HOST,
    "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
    "open_files": {"type": "int", "default": 65536},
    "guard": {"type": "path"},
}
HIGHEST_PORT = 65535


def layout(params: Params) -> Layout:
    """Return where a host's instances live; every path is absolute and ends without a slash."""
    directories = {name: params[name].rstrip("/") for name in ("config_dir", "data_dir", "log_dir", "run_dir")}
    for name, path in directories.items():
        # The engine takes paths as words of its configuration and of its command line.
        if not path.startswith("/") or re.search(r"[\s\"'\\]", path):
            raise Refused(
                f"{name} {params[name]!r} is not an absolute path without spaces and quotes",
                hint="Give one below the root directory.",
            )
    return Layout(server=params["server"], user=params["user"], group=params["group"], **directories)


def ids(user: str, group: str) -> tuple[int, int]:
    """Return the ids of the service user and group, which have to exist and to be usable by this run."""
    try:
        uid, gid = pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid
    except KeyError as error:
        raise Refused(
            f"the service user {user!r} or its group {group!r} does not exist on this host",
            hint="The role redis_install creates them; run it first, or name others.",
        ) from error
    if os.geteuid() not in (0, uid):
        raise Refused(f"this run may not act as {user!r}", hint="Run as root (become: true).")
    return uid, gid


def wanted(params: Params, engine: tuple[str, str]) -> Wanted:
    """Return everything that the options ask for, validated; ``engine`` is its name and version."""
    where = layout(params)
    uid, gid = ids(params["user"], params["group"])
    replication = (params["replication_user"], params["replication_password"])
    version = tuple(int(part) for part in re.findall(r"\d+", engine[1])[:3])
    people = accounts(
        (params["admin_user"], params["admin_password"]), replication, params["users"], engine=(engine[0], version)
    )
    return Wanted(
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


def bare_instances(params: Params) -> tuple[Instance, ...]:
    """Return the wanted instances without their directives, which their files have already."""
    found = tuple(
        Instance(
            one["port"],
            ip_address(one["address"], one["port"]),
            one["cluster_enabled"],
            (Directive("port", str(one["port"])),),
        )
        for one in params["instances"]
    )
    check_unique(found)
    return found


def ip_address(address: str, port: int) -> str:
    """Return the address that an instance binds and announces; raises Refused for what is none."""
    if not 0 < port <= HIGHEST_PORT:
        raise Refused(
            f"instance {port}: there is no such port",
            hint=f"Choose one from 1 to {HIGHEST_PORT} (redis_node_instances).",
        )
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError as error:
        raise Refused(
            f"instance {port}: {address!r} is no IP address",
            hint="Set the address itself: it is bound, announced, and what peers know one another by.",
        ) from error
    if parsed.is_unspecified:
        raise Refused(
            f"instance {port}: {address!r} means every address of the host",
            hint="Set the one that peers and clients are to use.",
        )
    return str(parsed)
