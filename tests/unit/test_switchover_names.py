# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node is named for a switchover as modules and summaries name it, whatever kind of address it has."""

from __future__ import annotations

import pathlib

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name

ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "redis_cluster"


def test_nodes_are_named_as_the_module_names_them() -> None:
    loader = DataLoader()
    nodes = [("192.0.2.11", 7000, "redis"), ("2001:db8::12", 7000, "redis"), ("2001:db8::12", 7001, "other")]
    members = [{"address": address, "port": port, "deployment": name} for address, port, name in nodes]
    variables = {
        **loader.load_from_file(str(ROLE / "vars" / "main.yml"), trusted_as_template=True),
        "ansible_play_hosts": ["one", "two"],
        "hostvars": {"one": {"__redis_node_members": members[:1]}, "two": {"__redis_node_members": members[1:]}},
    }
    found = Templar(loader, variables).template(variables["__redis_cluster_deployments"])
    assert found == {node_name(address, port): name for address, port, name in nodes}
