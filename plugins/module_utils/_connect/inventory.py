# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory of a run to the connections of an application's host."""

from __future__ import annotations

import typing as t

from .._inventory.connections import SENTINEL, servers_of
from .._inventory.host import Groups, Hostvars
from .checks import Given, make_connection, refuse_names, refuse_topology
from .model import Connection


def connections(given: t.Sequence[Given], hostvars: Hostvars, groups: Groups, defaults: Given) -> list[Connection]:
    """Return the connections that a host is to have, with the addresses that this run knows.

    ``defaults`` are the variables of role redis_client without their prefix: directory, file_group,
    sentinel_user, sentinel_password and the names of groups. Raises Refused for what cannot be.
    """
    refuse_names(given)
    found = []
    for one in given:
        if one.get("state", "present") != "present":
            found.append(make_connection({**_gone(one), "state": "absent"}, "", (), defaults))
            continue
        refuse_topology(one)
        target, endpoints = servers_of(one, hostvars, groups, defaults)
        found.append(make_connection(one, target, endpoints, defaults))
    return found


def _gone(one: Given) -> dict[str, t.Any]:
    # Of a connection that goes only the name matters.
    return {"name": one["name"], "topology": SENTINEL, "sentinel_user": ""}
