# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another engine is installed below running instances: they keep their users.  Ports 21280 to 21289."""

from __future__ import annotations

import itertools

import pytest

from .engines import name, servers
from .instances import Instances
from .module_runner import converged

PORT = 21280
# Engines list each of these in another way: single commands, categories, subcommands, selectors, patterns.
RULES = {
    "shop": "-@all +set +get +del ~shop:* resetchannels &shop",
    "worker": "-@all +@write -@dangerous +info ~jobs:* (%R~a:* -@all +get)",
    "watch": "-@all +ping +info +cluster|info +client|setname +latency|latest",
    "nearly": "+@all -config +config|get -@scripting ~* &*",
}


def users(**changes: str) -> list[dict[str, str]]:
    """Return users with these rules."""
    return [
        {"name": user, "password": f"{user}-secret", "rules": rules} for user, rules in {**RULES, **changes}.items()
    ]


@pytest.mark.parametrize("engines", itertools.permutations(servers(), 2), ids=lambda two: "-".join(map(name, two)))
def test_instances_that_still_run_the_old_engine_are_left_alone_and_reported(engines):
    old, new = engines
    with Instances(old, PORT) as made:
        converged("instance", made.config(users=users()))
        made.start()
        assert converged("instance", made.config(users=users()))["changed"] is False
        made.server = new
        first = converged("instance", made.config(users=users()))
        # The replication user of Valkey has rights that Redis does not list.
        assert not [step for step in first["plan"] if any(user in step for user in ("admin", *RULES))]
        (waiting,) = (one for one in first["restart_required"] if one["setting"] == "(version)")
        assert name(old).replace("-", " ") == waiting["running"]
        assert name(new).replace("-", " ") == waiting["wanted"]
        assert converged("instance", made.config(users=users()))["plan"] == []
        # What changes is still seen, and takes effect in the running engine.
        changed = converged("instance", made.config(users=users(shop="-@all +get ~shop:*")))
        assert [step for step in changed["plan"] if "load users" in step] == [f"127.0.0.1:{PORT}: load users (shop)"]
        assert "+set" not in str(made.client().acl_getuser("shop")["commands"])
        assert converged("instance", made.config(users=users(shop="-@all +get ~shop:*")))["plan"] == []
