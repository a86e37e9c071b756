# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight modules' work: parameters in, results out; decisions are in checks and peers."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass

from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from . import access, checks, checks_access, interpreter, listener, peers
from .machine import machine
from .model import OURS, Host, Instance
from .observe import observe

Params = t.Mapping[str, t.Any]
Record = t.Callable[[str, str], None]
# A Sentinel has neither a bus nor a limit for its data, and announces what it binds.
NOTHING: t.Final[Params] = {"bus_port": None, "maxmemory": None, "persistent": False}


def look(params: Params, record: Record) -> dict[str, t.Any]:
    """Inspect this host, and its Sentinel if it is asked for; raise Refused with everything that is in the way."""
    found = _look(params)
    if params["sentinel"] is None:
        return found
    given = params["sentinel"]
    beside = _look({**params, **given, "instances": [{**NOTHING, "port": given["port"]}]})
    return {**found, "warnings": found["warnings"] + beside.pop("warnings"), "sentinel": beside}


def _look(params: Params) -> dict[str, t.Any]:
    arrived = time.time()
    instances = [_instance(one, params) for one in params["instances"]]
    directories = [params[name] for name in ("config_dir", "data_dir", "log_dir", "run_dir")]
    host = observe(params["address"], instances, directories, params["state_file"])
    refused, warnings = _of_the_user(params, instances, host)
    found = checks.problems(host, instances, accept_memory=params["accept_memory_overcommit"])
    refuse([*found, *interpreter.trouble(), *refused])
    states = {one.port: checks.state_of(host, one) for one in instances}
    clock = arrived - params["controller_time"] if params["controller_time"] is not None else None
    return {
        "warnings": warnings,
        "ip": host.ip,
        "machine": machine(),
        "memory": host.memory,
        "service_manager": "systemd" if host.systemd else "daemon",
        "engine": params["server"] is not None and os.path.exists(params["server"]),
        "prepared": os.path.exists(params["config_dir"]),
        "trials": [one.port for one in instances if os.path.exists(f"{params['config_dir']}/{one.port}.trial")],
        "members": [
            {
                "host": params["host"],
                "zone": params["zone"],
                "deployment": params["deployment"],
                "address": host.ip,
                "name": params["address"],
                "port": one.port,
                "bus_port": one.bus_port,
                "announced": _announced(given, one, host.ip),
                "listening": states[one.port] == OURS,
                "configured": os.path.exists(one.managed_file),
                "alone": _is_alone(one.managed_file),
                "identity": _has_content(f"{one.data_dir}/nodes-{one.port}.conf"),
                "clock": clock,
            }
            for given, one in zip(params["instances"], instances)
        ],
        "silent_ports": [port for one in instances if states[one.port] != OURS for port in one.ports],
    }


def _has_content(path: str) -> bool:
    return os.path.exists(path) and os.path.getsize(path) > 0


def _of_the_user(params: Params, instances: t.Sequence[Instance], host: Host) -> tuple[list[str], list[str]]:
    """Return what is refused and what is reported about rights of the service's user, and room for its data."""
    disks = access.disks({one.port: one.data_dir for one in instances})
    refused, reported = checks_access.room(disks, instances, host.memory)
    if params["accept_disk_overcommit"]:
        refused, reported = [], refused + reported
    if params["user"] is None:
        return refused, reported
    homes, logs = [one.data_dir for one in instances], [f"{params['log_dir']}/{one.port}.log" for one in instances]
    managed = [params["config_dir"], params["data_dir"], params["log_dir"], *homes]
    lacking = access.lacking(params["user"], access.needs(homes, [params["config_dir"], *logs], managed))
    refused += checks_access.rights(params["user"], lacking)
    if host.systemd and params["service_manager"] != "daemon":
        refused += checks_access.hidden([params["config_dir"], params["data_dir"], params["log_dir"]])
    return refused, reported


def look_around(params: Params, record: Record) -> dict[str, t.Any]:
    """Compare this host with the others and try to reach them; raise Refused with what is wrong."""
    arrived = time.time()
    me = params["host"]
    everyone = [_member(one, params["listeners"]) for one in params["members"]]
    wrong = peers.duplicates(me, everyone) + peers.taken_announcements(me, everyone)
    clocks = {one["host"]: float(one["clock"]) for one in params["members"] if one["clock"] is not None}
    if me in clocks:
        again = None if params["controller_time"] is None else arrived - params["controller_time"]
        wrong += peers.clock_trouble(me, clocks, params["clock_skew"], again)
    refuse(wrong)
    wanted = peers.targets(me, everyone)
    refuse(peers.unreachable(me, wanted, params["timeout"]))
    return {"reached": len(wanted)}


