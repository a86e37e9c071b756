# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of their own, engines and ports for tests."""

from __future__ import annotations

import ctypes
import os
import pathlib
import subprocess
import typing as t

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .engines import engines
from .module_runner import ROOT
from .ports import first_ports

CLONE_NEWNET = 0x40000000
# Whole runs of playbooks: begun last, they would be what all wait for; more than two at a time are too much for two
# processors.
SITES = {
    "test_history_site": "sites-1",
    "test_site_live": "sites-1",
    "test_maintenance_site": "sites-2",
    "test_upgrade_site": "sites-2",
}


def pytest_configure(config: pytest.Config) -> None:
    """Give each process that runs tests a network of its own: addresses, ports and names of locks are its alone."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return  # its workers run the tests
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        pytest.exit(f"tests need root for a network of their own: {os.strerror(ctypes.get_errno())}", 2)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with whole runs of playbooks."""
    items.sort(key=lambda item: item.path.stem not in SITES)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Share out single tests, but keep those together that share ports, or what is started once."""
    return Scheduling(config, log)


class Scheduling(LoadScopeScheduling):
    """A worker has all tests of a file, unless each of them has ports of its own (``first_port``)."""

    def _split_scope(self, nodeid: str) -> str:
        path = ROOT / nodeid.partition("::")[0]
        text = path.read_text(encoding="utf-8")
        if path.stem in SITES or "first_port" not in text or 'scope="module"' in text:
            return SITES.get(path.stem, path.stem)
        return nodeid


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
