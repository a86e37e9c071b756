# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own output without what says nothing: results that changed nothing, skipped tasks, plays without hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: brief
type: stdout
version_added: 0.2.0
short_description: Print plays, changes, messages and failures, and nothing else
description:
  - Ansible's default output without results that changed nothing, skipped tasks, and plays that have no hosts. Changes,
    failures, warnings, and messages of M(ansible.builtin.debug) are shown as the default output shows them.
  - With C(-v) it is the default output. O(display_ok_hosts) and O(display_skipped_hosts) have no effect without it.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - Set it as C(stdout_callback) in section C([defaults]) of V(ansible.cfg), or in E(ANSIBLE_STDOUT_CALLBACK).
author:
  - The almashooq.redis authors (@almashooq)
"""

import typing as t

from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback.default import CallbackModule as Default

HIDDEN = ("display_ok_hosts", "display_skipped_hosts")
MESSAGES = ("debug", "ansible.builtin.debug")


class CallbackModule(Default):  # type: ignore[misc]
    """The default output, of which results without a change are left out."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "almashooq.redis.brief"

    def __init__(self) -> None:
        super().__init__()
        self._is_message = False
        self._waiting: t.Any = None
        self._banner_before: t.Any = None

    def get_option(self, k: str, hostvars: t.Any = None) -> t.Any:
        """Return an option of the default output; what is shown of results is decided here."""
        # Callbacks of Ansible give the parameter this name, other plugins another one.
        if k in HIDDEN and self._display.verbosity == 0:
            return k == "display_ok_hosts" and self._is_message
        return super().get_option(k, hostvars)

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Show the name of a play in one line, once it is known that it has hosts."""
        if self._display.verbosity:
            super().v2_playbook_on_play_start(play)
        else:
            self._play, self._waiting = play, play

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Leave out a play without hosts."""
        if self._display.verbosity:
            super().v2_playbook_on_no_hosts_matched()

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """Show the play that waits for its first task."""
        if self._waiting is not None:
            # Apart from results of the play before.
            blank = "\n" if self._last_task_banner != self._banner_before else ""
            self._display.display(f"{blank}PLAY [{self._waiting.get_name().strip()}]")
            self._waiting, self._banner_before = None, self._last_task_banner
        super().v2_playbook_on_task_start(task, is_conditional)

    def v2_playbook_on_include(self, included_file: t.Any) -> None:
        """Leave out which files are included."""
        if self._display.verbosity:
            super().v2_playbook_on_include(included_file)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Show changes, messages and warnings."""
        if self._display.verbosity or not isinstance(_task(result), TaskInclude):
            self._is_message = _is_message(result)
            super().v2_runner_on_ok(result)
            self._is_message = False

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        """Show changes, messages and warnings of one item of a loop."""
        self._is_message = _is_message(result)
        super().v2_runner_item_on_ok(result)
        self._is_message = False


def _is_message(result: t.Any) -> bool:
    return _task(result).action in MESSAGES or bool(_values(result).get("warnings"))


# ansible-core 2.18 has these under private names.
def _task(result: t.Any) -> t.Any:
    return result.task if hasattr(result, "task") else result._task


def _values(result: t.Any) -> t.Mapping[str, t.Any]:
    return t.cast("t.Mapping[str, t.Any]", result.result if hasattr(result, "result") else result._result)
