# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module ``sentinel_config``, and what they ask for as plain values."""

from __future__ import annotations

import os
import typing as t

from .._argspec import LOCK, SENTINELS
from .._errors import Refused
from .._files import Directory, File
from .._host.options import SERVICE
from .._managed.directives import bind, check_names, lines, merged, quoted
from .._managed.directives_cutoff import check_cutoff
from .._managed.layout import Layout
from .._managed.model import Directive, Instance
from .._managed.options import HOST, Params, ids, ip_address, layout
from .._managed.render import config_text
from .._nodes import refuse_set_name
from .._users.accounts import EVERYTHING, with_listed
from .._users.model import Account
from .._users.options import USERS
from .._users.precheck import NO_LOOSE_ENDS
from .._users.users_file import users_text
from .model import Desired, Login

OWN = "sentinel.conf"
# What the Sentinels need of one another (sentinel.c: PING, hello, the vote).
PEER = "resetchannels &__sentinel__:hello -@all +ping +publish +client|setname +sentinel|is-master-down-by-addr"
# What clients ask for to find the primary, and to hear of a switch.
CLIENT = (
    "resetchannels &* -@all +@connection +@pubsub -@dangerous -publish +info +role +sentinel|get-master-addr-by-name "
    "+sentinel|master +sentinel|masters +sentinel|replicas +sentinel|slaves +sentinel|sentinels +sentinel|myid"
)

SENTINEL_CONFIG: dict[str, dict[str, t.Any]] = {
    **{name: option for name, option in HOST.items() if name != "instances"},
    **LOCK,
    "config_dir": {"type": "path", "default": "/etc/redis-sentinel"},
    "data_dir": {"type": "path", "default": "/var/lib/redis-sentinel"},
    "log_dir": {"type": "path", "default": "/var/log/redis-sentinel"},
    "run_dir": {"type": "path", "default": "/run/redis-sentinel"},
    "address": {"type": "str", "required": True},
    "port": {"type": "int", "default": 26379},
    "settings": {"type": "dict", "default": {}},
    "users": USERS,
    "peer_user": {"type": "str", "default": "sentinel"},
    "peer_password": {"type": "str", "required": True, "no_log": True},
    "client_user": {"type": "str", "default": "client"},
    "client_password": {"type": "str", "no_log": True},
    "sets": {"type": "list", "elements": "str", "default": []},
    "auth_user": {"type": "str"},
    "auth_password": {"type": "str", "no_log": True},
    "notification_script": {"type": "path"},
    "client_reconfig_script": {"type": "path"},
    "scripts_to_come": {"type": "list", "elements": "path", "default": []},
    "peers": {"type": "list", "elements": "dict", "default": [], "options": SENTINELS["options"]},
    "unit": {"type": "str"},
    "service": {"type": "dict", "options": {name: SERVICE[name] for name in ("files", "units")}},
    "open_files": {"type": "int", "default": 65536},
}


def sentinel_layout(params: Params) -> Layout:
    """Return where the Sentinel's files are, and how its process is distinguished from a server's."""
    plain = layout(params)
    return Layout(
        plain.server,
        plain.user,
        plain.group,
        plain.config_dir,
        plain.data_dir,
        plain.log_dir,
        plain.run_dir,
        own_name=OWN,
        arguments=("--sentinel",),
    )


def instance_of(params: Params, where: Layout) -> Instance:
    """Return the Sentinel as an instance: what is derived, then the user's settings over it."""
    check_names(params["settings"], "settings")
    port, address = params["port"], ip_address(params["address"], params["port"])
    for name in params["settings"]:
        if name.lower() == "sentinel":
            raise Refused(
                "settings: 'sentinel' cannot be set there",
                hint="What Sentinel watches, and how, is set at run time by almashooq.redis.sentinel.",
            )
    values = {
        "port": str(port),
        "bind": bind(address),
        "protected-mode": "no",  # every user has a password, and there is no default user
        "dir": quoted(where.home(port)),
        "logfile": quoted(where.log_file(port)),
        "aclfile": quoted(where.users_file(port)),
    }
    settings = merged(params["settings"])
    derived = [Directive(name, text, derived=True) for name, text in values.items() if name not in settings]
    given = [line for name, value in settings.items() for line in lines(name, value, "settings")]
    made = Instance(port, address, False, (*derived, *given))
    check_cutoff(made)
    return made


def accounts_of(params: Params) -> tuple[Account, ...]:
    """Return the users of the Sentinel, validated."""
    own = [
        Account(params["admin_user"], (params["admin_password"],), EVERYTHING),
        Account(params["peer_user"], (params["peer_password"],), PEER),
    ]
    if params["client_password"] is not None:
        own.append(Account(params["client_user"], (params["client_password"],), CLIENT))
    return with_listed(own, params["users"])


def wanted_of(params: Params, where: Layout, instance: Instance) -> Desired:
    """Return everything that the options ask for."""
    uid, gid = ids(params["user"], params["group"])
    owner, port = os.geteuid(), params["port"]
    for name in params["sets"]:
        refuse_set_name(name)
    for what in ("auth_user", "auth_password"):
        if NO_LOOSE_ENDS.intersection(params[what] or ""):
            raise Refused(
                f"{what} has a space, a quote or a backslash in it",
                hint="Sentinel writes it to its file as one bare word and would not start again: choose another one.",
            )
    scripts = (
        ("notification-script", params["notification_script"] or ""),
        ("client-reconfig-script", params["client_reconfig_script"] or ""),
    )
    return Desired(
        address=instance.address,
        port=port,
        directories=(
            Directory(where.config_dir, owner, gid, 0o750),
            Directory(where.data_dir, owner, gid, 0o755),
            Directory(where.home(port), uid, gid, 0o750),
            Directory(where.log_dir, uid, gid, 0o750),
        ),
        managed=File(where.config_file(port), config_text(instance, ()), owner, gid, 0o640),
        users=File(where.users_file(port), users_text(accounts_of(params)), owner, gid, 0o640),
        seed=File(where.engine_file(port), "", uid, gid, 0o640),
        server=where.server,
        user=uid,
        group=gid,
        logins=tuple(
            Login(name, params["auth_user"] or "", params["auth_password"])
            for name in params["sets"]
            if params["auth_password"] is not None
        ),
        scripts=scripts,
    )
