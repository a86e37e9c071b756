# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins that the options of modules describe."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECT_TIMEOUT,
    CONNECTION,
    LOGIN,
    SENTINEL_LOGIN,
    access,
    sentinel_access,
)
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access

INSTANCES: dict[str, t.Any] = {
    "username": "admin",
    "password": "first",
    "password_old": "before",
    "tls": True,
    "tls_ca_file": "/ca",
    "tls_cert_file": "/cert",
    "tls_key_file": "/key",
    "tls_check_hostname": False,
}
SENTINELS: dict[str, t.Any] = {
    "sentinel_username": "watcher",
    "sentinel_password": "second",
    "sentinel_password_old": "earlier",
    "sentinel_tls": False,
    "sentinel_tls_ca_file": "/ca2",
    "sentinel_tls_cert_file": "/cert2",
    "sentinel_tls_key_file": "/key2",
    "sentinel_tls_check_hostname": True,
}
# How each option of a login is called in the value that the client takes.
OF_SENTINELS = {name: name.removeprefix("sentinel_") for name in SENTINELS}


def params(options: t.Mapping[str, t.Mapping[str, t.Any]], **given: t.Any) -> dict[str, t.Any]:
    """Return a module's parameters: what is given, and the defaults of the other options."""
    return {name: option.get("default") for name, option in options.items()} | given


def test_each_option_of_a_login_reaches_the_client() -> None:
    both = params({**CONNECTION, **SENTINEL_LOGIN}, **INSTANCES, **SENTINELS, connect_timeout=2.0)
    assert access(both) == Access(**INSTANCES, timeout=2.0)
    assert sentinel_access(both) == Access(
        **{OF_SENTINELS[name]: value for name, value in SENTINELS.items()}, timeout=2.0
    )


def test_the_values_tried_differ_and_are_all_that_there_are() -> None:
    assert INSTANCES.keys() == LOGIN.keys()
    assert SENTINELS.keys() == SENTINEL_LOGIN.keys()
    assert [name for name, value in SENTINELS.items() if value == INSTANCES[OF_SENTINELS[name]]] == []


@pytest.mark.parametrize("name", SENTINELS)
@pytest.mark.parametrize("empty", [None, ""], ids=["not given", "empty"])
def test_what_is_not_given_for_sentinels_is_as_at_the_instances(name: str, empty: str | None) -> None:
    both = params({**CONNECTION, **SENTINEL_LOGIN}, **INSTANCES, **{**SENTINELS, name: empty})
    expected = {OF_SENTINELS[each]: value for each, value in SENTINELS.items()}
    expected[OF_SENTINELS[name]] = INSTANCES[OF_SENTINELS[name]]
    assert sentinel_access(both) == Access(**expected)


def test_an_empty_login_is_none() -> None:
    texts = dict.fromkeys((name for name, option in LOGIN.items() if option["type"] != "bool"), "")
    assert access(params(CONNECTION, **texts)) == Access()


def test_a_module_that_knows_sentinels_alone_has_the_defaults_of_their_login() -> None:
    alone = {**SENTINEL_LOGIN, **CONNECT_TIMEOUT}
    assert sentinel_access(params(alone)) == Access()
    expected = {OF_SENTINELS[each]: value for each, value in SENTINELS.items()}
    assert sentinel_access(params(alone, **SENTINELS)) == Access(**expected)


def test_every_password_of_both_logins_is_hidden() -> None:
    both = {**LOGIN, **SENTINEL_LOGIN}
    assert {name for name, option in both.items() if option.get("no_log")} == {
        name for name in both if "password" in name
    }
