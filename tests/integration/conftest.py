# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines and ports for tests."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from .engines import engines
from .ports import first_ports


@pytest.fixture(params=engines(), ids=lambda path: path.parent.name)
def engine(request: pytest.FixtureRequest) -> pathlib.Path:
    """Each engine in turn, for what every engine has to do."""
    return t.cast(pathlib.Path, request.param)


@pytest.fixture
def any_engine() -> pathlib.Path:
    """One engine, for what does not depend on it."""
    return engines()[0]


# The bus ports (10000 higher) stay below those that the kernel gives to outgoing connections.
_first_ports = first_ports(12000, 13000)


@pytest.fixture
def first_port() -> int:
    """The first of ten ports that no other test uses for the time being."""
    return next(_first_ports)
