# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of variables names as required what a run refuses to do without, and each role's example has it."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import checks_required

import generate
import variables

ROLES = {
    path.parents[1].name: yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    for path in sorted(generate.ROOT.glob("roles/*/meta/argument_specs.yml"))
}
OPTIONS = {role: specs["main"]["options"] for role, specs in ROLES.items()}


def test_what_is_required_is_what_a_run_refuses_to_do_without() -> None:
    assert {f"{group}_group": roles for group, roles in generate.GROUPS.items()} == checks_required.ROLES
    defaults = {
        role: {name: option["default"] for name, option in options.items() if "default" in option}
        for role, options in OPTIONS.items()
    }
    for group, needs in checks_required.needed(ROLES, defaults).items():
        found = {
            (name, instead)
            for role in checks_required.ROLES[group]
            for name, options in variables.required(role, OPTIONS).items()
            for instead in options or [""]
        }
        assert found == {(one.name, one.instead) for one in needs}


def test_a_variable_that_one_role_of_a_group_requires_has_nothing_instead() -> None:
    roles = {
        "node": {"redis_address": {"required": True}},
        "cluster": {"redis_own": {"default": "{{ redis_address }}"}, "redis_other": {"default": "{{ redis_own }}"}},
    }
    assert variables.by_name({"both": ("node", "cluster"), "second": ("cluster",)}, roles) == {
        "redis_address": ["`both`", "`second` (or `redis_own`)"]
    }


@pytest.mark.parametrize("role", ROLES)
def test_the_example_of_a_role_has_what_the_role_requires(role: str) -> None:
    given = yaml.safe_load(generate.example(role))
    missing = [
        name
        for name, instead in variables.required(role, OPTIONS).items()
        if name not in given and not (instead and set(instead) <= set(given))
    ]
    assert missing == []


def test_each_example_is_that_of_a_role() -> None:
    assert sorted(path.stem for path in generate.EXAMPLES.iterdir()) == sorted(ROLES)


def table(options: t.Mapping[str, t.Any]) -> list[str]:
    return list(variables.rows(variables.own_required_first(options)))


def test_required_variables_come_first_and_keys_of_items_below_their_list() -> None:
    item = {"name": {"type": "str", "required": True, "description": "Name."}}
    assert table(
        {
            "users": {"type": "list", "elements": "dict", "default": [], "description": "Users.", "options": item},
            "address": {"type": "str", "required": True, "description": ["Address.", "See O(users[].name)."]},
        }
    ) == [
        "| `address` | str | **required** | Address. See `users[].name`. |",
        "| `users` | list of dict | `[]` | Users. |",
        "| `users[].name` | str | **required** | Name. |",
    ]


@pytest.mark.parametrize(
    ("option", "cell"),
    [
        ({}, ""),
        ({"default": ""}, '`""`'),
        ({"default": False}, "`false`"),
        ({"default": "{{ a }}"}, "as `a`"),
        ({"default": "{{ a | default('b') }}"}, "as `a`, else `b`"),
        ({"default": "{{ a | default(b) }}"}, "as `a`, else `b`"),
        ({"default": "{{ a | default('') }}"}, 'as `a`, else `""`'),
        ({"default": "{{ a | default(b | default('c')) }}"}, "`{{ a \\| default(b \\| default('c')) }}`"),
        ({"default": "{{ __role_found }}"}, "computed"),
    ],
    ids=[
        "none",
        "empty text",
        "boolean",
        "variable",
        "else a text",
        "else a variable",
        "else nothing",
        "template",
        "private",
    ],
)
def test_a_default_can_be_read(option: dict[str, t.Any], cell: str) -> None:
    assert variables.default_of(option) == cell
