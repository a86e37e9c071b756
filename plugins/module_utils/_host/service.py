# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a service needs of its host, in one pass: account, kernel, files, masks, units.

The parts are operations of their own (accounts, kernel, root_files, masks, units), planned in this order; each is
planned on the state that the steps before it lead to, so that check mode shows the whole plan of a new host.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._addresses import every_address
from .._engine.loop import Operation, Report, entered, run
from .._engine.parts import Parts, PartStep
from .._errors import Refused
from .._preflight import proc
from .accounts import Accounts, AccountsOperation
from .commands import SYSTEMD_RUNS, systemd_runs
from .kernel import Kernel, KernelOperation
from .masks import Masks, MasksOperation
from .root_files import Files, FilesOperation, kind
from .unit_plan import STARTED, STOPPED, Units
from .units import UnitsOperation

Params = t.Mapping[str, t.Any]
Record = t.Callable[[str, str], None]

UNIT_FILES = "/etc/systemd/system/"
ANY = ("0.0.0.0", "::")
# Of an address of version 4 to which a socket of version 6 is bound.
MAPPED = "::ffff:"
# What the operations that have a service as a part of theirs do not ask for.
LEFT_OUT: Params = {"masked": (), "systemd": None}
# What a service has that has no account, kernel settings or port of its own, with the defaults of the module.
PLAIN: Params = {"account": None, "kernel": None, "logs": None, "listen": None, "timeout": 300.0, "state": STARTED}


@dataclass(frozen=True)
class Service:
    """What the host has of each part, and what else listens where the service is to (empty: nothing)."""

    accounts: Accounts
    kernel: Kernel
    files: Files
    masks: Masks
    units: Units
    holder: str = ""


def with_consequences(state: Service) -> Service:
    """Return the state with what changed files mean for the units: to be read again, to be restarted.

    A unit is outdated when its process is older than a file that it reads at its start. This is seen on the host, not
    remembered by the run: one that is interrupted between the two is completed by the next.
    """
    files = {entry.path: entry for entry in state.files.found}
    read = [files[entry.path].changed for entry in state.files.wanted if entry.restarts and entry.path in files]
    put = {entry.path.removeprefix(UNIT_FILES) for entry in state.files.found if entry.is_new}
    units = tuple(
        replace(
            unit,
            stale=unit.stale or (unit.load == "loaded" and _template(unit.name) in put),
            outdated=unit.runs and unit.started is not None and any(changed > unit.started for changed in read),
        )
        for unit in state.units
    )
    return replace(state, units=units)


def _template(unit: str) -> str:
    """Return the name of a unit's file: that of the template for an instance of one."""
    name, at, rest = unit.partition("@")
    return f"{name}@.{rest.rpartition('.')[2]}" if at else unit


class ServiceOperation(Parts[Service]):
    """The module's way through."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = {**LEFT_OUT, **params}
        self._record = record
        self._listen: Params | None = self._params["listen"]
        self._wanted: str = self._params["state"]
        self._look_at: t.Sequence[str] = self._params["look_at"]
        self._without_systemd: Params = self._params["systemd"] or {"required": True, "hint": None}
        self._systemd = True
        self._impossible: t.Sequence[str] = ()
        super().__init__(Service, self._made(self._params))

    def enter(self) -> None:
        """Leave out what takes systemd on a host without it."""
        self._systemd = systemd_runs()
        params = self._params
        if not self._systemd:
            # Such a host has nothing to stop.
            self._impossible = [] if self._wanted == STOPPED else [*params["units"], *params["masked"]]
            files = [each for each in params["files"] if not each["path"].startswith(UNIT_FILES)]
            self._parts = self._made({**params, "units": [], "masked": [], "files": files})
        super().enter()

    def _made(self, params: Params) -> dict[str, Operation[t.Any, t.Any]]:
        self._own = {*params["units"], *params["masked"]}
        return {
            "accounts": AccountsOperation(params["account"]),
            "kernel": KernelOperation(params["kernel"]),
            "files": FilesOperation(params, self._record),
            "masks": MasksOperation(params["masked"], UNIT_FILES),
            "units": UnitsOperation(params, _read_by_systemd(params)),
        }

    def before(self, part: str, state: Service) -> Service:
        """Return the state on which a part is planned."""
        return with_consequences(state) if part == "units" else state

    def observe(self) -> Service:
        """Inspect every part, and what listens where the service is to."""
        return replace(super().observe(), holder=self._holder())

    def plan(self, state: Service) -> t.Sequence[PartStep]:
        """Return what is left to do; raise Refused where the service cannot run.

        That is without systemd, where it is required, and where something else has its port.
        """
        if self._impossible and self._without_systemd["required"]:
            raise Refused(
                f"{', '.join(self._impossible)} cannot be run: this host does not run systemd, "
                f"as there is no {SYSTEMD_RUNS}",
                hint=self._without_systemd["hint"],
            )
        if state.holder and self._wanted == STARTED:
            raise Refused(state.holder, hint=self._listen["hint"] if self._listen else None)
        return super().plan(state)

    def result(self, state: Service) -> dict[str, t.Any]:
        """Return what the parts return, and what stands at the paths that were asked for."""
        paths = {path: kind(path) for path in self._look_at}
        return {**super().result(state), "systemd": self._systemd, "paths": paths}

    def _holder(self) -> str:
        """Return a sentence on what listens where the service is to, if it is neither the service nor tolerated."""
        if self._listen is None:
            return ""
        address, port = self._listen["address"], self._listen["port"]
        own = {*self._own, *self._listen["tolerated"]}
        places = set(every_address(address))
        for one in proc.listening_sockets({port}):
            if places.isdisjoint({*ANY, one.address.removeprefix(MAPPED)}) and one.address not in ANY:
                continue
            # Root of a container may not look into every process, but sees whose it is and of which unit.
            units = {one.owner.unit} if one.owner else proc.units_of(one.uid)
            if own.isdisjoint(units):
                who = f"{one.owner.name} (pid {one.owner.pid})" if one.owner else f"a process of user id {one.uid}"
                return f"port {port} of {address} is held by {who}, which is not {', '.join(sorted(self._own))}"
        return ""


def _read_by_systemd(params: Params) -> list[str]:
    """Return the units whose files are put in place, but for those that run, and for templates, which are no units."""
    put = [each["path"].removeprefix(UNIT_FILES) for each in params["files"] if each["path"].startswith(UNIT_FILES)]
    return [name for name in put if name not in params["units"] and "@." not in name]


def planned(params: Params, record: Record) -> dict[str, t.Any]:
    """Return what module ``host_service`` returns in check mode for these options; the others have their defaults."""
    report = Report()
    with entered(ServiceOperation({**PLAIN, **params}, record)) as operation:
        _before, after = run(operation, report, check=True)
        return {**operation.result(after), "plan": report.plan}
