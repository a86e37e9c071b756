# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a throwaway server is asked about settings, once it runs with them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._client import Client
from .._errors import CollectionError
from .._managed.connection import checked, version_of
from .._managed.model import Instance
from .._managed.throwaway import RESERVED_FILES, open_files
from .._users.canonical import canonical


@dataclass(frozen=True)
class Effective:
    """What a throwaway server shows: its settings, its users, which engine it is."""

    settings: t.Mapping[str, str]
    users: tuple[str, ...]
    version: str


def ask(client: Client, instance: Instance) -> Effective:
    """Return the settings and users that a throwaway server shows."""
    settings, users, info = checked(client.pipeline([("CONFIG", "GET", "*"), ("ACL", "LIST"), ("INFO", "server")]))
    hidden = sorted(instance.names() - set(settings[::2]))
    for reply in checked(client.pipeline([("CONFIG", "GET", name) for name in hidden])) if hidden else []:
        settings += reply
    shown, version = dict(zip(settings[::2], settings[1::2])), version_of(info)
    if shown.get("maxclients") == str(open_files() - RESERVED_FILES):
        # The engine has lowered it to what this run may open, which says nothing about the service.
        del shown["maxclients"]
    return Effective(shown, canonical(users, version), version)


def known_names(client: Client, name: str) -> frozenset[str]:
    """Return the settings that a throwaway server knows; ``name`` is asked for by itself, as it may be hidden."""
    shown, asked = checked(client.pipeline([("CONFIG", "GET", "*"), ("CONFIG", "GET", name)]))
    return frozenset([*shown[::2], *asked[::2]])


def classify(
    client: Client, told: Effective, names: t.Sequence[str], groups: t.Sequence[t.Sequence[tuple[str, str]]]
) -> tuple[frozenset[str], dict[str, str]]:
    """Return which settings only a restart changes, and which names are second names of others.

    Setting each to the value that it has changes nothing and shows which; a list of them in our source
    would be out of date with the next minor version.  A group holds settings, with another valid
    value, that may be one setting: the server shows it by what changes along.
    """
    replies = client.pipeline([("CONFIG", "SET", name, told.settings[name]) for name in names])
    fixed = frozenset(name for name, reply in zip(names, replies) if _is_fixed(reply))
    aliases: dict[str, str] = {}
    for group in groups:
        for name, other_value in group:
            rest = [other for other, _value in group if other != name and other not in aliases]
            if name not in fixed and name not in aliases and rest:
                for other in _changing_along(client, told, name, other_value, rest):
                    aliases[other] = name
    return fixed, aliases


def _is_fixed(reply: object) -> bool:
    # 6.2 says "Unsupported CONFIG parameter" of what can only be read.
    text = str(reply) if isinstance(reply, CollectionError) else ""
    return any(word in text for word in ("immutable", "protected", "Unsupported CONFIG parameter"))


def _changing_along(client: Client, told: Effective, name: str, other_value: str, rest: t.Sequence[str]) -> list[str]:
    changed, *values, _reset = client.pipeline(
        [
            ("CONFIG", "SET", name, other_value),
            *(("CONFIG", "GET", other) for other in rest),
            ("CONFIG", "SET", name, told.settings[name]),
        ]
    )
    if isinstance(changed, CollectionError):
        return []
    return [other for other, value in zip(rest, checked(values)) if value[1] != told.settings[other]]
