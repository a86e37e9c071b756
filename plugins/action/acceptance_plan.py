# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.acceptance_plan``: it reads variables of all hosts, on the controller."""

from __future__ import annotations

import datetime
import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import plan_return, scope
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.connections import leading_to
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain

OPTIONS: dict[str, dict[str, t.Any]] = {
    "deployment": {"type": "dict", "required": True},
    "from": {"type": "str", "default": ""},
    "load_from": {"type": "str", "default": ""},
    "clients": {"type": "list", "elements": "str", "default": []},
    "monitoring": {"type": "list", "elements": "str", "default": []},
    "prometheus_url": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """Return what the acceptance of a deployment reads, from which hosts, and what an interrupted drill has left."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the plan; nothing is asked of a host."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(OPTIONS)
        hostvars = (task_vars or {})["hostvars"]
        deployment = plain(options["deployment"])
        hosts = scope.hosts(deployment)
        reported = plain(scope.reported(hostvars, hosts))
        asks = scope.asks(options["from"], reported, hosts)
        now = datetime.datetime.now(datetime.timezone.utc)
        return {
            "changed": False,
            "deployment": deployment,
            "run": f"{now:%Y%m%dT%H%M%S}-{deployment['deployment']}",
            "started": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
            "hosts": hosts,
            "told": reported,
            "asks": asks,
            "load_from": options["load_from"] or asks,
            "was_put_back": scope.was_put_back(hostvars, hosts),
            "connections": plain(leading_to(hostvars, options["clients"], deployment)),
            "prometheus": scope.prometheus(hostvars, options["monitoring"], options["prometheus_url"], asks),
            "interrupted": [
                step.as_dict() for step in plan_return.steps(plain(scope.notes(hostvars, hosts)), deployment, asks)
            ],
        }
