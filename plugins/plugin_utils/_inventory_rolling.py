# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role redis_rolling has to know of the inventory: parts of action ``inventory_info``."""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible.errors import AnsibleError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import value
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.deployments import (
    CLUSTER,
    SENTINEL,
    deployments,
    monitored_instances,
)
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import Value, is_true
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import ANOTHER_PROGRAM
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import MOVES
from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_together import at_once, restarting
from jinja2.exceptions import UndefinedError

FOUND = "__redis_rolling_found"
# The group that parts/facts.yml adds hosts in maintenance to.
MAINTENANCE = "almashooq_maintenance"
# The answers of role redis_upgrade, in a run of playbook upgrade.
UPGRADE = "__redis_upgrade_answers"
# Set by playbook site, which restarts what needs it and nothing else; and what the other roles of its run warn of.
AUTOMATIC = "__redis_rolling_automatic"
WARNED = ("__redis_node_shown", "__redis_sentinel_warned")
REQUESTED = "requested"
ROLLING = "rolling"
DAEMON = "daemon"


def rolling(run: Run) -> Result:
    """Return the members of a host, and how each of them is restarted, as option ``servers`` of ``rolling_step``."""
    return {"servers": servers(run, "redis_rolling")}


def servers(run: Run, role: str) -> list[Value]:
    """Return the members of a host with what stops and starts each; ``role`` is the prefix of the role's variables."""
    return [_server(one, run, role) for one in monitored_instances(run.hostvars, [run.host])]


def rolling_hosts(run: Run) -> Result:
    """Return the hosts of the play whose members playbook site restarts where they need it."""
    return {"hosts": _rolling(run, run.play)}


def _rolling(run: Run, hosts: t.Iterable[str]) -> list[str]:
    return [host for host in hosts if str(value(run.hostvars[host], "redis_node_restart")) == ROLLING]


def rolling_needs(run: Run) -> Result:
    """Return the deployments of the inventory with those of their members that are to be restarted, and why.

    Members that the user has named, or all, or those that need it: for this, all hosts have been asked before, but for
    those in maintenance (``absent``).
    """
    if is_true(run.own.get(AUTOMATIC)):
        return _automatic_needs(run)
    away = set(run.groups.get(MAINTENANCE, ()))
    known = deployments(run.hostvars, _hosts(run), (AnsibleError, UndefinedError) if away else (LookupError,))
    names = [str(one["deployment"]) for one in known]
    wanted = [str(one) for one in run.own["redis_rolling_deployments"]]
    refuse_unknown("redis_rolling_deployments", wanted, names)
    members = {_name(one): one for deployment in known for one in _members(deployment)}
    chosen = [str(one) for one in run.own["redis_rolling_members"]]
    hosts = [str(one) for one in run.own["redis_rolling_hosts"]]
    refuse_unknown("redis_rolling_members", chosen, members)
    refuse_unknown("redis_rolling_hosts", hosts, dict.fromkeys(one["host"] for one in members.values()))
    _refuse_absent(chosen, hosts, members, away)
    asked = [host for host in _hosts(run) if host not in away]
    told = {one["node"]: one for host in asked for one in found(run, host).get("members") or ()}
    members = {name: one for name, one in members.items() if one["host"] not in away}
    named = {*chosen, *(name for name, one in members.items() if one["host"] in hosts)}
    needs = _needs(members, _with_upgrade(run, told), named, run)
    done = _restarted_since(run, told)
    needs = {name: one for name, one in needs.items() if name not in done or one["reasons"] != [REQUESTED]}
    begun = restarting(run, _hosts(run))
    made = [one for one in known if not wanted or one["deployment"] in wanted]
    return {"deployments": [{**_of(one, needs, told, away), **at_once(run, one, told, begun)} for one in made]}


