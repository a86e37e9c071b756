# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's package: what of it is missing, and its own server, which must not listen and may be in use."""

from __future__ import annotations

import glob
import grp
import os
import pwd
import signal
import typing as t
from dataclasses import dataclass, replace

from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from .._preflight import proc
from .._wait import poll
from .commands import run, systemd_runs, text_of

UNITS = "/etc/systemd/system"
DPKG = "/usr/bin/dpkg-query"
DPKG_JOURNAL = "/var/lib/dpkg/updates"
RUN_LEVELS = ("2", "3", "4", "5")
STOP_WITHIN = 60.0


@dataclass(frozen=True)
class Service:
    """One service as this host has it."""

    name: str
    running: bool
    masked: bool
    own_unit_file: bool
    started_by_links: bool
    has_links: bool


Services = tuple[Service, ...]


@dataclass(frozen=True)
class Stop:
    """Stop the running server; its data stays."""

    name: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"stop the package's own service {self.name}"

    def apply(self, state: Services) -> Services:
        """Return the services with this one stopped."""
        return tuple(replace(one, running=False) if one.name == self.name else one for one in state)


@dataclass(frozen=True)
class Forbid:
    """Keep the service from ever being started: by systemd, by its init script, by the package."""

    name: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"forbid the package's own service {self.name} to start"

    def apply(self, state: Services) -> Services:
        """Return the services with this one forbidden."""
        return tuple(
            replace(one, masked=True, started_by_links=False, has_links=True) if one.name == self.name else one
            for one in state
        )


Step = t.Union[Stop, Forbid]


def plan(state: Services, existing: str) -> list[Step]:
    """Return what to do about the services; raise Refused where one may be in use."""
    steps: list[Step] = []
    for one in state:
        if one.running and existing == "keep":
            continue
        if one.running and existing == "refuse":
            raise Refused(
                f"the package's own service {one.name} runs on this host, and this collection did not start it",
                hint="If it is not needed, set redis_install_existing_service to 'stop' (its data files stay); "
                "to let it go on beside the instances, to 'keep'.",
            )
        if one.running:
            steps.append(Stop(one.name))
        if not one.masked and one.own_unit_file:
            raise Refused(
                f"{UNITS}/{one.name}.service is a unit file that was written on this host",
                hint="Move it to another name: the package would start it when it is installed.",
            )
        if not one.masked or one.started_by_links or not one.has_links:
            steps.append(Forbid(one.name))
    return steps


class EnginePackageOperation(Operation[Services, Step]):
    """The package's own services: forbidden, or kept where they are in use."""

    def __init__(self, params: t.Mapping[str, t.Any], record: t.Callable[[str, str], None]) -> None:
        self._services = params["services"]
        self._existing = params["existing"]
        self._params = params

    def observe(self) -> Services:
        """Inspect each service."""
        return tuple(_observe(one["name"], one["pid_file"]) for one in self._services)

    def plan(self, state: Services) -> list[Step]:
        """Return what is left to do."""
        return plan(state, self._existing)

    def execute(self, steps: t.Sequence[Step], state: Services) -> t.Sequence[Step]:
        """Do the first step."""
        step = steps[0]
        if isinstance(step, Stop):
            pid_file = next(one["pid_file"] for one in self._services if one["name"] == step.name)
            _stop(step.name, pid_file)
        else:
            _forbid(step.name)
        return steps[:1]

    def render(self, state: Services) -> str:
        """Return the services as lines."""
        return "".join(
            f"{one.name}: {'running' if one.running else 'not running'}, {'masked' if one.masked else 'not masked'}\n"
            for one in state
        )

    def result(self, state: Services) -> dict[str, t.Any]:
        """Return which services run, and what of packages and account is missing."""
        packages = self._params["packages"]
        present = installed(packages)
        return {
            "running": [one.name for one in state if one.running],
            "missing": [name for name in packages if name not in present],
            "interrupted": dpkg_interrupted(),
            "account": _account(self._params["user"], self._params["group"]),
        }


