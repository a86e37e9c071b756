# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that every server process of a host needs: a directory."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._files import Directory

Model = t.TypeVar("Model", bound="WithDirectory")


class WithDirectory(t.Protocol):
    """A model of a host that knows its directories."""

    def with_directory(self: Model, directory: Directory) -> Model:
        """Return the model with that directory."""


@dataclass(frozen=True)
class MakeDirectory:
    """Create a directory, or correct its owner and mode."""

    directory: Directory

    def describe(self) -> str:
        """Return one line for people."""
        return f"directory {self.directory.path}, mode {self.directory.mode:04o}"

    def apply(self, host: Model) -> Model:
        """Return the host with that directory."""
        return host.with_directory(self.directory)
