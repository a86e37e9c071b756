# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of one step: whatever its module comes to is an entry of the journal, and no end of the run."""

from __future__ import annotations

import json
import typing as t
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.almashooq.redis.plugins.action import acceptance_drill
from ansible_collections.almashooq.redis.plugins.action.run_by import FACT
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.plan_steps import (
    PREFERRED,
    PUT_BACK,
    RETURN,
    STOP,
    TAKEOVER,
    WRITE,
)

from .worlds import LAYOUT, NEW, OLD, SET, World, drill

Called = t.Callable[..., dict[str, t.Any]]
LOGIN = {"username": "admin", "password": "at instances", "connect_timeout": 3.0}
SENTINEL = {"sentinel_username": "watcher", "sentinel_password": "at Sentinels"}


class Asked(t.NamedTuple):
    """The module that was called, and its options."""

    module: str
    options: dict[str, t.Any]


def do(name: str, module: Called, journal: t.Sequence[dict[str, t.Any]] = ()) -> tuple[dict[str, t.Any], list[Asked]]:
    """Do a step of a drill of the set, and return what the action returns with what it has called."""
    (step,) = (one.as_dict() for one in drill(SET, "kill") if one.name == name)
    args = {**LOGIN, **SENTINEL, "step": step, "journal": list(journal), "deployment": World(SET).about}
    task = mock.Mock(args=args, async_val=0, check_mode=False)
    asked: list[Asked] = []

    def execute(name: str, module_args: dict[str, t.Any], task_vars: object) -> dict[str, t.Any]:
        asked.append(Asked(name.removeprefix("almashooq.redis."), module_args))
        return module()

    action = acceptance_drill.ActionModule(task, mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock())
    hostvars = {"alpha": {"__redis_acceptance_host": {"told": {}, "layout": LAYOUT}}}
    with mock.patch.object(action, "_execute_module", execute):
        return action.run(task_vars={"hostvars": hostvars}), asked


def entry(step: str, problem: str = "", **result: t.Any) -> dict[str, t.Any]:
    """Return an entry of the journal."""
    return {"shard": OLD, "step": step, "began": 1.0, "ended": 2.0, "problem": problem, "result": result}


def test_a_host_that_a_step_has_changed_has_an_end_of_the_run_to_record() -> None:
    # Not a writer: its keys expire, and nothing of it is recorded.
    facts = {one: do(one, lambda: {"changed": True})[0].get("ansible_facts", {}) for one in (STOP, WRITE)}
    assert [set(one) for one in facts.values()] == [{FACT}, set()]
    assert facts[STOP][FACT].startswith("ansible-local-")
    assert "ansible_facts" not in do(STOP, lambda: {"changed": False})[0]


def test_what_a_module_returns_that_others_need_is_in_the_journal() -> None:
    before = [entry(WRITE)]
    told, _asked = do(TAKEOVER, lambda: {"successor": NEW, "at": 4.5, "invocation": {}, "changed": False}, before)
    *kept, last = told["journal"]
    assert kept == before
    assert (last["step"], last["problem"], last["result"]) == (TAKEOVER, "", {"successor": NEW, "at": 4.5})
    assert last["began"] <= last["ended"]
    assert (told["changed"], told["problems"]) == (False, [])


def unreachable() -> dict[str, t.Any]:
    """Fail as a host does that does not answer."""
    raise AnsibleConnectionFailure("no route to host")


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        (lambda: {"failed": True, "msg": "it broke", "at": 1.0}, "it broke"),
        (lambda: {"failed": True}, "it failed"),
        (unreachable, "no route to host"),
    ],
    ids=["a module fails", "without a message", "its host is lost"],
)
def test_a_step_that_fails_does_not_end_the_run(module: Called, problem: str) -> None:
    told, _asked = do(STOP, module)
    assert not told.get("failed")
    assert (told["problems"], told["warnings"]) == ([problem], [problem])
    assert told["journal"][-1]["result"] == {}
    assert do(TAKEOVER, dict, told["journal"])[0]["skipped"]
    assert "skipped" not in do(PUT_BACK, dict, told["journal"])[0]


def test_a_step_that_is_not_due_calls_nothing_and_keeps_the_journal() -> None:
    before = [entry(STOP, "it broke")]
    told, asked = do(RETURN, dict, before)
    assert (told["skipped"], told["journal"], asked) == (True, before, [])


def test_each_module_has_the_logins_that_it_takes() -> None:
    journal = [entry(TAKEOVER, successor=NEW)]
    (writer,) = do(WRITE, dict)[1]
    (fault,) = do(STOP, dict)[1]
    (watch,) = do(PREFERRED, dict, journal)[1]
    (switch,) = do(RETURN, dict, journal)[1]
    both = {**LOGIN, **SENTINEL}
    assert [one.module for one in (writer, watch)] == ["acceptance_writer", "acceptance_watch"]
    assert {name: writer.options.get(name) for name in both} == {**LOGIN, **dict.fromkeys(SENTINEL)}
    assert {name: watch.options.get(name) for name in both} == both
    assert (switch.module, {name: switch.options.get(name) for name in both}) == ("sentinel_switchover", both)
    assert {name: fault.options[name] for name in ("admin_user", "admin_password")} == {
        "admin_user": "admin",
        "admin_password": "at instances",
    }
    assert not {*both} & {*fault.options}


@pytest.mark.parametrize("step", [WRITE, STOP])
def test_no_login_is_in_what_the_action_returns(step: str) -> None:
    told, _asked = do(step, lambda: {"invocation": {"module_args": LOGIN}, "plan": ["one"], "changed": True})
    assert told["journal"][-1]["result"] == {"plan": ["one"]}
    assert "at instances" not in json.dumps(told)


def test_modules_that_take_the_lock_are_told_who_runs_them() -> None:
    journal = [entry(TAKEOVER, successor=NEW)]
    asked = [one for name in (WRITE, STOP, PREFERRED, RETURN) for one in do(name, dict, journal)[1]]
    assert {one.module: "run_by" in one.options for one in asked} == {
        "acceptance_writer": False,
        "acceptance_fault": True,
        "acceptance_watch": False,
        "sentinel_switchover": True,
    }