def _automatic_needs(run: Run) -> Result:
    """Return the deployments of which a member needs a restart that is on a host that wants it.

    Only of deployments that are whole: with a host that takes no part in the run (maintenance, ``--limit``) the gates
    would be closed.  What the user names for playbook rolling_restart, or all, is not meant here: each run would do it.
    """
    known = [
        one
        for one in deployments(run.hostvars, _hosts(run), (AnsibleError, UndefinedError))
        if all(FOUND in run.hostvars[member["host"]] for member in _members(one))
    ]
    wanted = [str(one) for one in run.own["redis_rolling_deployments"]]
    # One host speaks for all: the others are not of its play.
    hosts = _rolling(run, dict.fromkeys(host for one in known for host in _hosts_of(one)))
    told = {one["node"]: one for host in hosts for one in found(run, host)["members"]}
    # In check mode nothing was configured: the hosts do not know what would wait for a restart.
    for host in hosts if is_true(run.own.get("ansible_check_mode")) else ():
        for name, reasons in _warned(run.hostvars[host]).items():
            if name in told:
                told[name] = {**told[name], "reasons": list(dict.fromkeys([*told[name]["reasons"], *reasons]))}
    needs = {
        name: {"node": name, "reasons": one["reasons"], "named": False, "run_id": None, "installed": one["installed"]}
        for name, one in told.items()
        if one["reasons"]
    }
    everything = {one["node"]: one for each in known for host in _hosts_of(each) for one in found(run, host)["members"]}
    made = [_of(one, needs, everything) for one in known if not wanted or one["deployment"] in wanted]
    return {"deployments": [one for one in made if one["needs"]]}


def _warned(variables: t.Mapping[str, t.Any]) -> dict[str, list[str]]:
    """Return why members of a host need a restart, by the warnings of this run."""
    reasons: dict[str, list[str]] = {}
    for waiting in ((variables.get(name) or {}).get("waiting") or {} for name in WARNED):
        for one in waiting.get("restarts", ()):
            reason = f"{one['setting']} is {one['running']}, will be {one['wanted']}"
            reasons.setdefault(node_name(waiting["address"], one["port"]), []).append(reason)
        for port in waiting.get("unit_of", ()):
            reasons.setdefault(node_name(waiting["address"], port), []).append("its unit has changed")
    return reasons


def _of(one: Value, needs: t.Mapping[str, Value], told: t.Mapping[str, Value], away: t.Collection[str] = ()) -> Value:
    """Return a deployment with the needs of its members, whose replicas are to stay meanwhile, and who is away."""
    return {
        **{key: one[key] for key in ("deployment", "topology", "nodes", "sentinels")},
        **_migration(one, told),
        "priorities": _priorities(one, told),
        "absent": [host for host in _hosts_of(one) if host in away],
        "needs": [needs[name] for name in map(_name, _members(one)) if name in needs],
    }


def _members(one: Value) -> list[Value]:
    return [*one["nodes"], *one["sentinels"]]


def _hosts_of(one: Value) -> list[str]:
    return list(dict.fromkeys(str(member["host"]) for member in _members(one)))


def _refuse_absent(
    chosen: t.Sequence[str], hosts: t.Sequence[str], members: t.Mapping[str, Value], away: t.Collection[str]
) -> None:
    """Raise Refused for members that are to be restarted on a host in maintenance."""
    named = [*hosts, *(str(members[name]["host"]) for name in chosen)]
    out = [host for host in dict.fromkeys(named) if host in away]
    if out:
        raise Refused(
            f"{', '.join(out)} is in maintenance, so its members cannot be restarted",
            hint="Bring it back first (playbook maintenance with redis_maintenance_state=ended), or leave it out.",
        )


def _restarted_since(run: Run, told: t.Mapping[str, Value]) -> set[str]:
    """Return the members whose process is not older than the user says: an interrupted run has restarted them.

    By the clock of each host, as the history has it.  A member that does not run was not restarted.
    """
    given = str(run.own["redis_rolling_started_before"] or "").strip()
    if not given:
        return set()
    try:
        # As playbook history prints it, too; Python 3.9 and 3.10 do not read the Z.
        moment = datetime.datetime.fromisoformat(re.sub(r"( UTC|[Zz])$", "+00:00", given))
    except ValueError:
        raise Refused(
            f"redis_rolling_started_before: {given!r} is no time",
            hint="Give the time at which the interrupted run began, as playbook history shows it: 2030-01-31 18:00:00 "
            "UTC.",
        ) from None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()
    return {name for name, one in told.items() if (one.get("started") or 0.0) >= since}


def _migration(deployment: Value, told: t.Mapping[str, Value]) -> dict[str, list[str]]:
    """Return the nodes of a cluster whose replicas stay where they are meanwhile, and those that may move afterwards.

    What is not known could not be restored, and is left as it is.
    """
    names = map(_name, deployment["nodes"] if deployment["topology"] == CLUSTER else ())
    rest = {name: told[name].get("migration", "") for name in names if name in told}
    return {
        "hold": [name for name, value_ in rest.items() if value_],
        "release": [name for name, value_ in rest.items() if value_ == MOVES],
    }


