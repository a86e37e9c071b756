# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments that are restarted as a whole: what parts of action ``inventory_info`` have to know of them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.errors import AnsibleError
from ansible_collections.almashooq.redis.plugins.module_utils import _marks as marks
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.deployments import deployments
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import Value
from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name
from ansible_collections.almashooq.redis.plugins.module_utils._together import record as records
from ansible_collections.almashooq.redis.plugins.module_utils._together.model import Record
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Run
from jinja2.exceptions import UndefinedError

# What each host has reported at the beginning of the run.
FOUND = "__redis_maintenance_found"
AT_ONCE = "redis_rolling_all_at_once"
# What picks some of the members.
PICKED = ("redis_rolling_hosts", "redis_rolling_members", "redis_rolling_canary", "redis_rolling_limit")
NONE = ("[]", "", "false", "no", "0", "none")


@dataclasses.dataclass(frozen=True)
class Restarting:
    """A record, and the host that has it."""

    host: str
    record: Record


def restarting(run: Run, hosts: t.Iterable[str]) -> dict[str, Restarting]:
    """Return the records that hosts have reported of deployments of this inventory, by deployment."""
    found: dict[str, Restarting] = {}
    for host in hosts:
        for text in (run.hostvars[host].get(FOUND) or {}).get("restarting", ()):
            record = records.parse(str(text))
            if record is not None:
                found[record.deployment] = Restarting(host, record)
    if not found:
        return {}
    known = {
        str(one["deployment"]): {_name(each) for each in (*one["nodes"], *one["sentinels"])}
        for one in deployments(run.hostvars, hosts, (AnsibleError, UndefinedError))
    }
    # Several inventories may have hosts on one machine, and deployments of one name.
    return {
        name: one
        for name, one in found.items()
        if known.get(name, set()).intersection(each.node for each in one.record.members)
    }


def described(one: Restarting) -> str:
    """Return a record for people."""
    by = f" by {one.record.by}" if one.record.by else ""
    since = marks.at(one.record.since)
    return f"{one.record.deployment} is being restarted as a whole since {since}{by} (record on {one.host})"


def at_once(run: Run, deployment: Value, told: t.Mapping[str, Value], begun: t.Mapping[str, Restarting]) -> Value:
    """Return what module ``rolling_together`` has to know of a deployment; refuse what cannot be meant with it."""
    one = begun.get(str(deployment["deployment"]))
    if one is not None and not run.is_set(AT_ONCE):
        raise Refused(
            described(one),
            hint=f"If that run was interrupted, go on with it: playbook rolling_restart with {AT_ONCE}: true.",
        )
    picked = [each for each in PICKED if str(run.own.get(each)).lower() not in NONE] if run.is_set(AT_ONCE) else []
    if picked:
        raise Refused(
            f"{AT_ONCE} restarts whole deployments, and {', '.join(picked)} some members",
            hint=f"Leave out {', '.join(picked)}, or {AT_ONCE}. redis_rolling_deployments picks deployments.",
        )
    nodes = [_name(each) for each in deployment["nodes"]]
    return {
        "home": one.host if one else str(deployment["nodes"][0]["host"]),
        "record": records.text(one.record) if one else "",
        "disks": [
            {"node": node, **{key: told[node].get(key) for key in ("disk_free_bytes", "next_start")}}
            for node in nodes
            if node in told
        ],
    }


def _name(member: Value) -> str:
    return node_name(str(member["address"]), int(member["port"]))