def is_settled(params: t.Mapping[str, t.Any], record: t.Callable[[str, str], None]) -> bool:
    """Return whether there is nothing to do for package, services and account; raise Refused as the operation does."""
    operation = EnginePackageOperation(params, record)
    state = operation.observe()
    needed = operation.plan(state)
    found = operation.result(state)
    return not (needed or found["missing"] or found["interrupted"]) and bool(found["account"])


def installed(packages: t.Sequence[str]) -> set[str]:
    """Return those of the packages that are installed and configured."""
    if os.path.exists(DPKG):
        said = run([DPKG, "-W", "-f=${Package} ${db:Status-Status}\n", *packages], allowed=None)
        return {line.split()[0] for line in said.splitlines() if line.endswith(" installed")}
    said = run(["rpm", "-q", "--qf", "%{NAME}\n", *packages], allowed=None)
    return set(said.splitlines()) & set(packages)


def dpkg_interrupted() -> bool:
    """Return whether dpkg was killed at work: until that is repaired, it installs nothing."""
    try:
        return any(name.isdigit() for name in os.listdir(DPKG_JOURNAL))
    except OSError:
        return False


def _account(user: str, group: str) -> bool:
    """Return whether the user exists, and the group is its main one."""
    try:
        return pwd.getpwnam(user).pw_gid == grp.getgrnam(group).gr_gid
    except KeyError:
        return False


def _observe(name: str, pid_file: str) -> Service:
    unit = f"{UNITS}/{name}.service"
    masked = os.path.islink(unit) and os.path.realpath(unit) == os.devnull
    links = _links(name)
    return Service(
        name=name,
        running=_running(name, pid_file),
        masked=masked,
        own_unit_file=os.path.isfile(unit) and not os.path.islink(unit),
        started_by_links=any(os.path.basename(link).startswith("S") for link in links),
        has_links=bool(links) or not _run_levels(),
    )


def _running(name: str, pid_file: str) -> bool:
    if systemd_runs():
        active = run(["systemctl", "is-active", f"{name}.service"], allowed=None).strip()
        return active in ("active", "activating", "reloading")
    return _server_pid(pid_file) is not None


def _server_pid(pid_file: str) -> int | None:
    said = (text_of(pid_file) or "").strip()
    if not said.isdigit():
        return None
    seen = proc.process(int(said))
    return seen.pid if seen is not None and seen.name.endswith("-server") else None


def _stop(name: str, pid_file: str) -> None:
    if systemd_runs():
        run(["systemctl", "stop", f"{name}.service"])
        return
    pid = _server_pid(pid_file)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    poll(
        lambda: proc.state(pid),
        lambda now: f"it is in state {now}" if now else "",
        awaiting=f"the end of {name} (pid {pid})",
        timeout=STOP_WITHIN,
    )


def _forbid(name: str) -> None:
    unit = f"{UNITS}/{name}.service"
    try:
        os.makedirs(UNITS, exist_ok=True)
        if os.path.islink(unit):
            os.unlink(unit)
        os.symlink(os.devnull, unit)
        _stop_links(name)
    except OSError as error:
        raise CollectionError(f"{name} cannot be kept from starting: {error.filename}: {error.strerror}") from error
    if systemd_runs():
        run(["systemctl", "daemon-reload"])


def _stop_links(name: str) -> None:
    """Create "do not start" links in all run levels: the package adds none where there are some."""
    for link in _links(name):
        os.unlink(link)
    for directory in _run_levels():
        os.symlink(f"../init.d/{name}", f"{directory}/K01{name}")


def _links(name: str) -> list[str]:
    return [link for directory in _run_levels() for link in glob.glob(f"{directory}/[SK][0-9][0-9]{name}")]


def _run_levels() -> list[str]:
    return [path for path in (f"/etc/rc{level}.d" for level in RUN_LEVELS) if os.path.isdir(path)]
