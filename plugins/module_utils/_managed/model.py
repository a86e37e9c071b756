# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server process as plain values: its directives, and what names it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._text import node_name

Settings = tuple[tuple[str, str], ...]  # CONFIG GET, sorted by name


@dataclass(frozen=True)
class Directive:
    """One line of a configuration; ``derived`` ones are the collection's, not the user's."""

    name: str
    text: str = field(repr=False)
    derived: bool = False


@dataclass(frozen=True)
class Instance:
    """One wanted instance with all its directives, in the order of the file."""

    port: int
    address: str
    cluster_enabled: bool
    directives: tuple[Directive, ...]

    @property
    def node(self) -> str:
        """Return the instance's name in messages: ``address:port``."""
        return node_name(self.address, self.port)

    def value(self, name: str) -> str | None:
        """Return the last text given for a directive, or None."""
        found = [directive.text for directive in self.directives if directive.name == name]
        return found[-1] if found else None

    def names(self) -> frozenset[str]:
        """Return the names of all directives of the managed file."""
        return frozenset(directive.name for directive in self.directives)
