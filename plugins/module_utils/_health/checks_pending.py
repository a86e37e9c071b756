# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does an instance still run as it was before a setting, the program or the unit was changed?"""

from __future__ import annotations

import typing as t

from .._nodes import Finding
from .checks_common import finding, unseen
from .desired import Desired
from .model import Observed, Server

CHECK = "pending-restart"
HINT = (
    "It takes effect when this instance is restarted: playbook rolling_restart restarts one member after the other, "
    "and a primary after a switchover."
)
UPGRADE_HINT = "It runs the new version when it is restarted: playbook upgrade first checks what would be in the way."
SUBJECTS = {"(version)": "version", "(program)": "the program", "(unit)": "its unit"}


def pending(observed: Observed, _desired: Desired) -> t.Iterator[Finding]:
    """Yield what waits for a restart; hosts that were not inspected are reported by other checks."""
    for server in observed.answering:
        host = observed.hosts.get(server.host)
        facts = host.instances.get(server.port) if host else None
        if facts is not None:
            yield from _instance(server, facts)


def _instance(server: Server, facts: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    if facts.get("pending") is None and (facts.get("unreadable") or {}).get("pending"):
        yield unseen(CHECK, f"{server.name}: {facts['unreadable']['pending']}", server.name)
    for one in facts.get("pending") or ():
        subject = SUBJECTS.get(str(one["setting"]), f"setting {one['setting']}")
        yield finding(
            CHECK,
            f"{server.name} needs a restart: {subject} is {one['running']}, expected {one['wanted']}",
            server.name,
            observed=f"{one['setting']} {one['running']}",
            expected=str(one["wanted"]),
            hint=UPGRADE_HINT if one["setting"] == "(version)" else HINT,
        )
