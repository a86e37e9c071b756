# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One way through for every module: observe, plan, execute or tell, observe again.

The only file that knows check mode, diff, and how an error becomes a module's JSON.  Check mode is
"the plan was not executed"; the diff is the model rendered before and after.
"""

from __future__ import annotations

import time
import traceback
import typing as t

from ansible.module_utils import basic
from ansible.module_utils.common.parameters import remove_values

from ._client import REDIS_IMPORT_ERROR
from ._errors import CollectionError, claims
from ._text import misplaced_secrets

State = t.TypeVar("State")
Record = t.Callable[[str, str], None]
Params = t.Mapping[str, t.Any]

# Verbosity (-vvv) from which the commands sent to the servers are part of the result.
COMMANDS_FROM_VERBOSITY = 3


class AnsibleModule(basic.AnsibleModule):  # type: ignore[misc]
    """A module whose host logs no secret that is inside of a list or a dictionary.

    Ansible looks for secrets in the text that Python makes of such an option, in which quotes, backslashes and line
    breaks are escaped: a secret that has any of them was not found there, and was logged.
    """

    def _log_invocation(self) -> None:
        self.no_log_values.update({repr(value)[1:-1] for value in self.no_log_values})
        super()._log_invocation()


class Step(t.Protocol[State]):
    """One change: how it reads, and what it does to the model."""

    def describe(self) -> str:
        """Return one line for people: verb, node, value."""

    def apply(self, state: State) -> State:
        """Return the model as it is after this step."""


class Operation(t.Protocol[State]):
    """What one module does; all decisions are in ``plan``."""

    def observe(self) -> State:
        """Ask every node and return plain values."""

    def plan(self, state: State) -> t.Sequence[Step[State]]:
        """Return the steps that are left; raise Refused where nothing may be done."""

    def execute(self, steps: t.Sequence[Step[State]], state: State) -> t.Sequence[Step[State]]:
        """Do the first step, or the first few that belong together, and return those done.

        Returns when their effect is visible; raises DeadlineExceeded when it does not come.
        """

    def settle(self, state: State) -> State:
        """Wait until the end state is verified (nothing is planned any more) and return it."""

    def render(self, state: State) -> str:
        """Return the model as text, for the diff."""

    def result(self, state: State) -> dict[str, t.Any]:
        """Return what the module gives back besides changed, plan, done and diff.

        ``warnings`` in it are texts, which Ansible shows as such.
        """


def converge(
    module: AnsibleModule,
    make_operation: t.Callable[[Params, Record], Operation[State]],
    *,
    needs_client: bool = True,
) -> None:
    """Bring the world to what the module's parameters describe, and exit the module.

    A module that never talks to a server says ``needs_client=False``: it may run before anything
    is installed.
    """
    _hide_misplaced(module)
    if needs_client:
        require_client(module)
    report: dict[str, t.Any] = {"changed": False, "plan": [], "done": [], "remaining": []}
    record = _recorder(module, report)
    try:
        operation = make_operation(module.params, record)
        _converge(module, operation, report)
    except CollectionError as error:
        result = error.result()
        if not module.check_mode:
            # Earlier tasks may have installed and started something; only the preflight and check mode speak for a run.
            result["msg"] = claims(str(error), report["done"])
        module.fail_json(**{**report, **result})
    report.pop("remaining")
    module.exit_json(**report)


def converge_action(
    task: t.Any, params: Params, make_operation: t.Callable[[Params, Record], t.Any]
) -> dict[str, t.Any]:
    """Return what ``converge`` ends with, for the task of an action, which works on the controller without a client.

    What is made is an ``Operation``; it takes steps of its own kinds only, which no type of Python can say here.
    """
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
    except CollectionError as error:
        module.fail_json(**{**report, **error.result()})
    module.exit_json(**report)


def require_client(module: AnsibleModule) -> None:
    """Fail the module, with the way out, where redis-py is missing."""
    if REDIS_IMPORT_ERROR is not None:
        module.fail_json(
            msg=basic.missing_required_lib("redis", reason="(Debian package python3-redis, or role redis_install)"),
            exception="".join(traceback.format_exception_only(type(REDIS_IMPORT_ERROR), REDIS_IMPORT_ERROR)),
        )


def _hide_misplaced(module: AnsibleModule) -> None:
    """Have Ansible blank secrets that stand in an option that is shown: the refusal shows the options, too."""
    for values in misplaced_secrets([module.params]).values():
        module.no_log_values.update(values)


def _converge(module: AnsibleModule, operation: Operation[State], report: dict[str, t.Any]) -> None:
    before = state = operation.observe()
    plan = operation.plan(state)
    report["plan"] = [step.describe() for step in plan]
    report["changed"] = bool(plan)
    if module.check_mode:
        for step in plan:
            state = step.apply(state)
    else:
        state = _execute(operation, state, plan, report)
    if getattr(module, "_diff", False):
        report["diff"] = {"before": operation.render(before), "after": operation.render(state)}
    report.update(operation.result(state))
    for text in report.pop("warnings", ()):
        module.warn(text)


def _execute(
    operation: Operation[State], state: State, plan: t.Sequence[Step[State]], report: dict[str, t.Any]
) -> State:
    report["changed"] = False
    while plan:
        report["remaining"] = [step.describe() for step in plan]
        started = time.monotonic()
        done = operation.execute(plan, state)
        seconds = round(time.monotonic() - started, 3)
        report["done"] += [{"step": step.describe(), "seconds": seconds} for step in done]
        report["changed"] = report["changed"] or bool(done)
        state = operation.observe()
        plan = operation.plan(state)
        if not report["done"]:
            # Nothing of ours has happened yet: another run may have done the work in between.
            report["plan"] = [step.describe() for step in plan]
    report["remaining"] = []
    return operation.settle(state)


def _recorder(module: AnsibleModule, report: dict[str, t.Any]) -> Record:
    if getattr(module, "_verbosity", 0) < COMMANDS_FROM_VERBOSITY:
        return lambda node, command: None
    commands: list[str] = report.setdefault("commands", [])
    return lambda node, command: commands.append(f"{node} {command}")