def _priorities(deployment: Value, told: t.Mapping[str, Value]) -> dict[str, int]:
    """Return what the instances of a set have of replica-priority while no run changes that, where it is known."""
    names = map(_name, deployment["nodes"] if deployment["topology"] != CLUSTER else ())
    found_ = {name: told[name].get("priority") for name in names if name in told}
    return {name: value_ for name, value_ in found_.items() if value_ is not None}


def _with_upgrade(run: Run, told: t.Mapping[str, Value]) -> dict[str, Value]:
    """Return what the hosts reported; during an upgrade, a member that runs another version needs a restart, too.

    In check mode that cannot be seen at the hosts: nothing has been installed.
    """
    known = dict(told)
    for answer in run.own.get(UPGRADE) or ():
        for name in answer["behind"]:
            before, target = known.get(name, {}), answer["target"]
            reason = f"runs {answer['versions'][name]}, will run {target}"
            others = [one for one in before.get("reasons", ()) if not _says_the_same(one)]
            known[name] = {**before, "reasons": [reason, *others], "installed": target}
    return known


def _says_the_same(reason: str) -> bool:
    return reason.startswith("(version)") or reason.endswith(ANOTHER_PROGRAM)


def _needs(
    members: t.Mapping[str, Value], reported: t.Mapping[str, Value], named: t.Collection[str], run: Run
) -> dict[str, Value]:
    needs: dict[str, Value] = {}
    for name in members:
        told = reported.get(name, {})
        reasons = list(told.get("reasons", ()))
        requested = name in named if named else run.is_set("redis_rolling_all")
        if requested or (reasons and not named):
            needs[name] = {"node": name, "reasons": reasons or [REQUESTED], "named": bool(named), "run_id": None}
            needs[name]["installed"] = told.get("installed", "")
    return needs


def _server(one: Value, run: Run, role: str) -> Value:
    own, kind = run.own, one["kind"]
    prefix = "redis_sentinel" if kind == SENTINEL else "redis_node"
    manager = own.get(f"{prefix}_service_manager") or value(own, "redis_node_service_manager")
    log_dir = value(own, f"{prefix}_log_dir")
    process = {
        "server": own[f"{role}_server"],
        "user": own[f"{role}_user"],
        "group": own[f"{role}_user_group"],
        "log_dir": log_dir,
        **(_of_sentinel(run) if kind == SENTINEL else {}),
        **{name: value(own, f"{prefix}_{name}") for name in ("config_dir", "data_dir", "run_dir")},
    }
    if kind != SENTINEL:
        process["guard"] = value(own, "redis_node_guard_directory")
        process["open_files"] = value(own, "redis_node_open_files")
    return {
        "address": one["address"],
        "port": one["port"],
        "kind": kind,
        "unit": "" if manager == DAEMON else f"{value(own, f'{prefix}_unit')}@{one['port']}.service",
        "log": f"{log_dir}/{one['port']}.log",
        "process": process,
    }


def _of_sentinel(run: Run) -> Value:
    """Return what of a Sentinel's process the inventory has otherwise than that of the instances."""
    names = {"server": "redis_sentinel_server", "user": "redis_sentinel_user", "group": "redis_sentinel_user_group"}
    return {key: run.own[name] for key, name in names.items() if run.own.get(name)}


def _hosts(run: Run) -> list[str]:
    groups = ("redis_rolling_cluster_group", "redis_rolling_replication_group", "redis_rolling_sentinel_group")
    return list(dict.fromkeys(host for group in groups for host in run.hosts(group)))


def found(run: Run, host: str) -> Value:
    """Return what a host has reported in this run (module rolling_host_info); raises Refused where it was not asked."""
    reported: Value | None = run.hostvars[host].get(FOUND)
    if reported is None:
        raise Refused(
            f"host {host} was not asked which of its members need a restart",
            hint="Run the playbook without --limit, or with all hosts of the deployment.",
        )
    return reported


def _name(one: Value) -> str:
    return node_name(str(one["address"]), int(one["port"]))


def refuse_unknown(variable: str, given: t.Sequence[str], known: t.Iterable[str]) -> None:
    """Raise Refused for names that a variable has and the inventory does not."""
    unknown = [one for one in given if one not in set(known)]
    if unknown:
        raise Refused(f"{variable}: {', '.join(unknown)} is not known", hint=f"There are: {', '.join(known)}.")
