# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversations with real servers that take their time."""

from __future__ import annotations

import os
import pathlib
import signal
import threading
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._client import CHANGE, Access, Client
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Unreachable

from .fleet import PASSWORD, Fleet

PORT = 18000
TIMEOUT, FROZEN = 0.3, 1.5  # s


@pytest.fixture
def fleet(engine: pathlib.Path) -> t.Iterator[Fleet]:
    with Fleet(engine, 1, PORT, cluster_enabled="no") as fleet:
        yield fleet


@pytest.fixture
def client(fleet: Fleet) -> t.Iterator[Client]:
    with Client("127.0.0.1", PORT, Access("default", PASSWORD, timeout=TIMEOUT)) as client:
        yield client


def test_a_change_is_waited_for_longer_than_an_answer(fleet: Fleet, client: Client) -> None:
    client.command("PING")
    fleet.freeze(PORT)
    thaw = threading.Timer(FROZEN, fleet.thaw, [PORT])
    thaw.start()
    assert client.pipeline([("SET", "key", "value"), ("GET", "key")], CHANGE) == ["OK", "value"]
    thaw.join()


def test_a_change_at_a_server_that_dies_ends_at_once(fleet: Fleet, client: Client) -> None:
    with fleet.client(PORT) as other:
        pid = other.info("server")["process_id"]
    client.command("PING")
    fleet.freeze(PORT)
    # Not by the fleet, which lets it go on first: it would answer.
    threading.Timer(TIMEOUT, os.kill, [pid, signal.SIGKILL]).start()
    with pytest.raises(Unreachable, match="no answer"):
        client.command("SET", "key", "value", patience=CHANGE)


def test_patience_has_an_end(fleet: Fleet, client: Client) -> None:
    client.command("PING")
    fleet.freeze(PORT)
    with pytest.raises(Unreachable, match="timed out"):
        client.command("SET", "key", "value", patience=TIMEOUT)
    fleet.thaw(PORT)
