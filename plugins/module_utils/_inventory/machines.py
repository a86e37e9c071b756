# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several inventory names of one machine: what they share, and where that cannot be.

Instances and Sentinels have a port each, and files by port. Units, log rotation, kernel settings, hooks, the health
endpoint and the exporter are there once for a name of their unit: names of one machine either say the same of them, or
each has its own.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .defaults import DEFAULTS, Variables, value
from .host import Hostvars, is_in

# What the role that has inspected a host has found out: two hosts of one value are one machine.
FACT = "__redis_node_machine"
SENTINEL_FACT = "__redis_sentinel_machine"

INSTANCES = ("cluster", "replication")


@dataclass(frozen=True)
class Shared:
    """Something that a machine has once, for a value of the variable ``name``.

    ``same`` are variables that shape it, ``own`` those that no two hosts can have alike; ``needs`` are variables of
    which one is set where it is used at all.
    """

    what: str
    name: str
    groups: tuple[str, ...]
    same: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def is_of(self, variables: Variables) -> bool:
        """Return whether a host of these variables has it."""
        wanted = not self.needs or any(variables.get(name) for name in self.needs)
        return wanted and any(is_in(variables, group) for group in self.groups)


ENGINE = ("redis_install_engine", "redis_install_method", "redis_install_prefix", "redis_install_version")
IDENTITY = ("redis_install_user", "redis_install_group")
SHARED = (
    Shared(
        "the unit of instances",
        "redis_node_unit",
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
        INSTANCES,
        same=tuple(f"redis_node_kernel_{name}" for name in ("overcommit_memory", "somaxconn", "transparent_hugepage")),
    ),
    Shared(
        "the unit of Sentinels",
        "redis_sentinel_unit",
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
        ("sentinel",),
        own=(
            "redis_hooks_directory",
            "redis_hooks_config_dir",
            "redis_hooks_spool_dir",
            "redis_hooks_state_dir",
            "redis_hooks_unit",
        ),
    ),
    Shared(
        "the health endpoint",
        "redis_endpoint",
        INSTANCES,
        own=("redis_endpoint_unit", "redis_endpoint_config_dir"),
        needs=("redis_endpoint_password", "redis_node_health_password"),
    ),
    Shared(
        "the exporter",
        "redis_exporter",
        (*INSTANCES, "sentinel"),
        own=("redis_exporter_unit", "redis_exporter_config_dir"),
        needs=("redis_exporter_password", "redis_node_exporter_password"),
    ),
)


def machine_refusal(hostvars: Hostvars, hosts: t.Iterable[str], me: str, play: t.Sequence[str] = ()) -> str:
    """Return what this host cannot share with others that are the same machine; empty is good.

    Of the hosts of one play the later one reports it, so that a message appears once.
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


def _machine_of(variables: Variables) -> str:
    """Return what ``machine`` found on a host, empty where no role has inspected it."""
    return str(variables.get(FACT) or variables.get(SENTINEL_FACT) or "")


def _differing(one: Shared, theirs: Variables, mine: Variables, me: str) -> t.Iterator[str]:
    # What has no name of its own is there once, whatever it is called.
    named = one.name in DEFAULTS
    if named and value(theirs, one.name) != value(mine, one.name):
        return
    names = [name for name in one.same if _text(theirs.get(name)) != _text(mine.get(name))]
    if names:
        each = f", or give {me} its own {one.name}" if named else ""
        yield f"both have {one.what}, for which {' and '.join(names)} differ: give both the same{each}"


def _alike(one: Shared, theirs: Variables, mine: Variables) -> t.Iterator[str]:
    names = [name for name in one.own if value(theirs, name) == value(mine, name)]
    if names:
        yield f"{one.what} would be written twice: give each its own {', '.join(names)}"


def _text(value: object) -> str:
    return "" if value is None else str(value)
