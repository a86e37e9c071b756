# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is in use survives an upgrade, and whether there is room for it: functions, modules, disks, memory.

Data types need no check: in each change that is allowed, the new release knows all of the old one.
"""

from __future__ import annotations

import re
import typing as t

from .._nodes import WARNING, Finding
from .._preflight.checks import mebibytes
from .._rolling import edges
from .model import Module, Survey

# Modules that are part of the engine: Redis 8 lists its vector sets, Valkey its Lua engine.
BUILT_IN = {"vectorset", "lua"}
LUA = "LUA"
_LONG = re.compile(r"--\[(=*)\[.*?\]\1\]|\[(=*)\[.*?\]\2\]", re.DOTALL)
_SHORT = re.compile(r"--[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_SERVER = re.compile(r"(?<![\w.:])server(?!\w)(?!\s*=[^=])")
_LOCAL = re.compile(r"\blocal\s+server\s*=(?!\s*server\b)")


def uses_server(code: str) -> bool:
    """Return whether Lua code uses the global ``server``, which is Valkey's name for ``redis``.

    Comments and strings do not count, nor does a local variable of that name that is made of something else.
    """
    text = _SHORT.sub(" ", _LONG.sub(" ", code))
    first = _SERVER.search(text)
    made = _LOCAL.search(text)
    return first is not None and not (made is not None and made.start() < first.start())


def functions(survey: Survey) -> t.Iterator[Finding]:
    """Report libraries that the other engine does not load: its replica dies of them."""
    if not _changes_engine(survey):
        return
    target = edges.release(survey.target)
    for name, nodes in _libraries(survey, lambda code: uses_server(code) and edges.engine(target) == "redis").items():
        yield Finding(
            "functions",
            f"library {name} uses the name server, which only Valkey knows ({', '.join(nodes)}): a replica of {target} "
            "dies when it loads it",
            hint="Write redis. in place of server., which both engines know, and load it with FUNCTION LOAD REPLACE.",
        )
    for name, engine in sorted(
        {(one.name, one.engine) for each in survey.instances for one in each.libraries if one.engine != LUA}
    ):
        yield Finding(
            "functions",
            f"library {name} is written for the script engine {engine}, which is a module of the present engine",
            hint="Write it in Lua, which both engines have.",
        )


def modules(survey: Survey) -> t.Iterator[Finding]:
    """Report loaded modules: those of the other engine do not load, those of another release may not."""
    if not _versions_change(survey):
        return
    loaded: dict[str, list[str]] = {}
    for each in survey.instances:
        for one in each.modules:
            if not is_built_in(one):
                loaded.setdefault(one.name, []).append(each.name)
    for name, nodes in sorted(loaded.items()):
        if _changes_engine(survey):
            yield Finding(
                "modules",
                f"module {name} is loaded ({', '.join(nodes)}), and is not one of {edges.engine(survey.target)}",
                hint="The other engine cannot take over its data: keep the engine, or use data types that both have.",
            )
        else:
            yield Finding(
                "modules",
                f"module {name} is loaded ({', '.join(nodes)}): whether it works with {survey.target} is not known",
                WARNING,
                hint="Try it on a copy, and provide the build of the module for the new release.",
            )


def is_built_in(module: Module) -> bool:
    """Return whether a module is part of the engine itself."""
    return not module.path or module.name in BUILT_IN


def room(survey: Survey) -> t.Iterator[Finding]:
    """Report members without space for a snapshot: one is written at each stop, and received in a full sync."""
    for member in survey.changing:
        needed, place = survey.data(member), survey.places.get(member.name)
        if place is None or place.disk_free is None:
            yield Finding(
                "room", f"{member.name}: free space of its data directory is not known", WARNING, node=member.name
            )
        elif place.disk_free < needed:
            yield Finding(
                "room",
                f"{member.name} has {mebibytes(place.disk_free)} of free space, and a snapshot may take "
                f"{mebibytes(needed)}",
                node=member.name,
                hint="Make room in its data directory.",
            )
    for host, available in sorted(survey.memory.items()):
        names = [one.name for one in survey.state.members if one.host == host]
        largest = max((one.used_memory for one in survey.instances if one.name in names), default=0)
        if available is not None and available < largest:
            yield Finding(
                "room",
                f"{host} has {mebibytes(available)} of memory available, and an instance with {mebibytes(largest)} "
                "writes snapshots from a copy of itself, which grows with the writes meanwhile",
                WARNING,
                hint="Upgrade at a time of few writes.",
            )
    for one in survey.instances:
        if one.problem:
            yield Finding("room", f"{one.name} could not be asked what it uses: {one.problem}", WARNING, node=one.name)


def _libraries(survey: Survey, wanted: t.Callable[[str], bool]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in survey.instances:
        for one in each.libraries:
            if wanted(one.code):
                found.setdefault(one.name, []).append(each.name)
    return found


def _versions_change(survey: Survey) -> bool:
    return any(edges.release(one.version) != edges.release(survey.target) for one in survey.changing)


def _changes_engine(survey: Survey) -> bool:
    return any(edges.engine(one.version) != edges.engine(survey.target) for one in survey.changing)
