# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an application's client says of a failure, without what it was made with."""

from __future__ import annotations

import json
import pathlib

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.application import (
    Application,
    without_connections,
)
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError

# As redis-py 8.1 says it, if it did not blank them itself.
SAID = (
    "No master found for 'main' : <redis.client.Redis(<redis.connection.ConnectionPool(<redis.connection.Connection("
    "host=192.0.2.1,port=26379,db=0,username=client,password=open > <sesame)>)>)> - AuthenticationError('WRONGPASS')"
)


def test_what_a_client_was_made_with_is_not_shown() -> None:
    said = without_connections(SAID, ["open > <sesame"])
    assert "sesame" not in said
    assert said == "No master found for 'main' : ... - AuthenticationError('WRONGPASS')"


def test_an_error_of_a_real_client_has_no_password_in_it(tmp_path: pathlib.Path) -> None:
    (tmp_path / "password").write_text("open > <sesame")
    settings = {
        "topology": "sentinel",
        "set": "main",
        "sentinels": [{"host": "127.0.0.1", "port": 1}],
        "username": "app",
        "password_file": str(tmp_path / "password"),
        "sentinel_username": "client",
        "sentinel_password_file": str(tmp_path / "password"),
    }
    (tmp_path / "main.json").write_text(json.dumps(settings))
    with pytest.raises(CollectionError) as raised:
        Application(str(tmp_path / "main.json")).call("PING")
    assert "sesame" not in str(raised.value)
    assert raised.value.__cause__ is None
