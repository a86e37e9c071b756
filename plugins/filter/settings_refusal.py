# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.settings_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._instance import precheck

DOCUMENTATION = r"""
name: settings_refusal
version_added: 0.1.0
short_description: Why the settings of a host's instances are refused
description:
  - Returns a sentence about directives that cannot be set, that would cut an instance off from what depends on it, or
    whose list the engine would not take as a whole. Returns nothing where there is no such directive.
  - M(almashooq.redis.instance) refuses the same; the filter needs no host, so that it can do so before any is touched.
positional: settings, secret_settings
options:
  _input:
    description: The instances, as the filter P(almashooq.redis.node_instances#filter) returns them.
    type: list
    elements: dict
    required: true
  settings:
    description: Directives of all instances of the host.
    type: dict
    required: true
  secret_settings:
    description: Directives whose value is a secret. No value of them is returned.
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse what would cut an instance off
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  vars:
    instances: "{{ [{'port': 7000}] | almashooq.redis.node_instances('192.0.2.11', true) }}"
    refusal: "{{ instances | almashooq.redis.settings_refusal({'bind': '127.0.0.1'}, {}) }}"
  when: refusal | length > 0
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""


def settings_refusal(
    instances: t.Sequence[t.Mapping[str, t.Any]],
    settings: t.Mapping[str, t.Any],
    secret_settings: t.Mapping[str, t.Any],
) -> str:
    """Return why these settings are refused; nothing where they need not be."""
    return precheck.refusal(instances, settings, secret_settings)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"settings_refusal": settings_refusal}
