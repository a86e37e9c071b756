# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.inventory_info``: what a role has to know of all hosts, or why that cannot be."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.almashooq.redis.plugins.module_utils._errors import UNCHANGED, CollectionError, concluded
from ansible_collections.almashooq.redis.plugins.plugin_utils import (
    _inventory_maintenance,
    _inventory_node,
    _inventory_rolling,
    _inventory_sentinel,
    _inventory_topologies,
    _inventory_upgrade,
)
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain

PARTS: t.Final[t.Mapping[str, t.Callable[[Run], Result]]] = {
    "host": _inventory_node.host,
    "instances": _inventory_node.instances,
    "live": _inventory_node.live,
    "machine": _inventory_node.machine,
    "cluster": _inventory_topologies.cluster,
    "cluster_switchover": _inventory_topologies.cluster_switchover,
    "replication": _inventory_topologies.replication,
    "hooks": _inventory_topologies.hooks,
    "client": _inventory_topologies.client,
    "maintenance": _inventory_maintenance.maintenance,
    "maintenance_host": _inventory_maintenance.maintenance_host,
    "maintenance_request": _inventory_maintenance.maintenance_request,
    "rolling": _inventory_rolling.rolling,
    "rolling_needs": _inventory_rolling.rolling_needs,
    "rolling_hosts": _inventory_rolling.rolling_hosts,
    "sentinel": _inventory_sentinel.sentinel,
    "sentinel_switchover": _inventory_sentinel.sentinel_switchover,
    "upgrade": _inventory_upgrade.upgrade,
}


class ActionModule(ActionBase):
    """Read the inventory on the controller; no host is connected to."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the part that was asked for, or fail with the reason that there can be none."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {
                "part": {"type": "str", "required": True, "choices": list(PARTS)},
                "strict": {"type": "bool", "default": True},
            }
        )
        known = task_vars or {}
        run = Run(
            host=known["inventory_hostname"],
            own=_Own(self._templar, known),
            hostvars=_Hosts(known["hostvars"]),
            groups=known["groups"],
            play=tuple(known["ansible_play_hosts"]),
            everyone=tuple(known["ansible_play_hosts_all"]),
            strict=options["strict"],
        )
        try:
            return {"changed": False, **plain(PARTS[options["part"]](run))}
        except CollectionError as error:
            # Once roles are at work, tasks before this one may have changed something.
            before = options["strict"] or options["part"].endswith("_switchover")
            message = concluded(str(error), unchanged=UNCHANGED if before else "This task has changed nothing.")
            return {"failed": True, "changed": False, **error.result(), "msg": message}


class _Own(t.Mapping[str, t.Any]):
    """The variables of the task's host, each worked out when it is asked for, once."""

    def __init__(self, templar: t.Any, variables: t.Mapping[str, t.Any]) -> None:
        self._templar = templar
        self._variables = variables
        self._known: dict[str, t.Any] = {}

    def __getitem__(self, name: str) -> t.Any:
        if name not in self._known:
            self._known[name] = self._templar.template(self._variables[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._variables

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class _Hosts(t.Mapping[str, t.Mapping[str, t.Any]]):
    """The variables of all hosts; Ansible puts those of a host together each time that it is asked for them."""

    def __init__(self, hostvars: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
        self._hostvars = hostvars
        self._known: dict[str, t.Mapping[str, t.Any]] = {}

    def __getitem__(self, host: str) -> t.Mapping[str, t.Any]:
        if host not in self._known:
            self._known[host] = self._hostvars[host]
        return self._known[host]

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._hostvars)

    def __len__(self) -> int:
        return len(self._hostvars)
