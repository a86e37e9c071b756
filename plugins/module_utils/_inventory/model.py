# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a public variable may hold: the options of the roles' argument specs as values."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._text import SECRET_SETTINGS
from .defaults import GROUPS

Value = t.Any
# What stands for a text that is encrypted: it is one, whatever it holds, and is not decrypted to be checked.
ENCRYPTED: t.Final = ""
# Options whose text is a name: a number there is a name that YAML has read as a number.
_NAMES = frozenset({"name", "user", "set", "deployment", "primary", "sentinel_user"})
_SECRET = ("password", "secret")
# Options that are part of a file of another program, which has numbers, switches and dictionaries of its own.
_DOCUMENTS = frozenset({"redis_monitoring_alertmanager_config"})


@dataclass(frozen=True)
class Option:
    """One option of an argument spec."""

    name: str
    type: str = "str"
    elements: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    options: t.Mapping[str, Option] = field(default_factory=dict)

    @property
    def is_name(self) -> bool:
        """Whether its text is a name that something else refers to."""
        return self.name in _NAMES or self.name.endswith(("_user", "_deployment"))

    @property
    def is_document(self) -> bool:
        """Whether what it holds is written as it is, whatever its types."""
        return self.name in _DOCUMENTS

    def element(self) -> Option:
        """Return what each element of this list has to be."""
        return Option(self.name, self.elements or "str", secret=self.secret, choices=self.choices, options=self.options)


def make_option(name: str, spec: t.Mapping[str, t.Any]) -> Option:
    """Return an option from its entry in an argument spec."""
    return Option(
        name=name,
        type=spec.get("type", "str"),
        elements=spec.get("elements", ""),
        choices=tuple(map(str, spec.get("choices", ()))),
        secret=bool(spec.get("no_log")) or any(word in name for word in _SECRET),
        options={key: make_option(key, one) for key, one in (spec.get("options") or {}).items()},
    )


def is_secret(directive: str) -> bool:
    """Return whether the value of a directive is a secret, in whichever dictionary it stands."""
    return directive.lower() in SECRET_SETTINGS or any(word in directive.lower() for word in _SECRET)


@dataclass(frozen=True)
class Known:
    """The public variables of the collection, and the prefixes of its roles."""

    options: t.Mapping[str, Option]
    prefixes: tuple[str, ...]


def make_known(roles: t.Mapping[str, t.Mapping[str, t.Any]]) -> Known:
    """Return what is known: the argument specs of all roles, and the groups of the playbooks."""
    options = {
        name: make_option(name, spec)
        for entries in roles.values()
        for entry in entries.values()
        for name, spec in (entry.get("options") or {}).items()
    }
    groups = {name: Option(name) for name in GROUPS}
    return Known({**groups, **options}, tuple(f"{role}_" for role in roles))


@dataclass(frozen=True)
class Scalar:
    """A value as it stands in a file without quotes, and what YAML makes of it."""

    file: str
    line: int
    variable: str
    text: str
    kind: str


@dataclass(frozen=True)
class Needed:
    """A variable that a host needs, unless it has the option ``instead`` whose default takes it over."""

    name: str
    instead: str = ""
