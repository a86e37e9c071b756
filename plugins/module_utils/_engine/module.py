# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One way through for every module: Ansible's side of it.

The only file that knows check mode, diff, and how an error becomes a module's JSON.  Check mode is
"the plan was not executed"; the diff is the model rendered before and after.
"""

from __future__ import annotations

import dataclasses
import traceback
import typing as t

from ansible.module_utils import basic
from ansible.module_utils.common.parameters import remove_values

from .._client import REDIS_IMPORT_ERROR
from .._errors import UNCHANGED, CollectionError, Refused, concluded
from .._history.journal import Journal
from .._text import misplaced_secrets
from .loop import Change, Operation, Report, entered, run
from .steps import State

Record = t.Callable[[str, str], None]
Params = t.Mapping[str, t.Any]

# Verbosity (-vvv) from which the commands sent to the servers are part of the result.
COMMANDS_FROM_VERBOSITY = 3


class AnsibleModule(basic.AnsibleModule):  # type: ignore[misc]
    """A module whose host logs no secret that is inside of a list or a dictionary.

    Ansible looks for secrets in the text that Python makes of such an option, in which quotes, backslashes and line
    breaks are escaped, and from which it has already cut what looks like the password of an address, anything between
    a colon and an @. A secret that has any of them was not found there, and the rest of it was logged. So they are
    masked one by one, before there is a text.
    """

    params: dict[str, t.Any]

    def _log_invocation(self) -> None:
        given, self.params = self.params, remove_values(self.params, self.no_log_values)
        try:
            super()._log_invocation()
        finally:
            self.params = given


def converge(
    module: AnsibleModule,
    make_operation: t.Callable[[Params, Record], Operation[State, Change]],
    *,
    needs_client: bool = True,
) -> None:
    """Bring the world to what the module's parameters describe, and exit the module.

    A module that never talks to a server sets ``needs_client=False``: it may run before anything
    is installed.
    """
    _hide_misplaced(module)
    if needs_client:
        require_client(module)
    report = Report()
    others: dict[str, t.Any] = {}
    journal = _journal(module)
    try:
        with journal, entered(make_operation(module.params, _recorder(module, others))) as operation:
            before, after = run(operation, report, check=module.check_mode, note=journal.note)
            if getattr(module, "_diff", False):
                others["diff"] = {"before": operation.render(before), "after": operation.render(after)}
            others.update(operation.result(after))
            journal.left = others.get("remaining", ())
    except CollectionError as error:
        _warn_unrecorded(module, journal)
        done, failed = ([one["step"] for one in part] for part in (report.done, report.failed_steps))
        # Earlier tasks may have installed and started something; only the preflight and check mode speak for a run.
        unchanged = UNCHANGED if module.check_mode else "This task has changed nothing."
        result = {**error.result(), "msg": concluded(str(error), done, failed, unchanged)}
        module.fail_json(**{**dataclasses.asdict(report), **others, **result})
    for text in others.pop("warnings", ()):
        module.warn(text)
    _warn_unrecorded(module, journal)
    module.exit_json(**{"changed": report.changed, "plan": report.plan, "done": report.done, **others})


def converge_action(
    task: t.Any, params: Params, make_operation: t.Callable[[Params, Record], Operation[State, Change]]
) -> dict[str, t.Any]:
    """Return what ``converge`` ends with, for the task of an action, which works on the controller without a client."""
    try:
        converge(t.cast(AnsibleModule, _Action(task, params)), make_operation, needs_client=False)
    except _Ended as ended:
        return ended.result
    raise RuntimeError("an operation has ended without a result")


class _Ended(Exception):
    """The result that an operation of an action has ended with."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__()
        self.result = result


class _Action:
    """What ``converge`` uses of a module; an action ends by returning, and Ansible shows the warnings of its result."""

    def __init__(self, task: t.Any, params: Params) -> None:
        self.params = params
        self.check_mode = bool(task.check_mode)
        self.no_log_values: set[str] = set()
        self._diff = bool(task.diff)
        self._warnings: list[str] = []

    def warn(self, text: str) -> None:
        self._warnings.append(text)

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        if self._warnings:
            result["warnings"] = self._warnings
        raise _Ended(remove_values(result, self.no_log_values))

    def fail_json(self, **result: t.Any) -> t.NoReturn:
        self.exit_json(**result, failed=True)


def read(
    module: AnsibleModule,
    function: t.Callable[[Params, Record], dict[str, t.Any]],
    *,
    needs_client: bool = True,
) -> None:
    """Exit the module with what a reading function returns; nothing is changed."""
    _hide_misplaced(module)
    if needs_client:
        require_client(module)
    report: dict[str, t.Any] = {"changed": False}
    try:
        report.update(function(module.params, _recorder(module, report)))
        for text in report.pop("warnings", ()):
            module.warn(text)
    except Refused as error:
        module.fail_json(**{**report, **error.result(), "msg": concluded(str(error))})
    except CollectionError as error:
        module.fail_json(**{**report, **error.result()})
    module.exit_json(**report)


def require_client(module: AnsibleModule) -> None:
    """Fail the module, with the remedy, where redis-py is missing."""
    if REDIS_IMPORT_ERROR is not None:
        module.fail_json(
            msg=basic.missing_required_lib("redis", reason="(Debian package python3-redis, or role redis_install)"),
            exception="".join(traceback.format_exception_only(type(REDIS_IMPORT_ERROR), REDIS_IMPORT_ERROR)),
        )


def _journal(module: AnsibleModule) -> Journal:
    """Return the journal of a call: what Ansible blanks in a result it blanks in a record, too."""
    return Journal(
        str(getattr(module, "_name", None) or ""),
        module.params,
        lambda texts: remove_values(texts, module.no_log_values),
    )


def _warn_unrecorded(module: AnsibleModule, journal: Journal) -> None:
    if journal.problem:
        module.warn(journal.problem)


def _hide_misplaced(module: AnsibleModule) -> None:
    """Make Ansible blank secrets in an option that is shown: the refusal shows the options, too."""
    for values in misplaced_secrets([module.params]).values():
        module.no_log_values.update(values)


def _recorder(module: AnsibleModule, report: dict[str, t.Any]) -> Record:
    if getattr(module, "_verbosity", 0) < COMMANDS_FROM_VERBOSITY:
        return lambda node, command: None
    commands: list[str] = report.setdefault("commands", [])
    return lambda node, command: commands.append(f"{node} {command}")
