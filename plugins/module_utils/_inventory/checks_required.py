# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables do hosts lack that the roles of their groups cannot do without?"""

from __future__ import annotations

import re
import typing as t

from .model import Needed, Value

# The roles that site.yml runs on the hosts of a group whatever else is given, by the group's variable.
ROLES: t.Final = {
    "redis_cluster_group": ("redis_node", "redis_cluster"),
    "redis_replication_group": ("redis_node", "redis_replication"),
    "redis_sentinel_group": ("redis_sentinel",),
}
MOST = 3
# Another variable of this collection and nothing else.
_REFERENCE = re.compile(r"\{\{ (redis_\w+) \}\}")
Specs = t.Mapping[str, t.Mapping[str, t.Any]]
Defaults = t.Mapping[str, t.Mapping[str, Value]]


def needed(specs: Specs, defaults: Defaults) -> dict[str, tuple[Needed, ...]]:
    """Return what the hosts of each group need: required options, and what defaults take over from other variables."""
    with_default = {name for options in defaults.values() for name in options}
    return {
        group: tuple(
            dict.fromkeys(one for role in roles for one in _of_role(specs[role], defaults[role], with_default))
        )
        for group, roles in ROLES.items()
    }


def _of_role(
    spec: t.Mapping[str, t.Any], defaults: t.Mapping[str, Value], with_default: t.Collection[str]
) -> t.Iterator[Needed]:
    for name, option in spec["main"]["options"].items():
        if option.get("required"):
            yield Needed(name)
    for name, value in defaults.items():
        reference = _REFERENCE.fullmatch(str(value))
        if reference and reference[1] not in with_default:
            yield Needed(reference[1], name)


def missing(
    hosts: t.Mapping[str, t.Sequence[str]],
    needs: t.Mapping[str, t.Sequence[Needed]],
    has: t.Callable[[str, str], bool],
) -> t.Iterator[str]:
    """Yield one sentence for each variable that hosts lack; ``hosts`` are those of each group, by its variable."""
    lacking: dict[str, dict[str, None]] = {}
    for group, wanted in needs.items():
        for host in hosts.get(group, ()):
            for one in wanted:
                if not has(host, one.name) and not (one.instead and has(host, one.instead)):
                    lacking.setdefault(one.name, {})[host] = None
    for name, found in lacking.items():
        where = "in the inventory"
        if "password" in name:
            where = "in group_vars, encrypted with ansible-vault"
        yield f"{name} is missing on {_listed(list(found))}: set it {where}"


def _listed(hosts: t.Sequence[str]) -> str:
    shown = list(hosts[:MOST])
    if len(hosts) > MOST:
        shown.append(f"{len(hosts) - MOST} more hosts")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)
