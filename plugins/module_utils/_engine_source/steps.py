# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes below the prefix, one class each: how it reads, and what it does to the model."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .model import State


@dataclass(frozen=True)
class Remove:
    """Remove what a run that was cut off has left, or what this one needs no more."""

    paths: tuple[str, ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"remove {', '.join(self.paths)}"

    def apply(self, state: State) -> State:
        """Return the state without them."""
        return replace(state, leftovers=tuple(one for one in state.leftovers if one not in self.paths))


@dataclass(frozen=True)
class Install:
    """Make a build, or unpack one, and put it in place as a whole."""

    name: str
    path: str
    label: str
    method: str

    def describe(self) -> str:
        """Return one line for people."""
        how = "build" if self.method == "source" else "unpack"
        return f"{how} {self.label} and install it as {self.path}"

    def apply(self, state: State) -> State:
        """Return the state with the build."""
        return replace(state, installed=tuple(sorted({*state.installed, self.name})))


@dataclass(frozen=True)
class Pack:
    """Pack the build for other hosts."""

    path: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"pack it as {self.path}"

    def apply(self, state: State) -> State:
        """Return the state with the archive."""
        return replace(state, packed=True)


@dataclass(frozen=True)
class Switch:
    """Start servers from another build from now on; those that run go on as they are."""

    path: str
    before: str
    after: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"link {self.path} to {self.after}" + (f", before {self.before}" if self.before else "")

    def apply(self, state: State) -> State:
        """Return the state with the other build current."""
        return replace(state, current=self.after)


@dataclass(frozen=True)
class Link:
    """Link a program to where people look for it."""

    path: str
    target: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"link {self.path} to {self.target}"

    def apply(self, state: State) -> State:
        """Return the state with that link."""
        links = tuple((path, self.target if path == self.path else target) for path, target in state.links)
        return replace(state, links=links)


Step = t.Union[Remove, Install, Pack, Switch, Link]