def refuse(problems: t.Sequence[str]) -> None:
    """Raise Refused with all the problems at once, if there are any."""
    if len(problems) == 1:
        raise Refused(f"{problems[0]}.", problems=list(problems))
    if problems:
        lines = "".join(f"\n- {problem}" for problem in problems)
        raise Refused(
            f"{len(problems)} problems were found:{lines}",
            problems=list(problems),
        )


@dataclass(frozen=True)
class Listening:
    """Whether a temporary listener is there, for the diff and the plan."""

    pid: int | None


@dataclass(frozen=True)
class Listen:
    """Start the temporary listener."""

    ports: tuple[int, ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"listen for a moment on {', '.join(map(str, self.ports))}"

    def apply(self, state: Listening) -> Listening:
        """Return the state with a listener; its pid is not known before it runs."""
        return Listening(pid=0)


@dataclass(frozen=True)
class Release:
    """End the temporary listener."""

    def describe(self) -> str:
        """Return one line for people."""
        return "end the temporary listener"

    def apply(self, state: Listening) -> Listening:
        """Return the state without a listener."""
        return Listening(pid=None)


class ListenerOperation(Operation[Listening, t.Union[Listen, Release]]):
    """The temporary listener of this host: there for this run, or gone."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._started: int | None = None

    def observe(self) -> Listening:
        """Return whose listener is there."""
        return Listening(listener.running(self._params["state_file"]))

    def plan(self, state: Listening) -> t.Sequence[Listen | Release]:
        """Start one that is this run's own, or end whatever is there."""
        if self._params["state"] == "absent":
            return [] if state.pid is None else [Release()]
        if self._started is None:
            return [Listen(tuple(self._params["ports"]))]
        if state.pid != self._started:
            raise CollectionError(
                "the temporary listener was ended by something else",
                hint="Is another run at work on this host?",
            )
        return []

    def execute(self, steps: t.Sequence[Listen | Release], state: Listening) -> t.Sequence[Listen | Release]:
        """Do the one step there is."""
        params = self._params
        if isinstance(steps[0], Release):
            listener.stop(params["state_file"])
        else:
            self._started = listener.start(params["address"], steps[0].ports, params["lifetime"], params["state_file"])
        return steps

    def render(self, state: Listening) -> str:
        """Return the state as a line."""
        return "no temporary listener\n" if state.pid is None else "temporary listener\n"

    def result(self, state: Listening) -> dict[str, t.Any]:
        """Return the pid, for inspection."""
        return {"pid": state.pid}


def _instance(given: Params, params: Params) -> Instance:
    port = given["port"]
    return Instance(
        port=port,
        bus_port=given["bus_port"],
        data_dir=f"{params['data_dir']}/{port}",
        managed_file=f"{params['config_dir']}/{port}.conf",
        pid_file=f"{params['run_dir']}/{port}.pid",
        unit=f"{params['unit']}@{port}.service",
        maxmemory=given["maxmemory"],
        persistent=given["persistent"],
    )


def _member(given: Params, listeners: bool) -> peers.Member:
    return peers.Member(
        host=given["host"],
        address=given["address"],
        port=int(given["port"]),
        bus_port=None if given["bus_port"] is None else int(given["bus_port"]),
        listening=bool(given["listening"]) or listeners,
        deployment=given["deployment"],
        announced=_announcement(given.get("announced")),
    )


def _is_alone(managed_file: str) -> bool:
    """Return whether an instance has been configured to take writes without a replica."""
    try:
        with open(managed_file, encoding="utf-8") as stream:
            given = [line.split()[1:] for line in stream if line.startswith("min-replicas-to-write ")]
    except OSError:
        return False
    return given[-1:] == [["0"]]


def _announced(given: Params, one: Instance, ip: str | None) -> dict[str, t.Any] | None:
    """Return the endpoint that an instance announces, or nothing where it is the one that it binds."""
    bus_port = None if one.bus_port is None else given.get("announce_bus_port") or one.bus_port
    reported = {
        "address": given.get("announce_ip") or ip,
        "port": given.get("announce_port") or one.port,
        "bus_port": bus_port,
    }
    return None if reported == {"address": ip, "port": one.port, "bus_port": one.bus_port} else reported


def _announcement(given: Params | None) -> peers.Announced | None:
    if not given:
        return None
    bus_port = None if given["bus_port"] is None else int(given["bus_port"])
    return peers.Announced(given["address"], int(given["port"]), bus_port)
