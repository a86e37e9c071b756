# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one change to the users of a running server."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Model = t.TypeVar("Model", bound="WithUsers")


class WithUsers(t.Protocol):
    """A model of a host that knows the users of its servers."""

    def with_users(self: Model, port: int, users: tuple[str, ...]) -> Model:
        """Return the model in which a server has these users."""


@dataclass(frozen=True)
class LoadUsers:
    """Make a running instance load its users file."""

    port: int
    node: str
    users: tuple[str, ...] = field(repr=False)
    names: tuple[str, ...]
    # Whether the login of the replication itself changes with it.
    replication: bool

    def describe(self) -> str:
        """Return one line for people."""
        return f"{self.node}: load users ({', '.join(self.names)})"

    def apply(self, host: Model) -> Model:
        """Return the host with these users."""
        return host.with_users(self.port, self.users)
