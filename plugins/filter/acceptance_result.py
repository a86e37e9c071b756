# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.acceptance_result``."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import checks

DOCUMENTATION = r"""
name: acceptance_result
version_added: 0.1.0
short_description: The verdict of an acceptance, from what was observed
description:
  - Used by role P(almashooq.redis.redis_acceptance#role).
options:
  _input:
    description: What was observed; see the role's tasks.
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the verdict
  ansible.builtin.debug:
    msg: "{{ seen | almashooq.redis.acceptance_result }}"
"""

RETURN = r"""
_value:
  description: The result, with C(passed), C(summary), C(items), C(nodes) and C(drills).
  type: dict
"""


COLLECTION = pathlib.Path(__file__).resolve().parents[2]


def acceptance_result(seen: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the verdict, with the version of the collection that has made it."""
    return checks.result({"collection": _version(), **seen})


def _version() -> str:
    """Return the version as the installed collection tells it, or the checkout."""
    manifest = COLLECTION / "MANIFEST.json"
    if manifest.exists():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    found = re.search(r"^version: (\S+)$", (COLLECTION / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"acceptance_result": acceptance_result}
