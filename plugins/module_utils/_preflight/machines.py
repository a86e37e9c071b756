# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several inventory names of one machine: what they share, and where that cannot be.

Instances and Sentinels have a port each, and files by port. Units, log rotation, kernel settings, hooks, the health
endpoint and the exporter are there once for a name of their unit: names of one machine either say the same of them, or
each has its own.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from .sets import Hostvars

# What the role that has looked at a host has found out: two hosts of one value are one machine.
FACT = "__redis_node_machine"
SENTINEL_FACT = "__redis_sentinel_machine"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
MOUNTS = "/proc/self/ns/mnt"

GROUPS = {"cluster": "redis_cluster", "replication": "redis_replication", "sentinel": "redis_sentinel"}
INSTANCES = ("cluster", "replication")


@dataclass(frozen=True)
class Shared:
    """Something that a machine has once, for a value of the variable ``name``.

    ``same`` are variables that shape it, ``own`` those that no two hosts can have alike; ``needs`` are variables of
    which one is set where it is used at all.
    """

    what: str
    name: str
    default: str
    groups: tuple[str, ...]
    same: tuple[str, ...] = ()
    own: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()

    def is_of(self, variables: t.Mapping[str, t.Any]) -> bool:
        """Return whether a host of these variables has it."""
        groups = {variables.get(f"redis_{one}_group", GROUPS[one]) for one in self.groups}
        wanted = not self.needs or any(variables.get(name) for name in self.needs)
        return wanted and bool(groups & set(variables.get("group_names", ())))


ENGINE = ("redis_install_engine", "redis_install_method", "redis_install_prefix", "redis_install_version")
IDENTITY = ("redis_install_user", "redis_install_group")
SHARED = (
    Shared(
        "the unit of instances",
        "redis_node_unit",
        "redis-node",
        INSTANCES,
        same=(
            *ENGINE,
            *IDENTITY,
            *(f"redis_node_{name}" for name in ("user", "group", "server", "open_files", "log_weeks")),
            *(f"redis_node_{name}_dir" for name in ("config", "data", "log", "run")),
            "redis_node_service_manager",
        ),
    ),
    Shared(
        "the settings of the kernel",
        "redis_node_kernel",
        "",
        INSTANCES,
        same=tuple(f"redis_node_kernel_{name}" for name in ("overcommit_memory", "somaxconn", "transparent_hugepage")),
    ),
    Shared(
        "the unit of Sentinels",
        "redis_sentinel_unit",
        "redis-sentinel",
        ("sentinel",),
        same=(
            *ENGINE,
            *IDENTITY,
            *(f"redis_sentinel_{name}" for name in ("user", "user_group", "server", "log_weeks")),
            *(f"redis_sentinel_{name}_dir" for name in ("config", "data", "log", "run")),
            *(f"redis_sentinel_{name}" for name in ("notification_script", "client_reconfig_script")),
            *(f"redis_sentinel_{name}_paths" for name in ("exec", "write")),
            "redis_hooks_directory",
        ),
    ),
    Shared(
        "the hooks of Sentinels",
        "redis_hooks",
        "",
        ("sentinel",),
        own=(
            ("redis_hooks_directory", "/usr/local/lib/redis-hooks"),
            ("redis_hooks_config_dir", "/etc/redis-hooks"),
            ("redis_hooks_spool_dir", "/var/lib/redis-hooks"),
            ("redis_hooks_state_dir", "/var/lib/redis-hooks-apply"),
            ("redis_hooks_unit", "redis-hooks-apply"),
        ),
    ),
    Shared(
        "the health endpoint",
        "redis_endpoint",
        "",
        INSTANCES,
        own=(("redis_endpoint_unit", "redis-endpoint"), ("redis_endpoint_config_dir", "/etc/redis-endpoint")),
        needs=("redis_endpoint_password", "redis_node_health_password"),
    ),
    Shared(
        "the exporter",
        "redis_exporter",
        "",
        (*INSTANCES, "sentinel"),
        own=(("redis_exporter_unit", "redis-exporter"), ("redis_exporter_config_dir", "/etc/redis-exporter")),
        needs=("redis_exporter_password", "redis_node_exporter_password"),
    ),
)


def machine() -> str:
    """Return what tells this machine from others: its boot, and the files that this process sees.

    Containers of one machine have one kernel and see other files each. Empty where a kernel tells neither.
    """
    try:
        with open(BOOT_ID, encoding="ascii") as stream:
            return f"{stream.read().strip()} {os.stat(MOUNTS).st_ino}"
    except OSError:
        return ""


def machine_refusal(hostvars: Hostvars, hosts: t.Iterable[str], me: str, play: t.Sequence[str] = ()) -> str:
    """Return what this host cannot share with others that are the same machine; empty is good.

    Of the hosts of one play the later one tells, so that a message appears once.
    """
    mine, later = hostvars[me], set(play[play.index(me) :] if me in play else [me])
    own = _machine_of(mine)
    found = []
    for host in (host for host in hosts if host not in later):
        theirs = hostvars[host]
        if own and _machine_of(theirs) == own:
            both = (one for one in SHARED if one.is_of(mine) and one.is_of(theirs))
            clashes = [
                text for one in both for text in (*_differing(one, theirs, mine, me), *_alike(one, theirs, mine))
            ]
            if clashes:
                found.append(f"hosts {host} and {me} are one machine: {'; '.join(clashes)}.")
    return " ".join(found)


def _machine_of(variables: t.Mapping[str, t.Any]) -> str:
    """Return what ``machine`` said of a host, empty where no role has looked at it."""
    return str(variables.get(FACT) or variables.get(SENTINEL_FACT) or "")


def _differing(one: Shared, theirs: t.Mapping[str, t.Any], mine: t.Mapping[str, t.Any], me: str) -> t.Iterator[str]:
    if theirs.get(one.name, one.default) != mine.get(one.name, one.default):
        return
    names = [name for name in one.same if _text(theirs.get(name)) != _text(mine.get(name))]
    if names:
        each = f", or give {me} its own {one.name}" if one.default else ""
        yield f"both have {one.what}, for which {' and '.join(names)} differ: give both the same{each}"


def _alike(one: Shared, theirs: t.Mapping[str, t.Any], mine: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    names = [name for name, default in one.own if theirs.get(name, default) == mine.get(name, default)]
    if names:
        yield f"{one.what} would be written twice: give each its own {', '.join(names)}"


def _text(value: object) -> str:
    return "" if value is None else str(value)
