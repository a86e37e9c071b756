# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the variables of roles in Markdown, from their argument_specs: one reference, and a part of each README."""

from __future__ import annotations

import json
import re
import typing as t

MARKUP = re.compile(r"\b[A-Z]\(([^)]*)\)")
# A default that is another variable of this collection and nothing else.
REFERENCE = re.compile(r"\{\{ (redis_\w+) \}\}")
# A default that is another variable, with or without a value for where that one is not set.
OTHER = re.compile(r"\{\{ (\w+)(?: \| default\('?([\w./\[\]-]*)'?\))? \}\}")
EMPTY = '""'
WHERE = "All variables of the roles. Set them in the inventory, see [inventories/example](../inventories/example)."
# The last line of pages in docs.
BACK = "Back to the [README](../README.md)."
ELSEWHERE = "Variables of all roles: [docs/variables.md](../../docs/variables.md)."
HEAD = ["| variable | type | default | description |", "| --- | --- | --- | --- |"]

Options = t.Mapping[str, t.Mapping[str, t.Any]]
Roles = t.Mapping[str, Options]


def required(role: str, roles: Roles) -> dict[str, list[str]]:
    """Return the required variables of a role: its own, and those of other roles that its defaults refer to.

    Each has the options of the role that take it over: with all of them set, the variable is not needed.
    """
    found: dict[str, list[str]] = {name: [] for name, option in roles[role].items() if option.get("required")}
    for name, option in roles[role].items():
        reference = REFERENCE.fullmatch(str(option.get("default")))
        if reference and reference[1] not in roles[role] and "default" not in described(reference[1], roles):
            found.setdefault(reference[1], []).append(name)
    return found


def described(name: str, roles: Roles) -> t.Mapping[str, t.Any]:
    """Return the specification of a variable, of whatever role."""
    return next(options[name] for options in roles.values() if name in options)


def page(about: t.Mapping[str, str], groups: t.Mapping[str, t.Sequence[str]], roles: Roles) -> str:
    """Return the reference: required variables by the groups of ``groups``, then all variables by role.

    ``about`` has the short description of each role; ``groups`` the roles that run on the hosts of each group.
    """
    lines = ["# Variables", "", WHERE]
    lines += ["", "## Required variables", ""]
    lines += ["| variable | type | hosts in groups | description |", "| --- | --- | --- | --- |"]
    for name, where in by_name(groups, roles).items():
        option = described(name, roles)
        lines.append(f"| `{name}` | {type_of(option)} | {'<br>'.join(where)} | {text_of(option)} |")
    lines += [
        "",
        "A set that Sentinels monitor needs `redis_node_sentinel_password` on the hosts of its instances, too.",
    ]
    for role, options in roles.items():
        lines += ["", f"## {role}", "", f"{about[role]}. Role: [{role}](../roles/{role}/meta/argument_specs.yml).", ""]
        lines += [*HEAD, *rows(own_required_first(options))]
    return "\n".join([*lines, "", BACK, ""])


def by_name(groups: t.Mapping[str, t.Sequence[str]], roles: Roles) -> dict[str, list[str]]:
    """Return each required variable with the groups whose hosts need it, and what can be set there instead."""
    found: dict[str, list[str]] = {}
    for group, of_group in groups.items():
        needs = [required(role, roles) for role in of_group]
        for name in dict.fromkeys(name for of_role in needs for name in of_role):
            options = [of_role[name] for of_role in needs if name in of_role]
            instead = [] if [] in options else [one for each in options for one in each]
            found.setdefault(name, []).append(f"`{group}`{f' (or {joined(instead)})' if instead else ''}")
    return found


def joined(names: t.Iterable[str]) -> str:
    """Return names as code, in one phrase."""
    return " and ".join(code(name) for name in names)


def section(role: str, example: str, roles: Roles) -> list[str]:
    """Return the part of a role's README about its variables: required ones first, an example, all of its own."""
    lines = ["## Variables", ""]
    needs = required(role, roles)
    if needs:
        lines += ["Required:", "", "| variable | type | description |", "| --- | --- | --- |"]
        for name, instead in needs.items():
            option = described(name, roles)
            other = f" Not required if {joined(instead)} {'is' if len(instead) == 1 else 'are'} set." if instead else ""
            lines.append(f"| `{name}` | {type_of(option)} | {text_of(option)}{other} |")
    else:
        lines += ["No variable is required."]
    lines += ["", "Example, as variables of a host or a group:", "", "```yaml", example.rstrip(), "```", ""]
    lines += [f"All variables of this role, also shown by `ansible-doc --type role almashooq.redis.{role}`:", "", *HEAD]
    return [*lines, *rows(own_required_first(roles[role])), "", ELSEWHERE, ""]


def own_required_first(options: Options) -> Options:
    """Return the options in their order, but the required ones before the others."""
    return dict(sorted(options.items(), key=lambda item: not item[1].get("required", False)))


def rows(options: Options, prefix: str = "") -> t.Iterator[str]:
    """Yield a row of the table for each option, and one for each key of the items of a list."""
    for name, option in options.items():
        yield f"| `{prefix}{name}` | {type_of(option)} | {default_of(option)} | {text_of(option)} |"
        yield from rows(option.get("options", {}), f"{prefix}{name}[].")


def type_of(option: t.Mapping[str, t.Any]) -> str:
    """Return the type of an option, with that of its items."""
    return f"{option['type']} of {option['elements']}" if "elements" in option else str(option["type"])


def default_of(option: t.Mapping[str, t.Any]) -> str:
    """Return the default of an option as a cell; nothing for one that has none.

    One that is another variable is described in words: they are shorter than the template, and columns are narrow.
    """
    if option.get("required"):
        return "**required**"
    value = option.get("default")
    if value is None:
        return ""
    if "{{ __" in str(value):
        return "computed"
    other = OTHER.fullmatch(str(value))
    if other:
        fallback = "" if other[2] is None else f", else {code(other[2] or EMPTY)}"
        return f"as `{other[1]}`{fallback}"
    return code(value if isinstance(value, str) and value else json.dumps(value))


def text_of(option: t.Mapping[str, t.Any]) -> str:
    """Return the description of an option and its choices as a cell."""
    about = option["description"]
    told = plain(about if isinstance(about, str) else " ".join(about)).replace("|", "\\|")
    choices = ", ".join(code(one or EMPTY) for one in option.get("choices", ()))
    return f"{told} {'Any' if 'elements' in option else 'One'} of {choices}." if choices else told


def code(value: object) -> str:
    """Return a value as code in a cell of a table, where a bar has to be escaped."""
    return "`{}`".format(str(value).replace("|", "\\|"))


def plain(text: str) -> str:
    """Return a sentence of Ansible's documentation in Markdown."""
    return MARKUP.sub(lambda found: f"`{found[1].partition('#')[0]}`", " ".join(text.split()))
