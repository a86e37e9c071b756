# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that work on a host's server processes, and what they ask for."""

from __future__ import annotations

import grp
import ipaddress
import os
import pwd
import re
import typing as t

from .._client import Access, Record
from .._errors import Refused
from .connection import Login
from .directives import check_unique
from .layout import Layout
from .model import Directive, Instance

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
HIGHEST_PORT = 65535
ACCESS_TIMEOUT = 5.0


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


def login(params: Params, record: Record) -> Login:
    """Return how to log in to running instances: as is wanted, then with the old password if given."""
    passwords = [params["admin_password"], params["admin_password_old"]]
    accesses = [
        Access(username=params["admin_user"], password=password, timeout=min(ACCESS_TIMEOUT, params["timeout"]))
        for password in passwords
        if password is not None
    ]
    return Login(tuple(accesses), record)


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
            f"instance {port}: {address!r} is not an IP address",
            hint="Set the address itself: it is bound, announced, and what peers know one another by.",
        ) from error
    if parsed.is_unspecified:
        raise Refused(
            f"instance {port}: {address!r} means every address of the host",
            hint="Set the one that peers and clients are to use.",
        )
    return str(parsed)
