# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules ``engine_source`` and ``engine_source_info``: one build of an engine on one host."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._engine.loop import Operation
from .._errors import Refused
from .._managed.files import hold_lock
from . import checks, observe
from .execute import execute, packed
from .model import Desired, State
from .plan import plan, warnings
from .steps import Step

if t.TYPE_CHECKING:
    import socket

    from .._client import Record

Params = t.Mapping[str, t.Any]
VERSION = re.compile(r"\d+(\.\d+)+([-+.~]?[A-Za-z0-9]+)*")

COMMON: dict[str, dict[str, t.Any]] = {
    "engine": {"type": "str", "choices": ["redis", "valkey"], "default": "redis"},
    "version": {"type": "str", "required": True},
    "checksum": {"type": "str", "required": True},
    "method": {"type": "str", "choices": ["source", "prebuilt"], "default": "source"},
    "prefix": {"type": "path", "default": "/opt/redis-node"},
    "archive": {"type": "path"},
    "archive_checksum": {"type": "str"},
}
INFO: dict[str, dict[str, t.Any]] = {
    **COMMON,
    "tools": {"type": "bool", "default": False},
    "libraries": {"type": "list", "elements": "str", "default": []},
}
SOURCE: dict[str, dict[str, t.Any]] = {
    **COMMON,
    "make_arguments": {"type": "list", "elements": "str", "default": []},
    "jobs": {"type": "int", "default": 0},
    "activate": {"type": "bool", "default": True},
    "pack": {"type": "bool", "default": False},
    "links": {"type": "path"},
    "timeout": {"type": "float", "default": 1800.0},
}


def wanted_of(params: Params) -> Desired:
    """Return what the options ask for, validated."""
    prefix = params["prefix"].rstrip("/")
    # It stands in units and in command lines.
    if not re.fullmatch(r"(/[\w.+@-]+)+", prefix):
        raise Refused(
            f"prefix {params['prefix']!r} is not an absolute path of plain characters", hint="Choose another."
        )
    if not VERSION.fullmatch(params["version"]):
        raise Refused(
            f"{params['version']!r} is not a version of an engine",
            hint="Set redis_install_version, for example to 8.0.6.",
        )
    identity = checks.checksum(params["checksum"])
    archive_checksum = params["archive_checksum"]
    return Desired(
        engine=params["engine"],
        version=params["version"],
        checksum=identity,
        prefix=prefix,
        method=params["method"],
        archive=params["archive"] or "",
        archive_checksum=checks.checksum(archive_checksum) if archive_checksum else identity,
        make_arguments=tuple(params.get("make_arguments", ())),
        activate=params.get("activate", True),
        pack=params.get("pack", False),
        links=(params.get("links") or "").rstrip("/"),
    )


def look(params: Params, record: Record) -> dict[str, t.Any]:
    """Return what is installed, and what stands in the way of installing what is not."""
    wanted = wanted_of(params)
    state = observe.observe(wanted, params["libraries"], builds=params["tools"])
    held = state.contents
    lacking = state.host.lacking if state.host else ()
    if params["tools"] and state.host:
        # Tools can be installed by the host that compiles.
        state = replace(state, host=replace(state.host, lacking=()))
    return {
        "installed": wanted.name in state.installed,
        "path": wanted.path,
        "builds": list(state.installed),
        "current": state.current,
        "platform": observe.platform(),
        "lacking": list(lacking),
        "obstacles": checks.obstacles(wanted, state),
        "libraries": list(held.manifest.libraries) if held and held.manifest else [],
        "made_for": held.manifest.platform if held and held.manifest else "",
    }


class EngineSource(Operation[State, Step]):
    """One build of an engine, installed under its version and current."""

    def __init__(self, params: Params, record: Record) -> None:
        self._wanted = wanted_of(params)
        self._jobs: int = params["jobs"]
        self._timeout: float = params["timeout"]
        self._lock: socket.socket

    def enter(self) -> None:
        """Take the lock of the builds on this host.  It ends with this process, and with the compilers that have it."""
        self._lock = hold_lock(self._wanted.home, self._timeout)

    def observe(self) -> State:
        """Inspect the host, and the archive where it is needed."""
        wanted = self._wanted
        return observe.observe(wanted, builds=wanted.method == "source" and bool(wanted.archive))

    def plan(self, state: State) -> list[Step]:
        """Return the steps that are left."""
        return plan(self._wanted, state)

    def execute(self, steps: t.Sequence[Step], state: State) -> t.Sequence[Step]:
        """Do the first step."""
        execute(steps[0], self._wanted, state, self._jobs, self._timeout, self._lock.fileno())
        return steps[:1]

    def render(self, state: State) -> str:
        """Return builds and links as lines."""
        lines = [f"{name}\n" for name in state.installed]
        lines += [f"{path} -> {target}\n" for path, target in state.links if target]
        return "".join([*lines, f"current -> {state.current}\n" if state.current else ""])

    def result(self, state: State) -> dict[str, t.Any]:
        """Return where the build is, and what goes on with another one."""
        wanted = self._wanted
        return {
            "path": wanted.path,
            "builds": list(state.installed),
            "current": state.current,
            "packed": packed(wanted) if wanted.pack and state.packed and wanted.name in state.installed else None,
            "warnings": warnings(wanted, state) if wanted.activate else [],
        }
