# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run and its hosts are to one task of action ``inventory_info``."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import Variables
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import Groups, Hostvars, is_true

Result = dict[str, t.Any]


@dataclass(frozen=True)
class Run:
    """One host of a run.

    ``own`` are its variables with the defaults and the private variables of the role whose task it is, ``hostvars``
    those that other hosts see. ``play`` are the hosts of the play that take part, ``everyone`` all of the play. With
    ``strict`` also what does not stand in the way of the servers that run is refused.
    """

    host: str
    own: Variables
    hostvars: Hostvars
    groups: Groups
    play: tuple[str, ...] = ()
    everyone: tuple[str, ...] = ()
    strict: bool = True

    def is_set(self, name: str) -> bool:
        """Return whether a switch of the host is on."""
        return is_true(self.own[name])

    def hosts(self, group: str) -> t.Sequence[str]:
        """Return the hosts of the group that a variable names; none where the inventory does not have it."""
        return self.groups.get(str(self.own[group]), ())


def refuse(sentence: str) -> None:
    """Raise Refused with a sentence; an empty one is good."""
    if sentence:
        raise Refused(sentence)
