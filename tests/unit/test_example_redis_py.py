# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the example for redis-py leaves behind."""

from __future__ import annotations

import importlib.util
import pathlib
import threading
import typing as t
import weakref

PATH = pathlib.Path(__file__).resolve().parents[2] / "examples" / "redis-py" / "connection.py"


class Pool:
    """A connection pool that has been asked for the primary."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def get_master_address(self) -> None:
        """Remember it."""
        self.asked.set()


class Client:
    """A client of such a pool."""

    def __init__(self, pool: Pool) -> None:
        self.connection_pool = pool


def load() -> t.Any:
    """Return the example as a module."""
    spec = importlib.util.spec_from_file_location("example_redis_py", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_thread_ends_with_its_client() -> None:
    pool = Pool()
    client = Client(pool)
    thread = threading.Thread(target=load()._leave_former_primaries, args=(weakref.ref(client),), daemon=True)
    thread.start()
    assert pool.asked.wait(10)
    del client
    thread.join(10)
    assert not thread.is_alive()
