# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.acceptance_evaluate``: the verdict of an acceptance, from what tasks have returned."""

from __future__ import annotations

import datetime
import json
import pathlib
import re
import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import checks, observed, plan_steps
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.checks_common import ITEMS
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain

COLLECTION = pathlib.Path(__file__).resolve().parents[2]
REPORTED = ("health", "replication", "started", "stopped", "prometheus", "load")
OPTIONS: dict[str, dict[str, t.Any]] = {
    "plan": {"type": "dict", "required": True},
    "items": {"type": "list", "elements": "str", "choices": list(ITEMS), "default": list(ITEMS)},
    "accept_domains": {"type": "list", "elements": "str", "default": []},
    "lag": {"type": "float", "default": 1000.0},
    "gap": {"type": "float", "default": 0.0},
    "drill": {"type": "bool", "default": False},
    "confirm": {"type": "str", "default": ""},
    "shards": {"type": "list", "elements": "str", "default": []},
    "fault": {"type": "str", "choices": list(plan_steps.FAULTS), "default": "kill"},
    "return": {"type": "bool", "default": True},
    "with_load": {"type": "bool", "default": True},
    "journal": {"type": "list", "elements": "dict", "default": []},
    **{name: {"type": "dict", "default": {}} for name in REPORTED},
}


class ActionModule(ActionBase):
    """Evaluate what was observed so far: the drills that are to be made, and the result."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the verdict of each item, and the steps of the drills."""
        super().run(tmp, task_vars)
        _checked, given = self.validate_argument_spec(OPTIONS)
        options = plain(given)
        plan, returns = options["plan"], options["return"]
        consent = {"returns": returns, "load": options["with_load"]}
        consent.update({name: options[name] for name in ("drill", "confirm", "shards", "fault")})
        about = {
            "collection": _version(),
            "deployment": plan["deployment"],
            "hosts": plan["told"],
            "items": options["items"],
            "accept_domains": options["accept_domains"],
            "limits": {"lag_ms": options["lag"], "gap_ms": options["gap"]},
            "started": plan["started"],
            "finished": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        }
        reported = {name: options[name] for name in REPORTED}
        seen = observed.seen(about, reported, plan_steps.make_journal(options["journal"]), consent)
        result = checks.result(seen)
        return {
            "changed": False,
            "result": result,
            "lines": [f"{one['name']}: {one['status']}: {one['summary']}" for one in result["items"]],
            "load_skipped": seen.get("load_skipped", ""),
            "refused": seen["drill"]["refused"],
            "steps": [
                step.as_dict()
                for shard in seen["shards"]
                for step in plan_steps.steps(
                    shard, plan["deployment"]["topology"], plan["run"], plan["asks"], options["fault"], returns
                )
            ],
        }


def _version() -> str:
    """Return the version as the installed collection has it, or the checkout."""
    manifest = COLLECTION / "MANIFEST.json"
    if manifest.exists():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    found = re.search(r"^version: (\S+)$", (COLLECTION / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""
