# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking every instance what is in use: memory, libraries of functions, modules.  Reads only."""

from __future__ import annotations

import typing as t

from .._client import Client, Connections, gather
from .._errors import CollectionError, EngineRefused
from .._nodes import DesiredNode
from .._replies import number, pairs, parse_info
from .model import Instance, Library, Module

QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("INFO", "memory"),
    ("FUNCTION", "LIST", "WITHCODE"),
    ("MODULE", "LIST"),
)


def observe(nodes: t.Sequence[DesiredNode], connections: Connections) -> tuple[Instance, ...]:
    """Ask all instances, side by side; one that does not answer is a value."""
    asked = gather(lambda node: _ask(node.name, connections[node.name]), nodes)
    return tuple(
        one if isinstance(one, Instance) else Instance(node.name, problem=one.message)
        for node, one in zip(nodes, asked)
    )


def _ask(name: str, client: Client) -> Instance:
    memory, functions, modules = client.pipeline(QUESTIONS)
    for reply in (memory, functions, modules):
        # An engine that does not know a command has nothing of its kind.
        if isinstance(reply, CollectionError) and not isinstance(reply, EngineRefused):
            raise reply
    if isinstance(memory, CollectionError):
        raise memory
    return Instance(
        name,
        number(parse_info(str(memory)).get("used_memory")),
        tuple(_library(pairs(one)) for one in _list(functions)),
        tuple(Module(str(one.get("name", "")), str(one.get("path", ""))) for one in map(pairs, _list(modules))),
    )


def _list(reply: t.Any) -> list[t.Any]:
    return [] if isinstance(reply, CollectionError) else list(reply)


def _library(reported: t.Mapping[str, str]) -> Library:
    code = str(reported.get("library_code", ""))
    return Library(str(reported.get("library_name", "")), str(reported.get("engine", "")), code)
