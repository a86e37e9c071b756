# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings are secrets, and what of values and answers messages repeat."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._text import misplaced_secrets, shown, without_echo
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_node import secrets_refusal

MISPLACED = {
    "a secret directive": ({"TLS-Key-File-Pass": "sesame"}, {"tls-key-file-pass": ["sesame"]}),
    "a list": ({"masterauth": ["sesame", "open"]}, {"masterauth": ["sesame", "open"]}),
    "a line of a user": ({"user": "bob on >sesame"}, {"user": ["bob on >sesame"]}),
    "a line of Sentinel": ({"sentinel": "auth-pass main sesame"}, {"sentinel": ["auth-pass main sesame"]}),
    "another line of Sentinel": ({"sentinel": "resolve-hostnames yes"}, {}),
    "settings of an instance": ([{"port": 7000, "config": {"requirepass": "sesame"}}], {"requirepass": ["sesame"]}),
    "an option of a module": ([{"user": "redis", "settings": {"hz": 10}}], {}),
    "a secret that is empty": ({"requirepass": "", "masterauth": None}, {}),
    "no settings": ("text", {}),
}


@pytest.mark.parametrize(("given", "found"), MISPLACED.values(), ids=MISPLACED)
def test_secrets_among_settings_are_found(given: object, found: dict[str, list[str]]) -> None:
    assert misplaced_secrets(given) == found


def test_a_refusal_names_directives_and_no_value() -> None:
    said = secrets_refusal({"redis_node_config": {"requirepass": "sesame"}, "other": {"hz": 10}}, "Do it so.")
    assert "redis_node_config: requirepass" in said
    assert "other" not in said
    assert "sesame" not in said
    assert said.endswith("Do it so.")
    assert secrets_refusal({"redis_node_config": {"hz": 10}}, "Do it so.") == ""


@pytest.mark.parametrize("value", [["sesame"], ("sesame",), {"name": "sesame"}, {"sesame": 1}])
def test_of_what_may_hold_a_secret_only_the_kind_is_shown(value: object) -> None:
    assert "sesame" not in shown(value)
    assert shown("text") == "'text'"


ECHOES = {
    "ERR unknown command 'CONFIG', with args beginning with: 'SET' 'masterauth' 'sesa": "ERR unknown command 'CONFIG'",
    "ERR Error in ACL SETUSER modifier '>sesame': Syntax error": (
        "ERR Error in ACL SETUSER modifier '********': Syntax error"
    ),
    "ERR Error in ACL SETUSER modifier '+@al': Unknown command": (
        "ERR Error in ACL SETUSER modifier '+@al': Unknown command"
    ),
}


@pytest.mark.parametrize(("reply", "said"), ECHOES.items())
def test_arguments_that_a_server_repeats_are_not_shown(reply: str, said: str) -> None:
    assert without_echo(reply) == said
