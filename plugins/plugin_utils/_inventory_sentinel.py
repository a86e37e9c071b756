# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role redis_sentinel has to know of the inventory, and what it refuses: parts of action ``inventory_info``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import SENTINEL, Value, announces_names
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.sets import (
    replication_sets,
    sentinel_members,
    watched_sets,
)
from ansible_collections.almashooq.redis.plugins.module_utils._users.precheck import refusal as users_refusal
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_node import secrets_refusal
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run, refuse

ELSEWHERE = "Use a key without a passphrase, in a file that only the user of Sentinel can read."
OPTIONS = ("down-after-milliseconds", "failover-timeout", "parallel-syncs")


def sentinel(run: Run) -> Result:
    """Return the Sentinels of all hosts and what they are to watch, and refuse what cannot be.

    ``members`` are those that stay, ``first`` is the host that acts for them, ``peers`` are the others of this host;
    ``watched`` are the sets as module ``sentinel`` takes them, without the login; ``leaving`` is what goes, and
    ``runs`` whether all did when the run began.
    """
    hosts = run.hosts("redis_sentinel_group")
    if run.hostvars[run.host].get(SENTINEL) is None:
        raise Refused(
            f"The preflight of instances and Sentinels has not run on {run.host}: what its Sentinel is to watch is "
            "unknown. Use playbook almashooq.redis.site, which runs all roles in their order, or import its parts "
            "preflight, instances and replication"
        )
    if run.strict:
        _refuse_settings(run)
    members = sentinel_members(run.hostvars, hosts)
    gone = sentinel_members(run.hostvars, hosts, "absent")
    sets = replication_sets(run.hostvars, run.hosts("redis_sentinel_replication_group"))
    watched = watched_sets(sets, _options(run, len(members)))
    if run.strict:
        refuse(_quorum_refusal(watched, len(members)))
        refuse(_names_refusal(run))
        refuse(_majority_refusal(len(gone), len(members)))
    return {
        "members": members,
        "first": members[0]["host"] if members else "",
        "peers": [one for one in members if one["host"] != run.host],
        "sets": [one["name"] for one in sets],
        "watched": watched,
        "leaving": [*gone, *(node for one in sets for node in one["leaving"])],
        "runs": all(run.hostvars[host][SENTINEL]["listening"] for host in hosts) and all(one["runs"] for one in sets),
    }


def sentinel_switchover(run: Run) -> Result:
    """Return the Sentinels of all hosts, and ``nodes`` of the set that is to be switched over."""
    found = sentinel(run)
    name = str(run.own["redis_sentinel_switchover_set"])
    if name not in found["sets"]:
        raise Refused(
            "Name the set to switch over: --extra-vars redis_sentinel_switchover_set=NAME. There are: "
            + ", ".join(found["sets"])
        )
    return {**found, "nodes": next(one["nodes"] for one in found["watched"] if one["name"] == name)}


def _refuse_settings(run: Run) -> None:
    own = run.own
    refuse(secrets_refusal({"redis_sentinel_config": own["redis_sentinel_config"]}, ELSEWHERE))
    accounts = [*own["__redis_sentinel_own_accounts"], *own["__redis_sentinel_client_accounts"]]
    sentence = users_refusal(own["__redis_sentinel_all_users"], "redis_sentinel_users", accounts)
    refuse(f"{run.host}: {sentence}" if sentence else "")


def _options(run: Run, members: int) -> Value:
    """Return the options of all sets; a quorum of 0 is more than half of the Sentinels."""
    variables = {name: f"redis_sentinel_{name.replace('-', '_')}" for name in OPTIONS}
    given = run.own["redis_sentinel_quorum"]
    quorum = members // 2 + 1 if str(given) == "0" else given
    return {"quorum": quorum, **{name: run.own[variable] for name, variable in variables.items()}}


def _quorum_refusal(watched: t.Iterable[Value], members: int) -> str:
    return next(
        (
            f"The quorum of set {one['name']} is {one['quorum']}, and there are {members} Sentinel(s): it could never "
            "be reached. Set redis_sentinel_quorum, or the set's own, to at most that number; 0 takes more than half"
            for one in watched
            if one["quorum"] > members
        ),
        "",
    )


def _names_refusal(run: Run) -> str:
    names = ("redis_sentinel_group", "redis_sentinel_replication_group")
    hosts = dict.fromkeys(host for name in names for host in run.hosts(name))
    if len({announces_names(run.hostvars[host]) for host in hosts}) < 2:
        return ""
    groups = " and ".join(str(run.own[name]) for name in names)
    return (
        f"redis_sentinel_announce_hostnames differs between the hosts of groups {groups}: Sentinels and instances "
        "announce names together, or addresses. Set it in group_vars/all, where both groups see it"
    )


def _majority_refusal(leaving: int, staying: int) -> str:
    if leaving < staying:
        return ""
    return (
        f"More Sentinels leave than stay ({leaving} and {staying}): a majority of all that were is needed until they "
        "are forgotten. Take them out one run after the other"
    )
