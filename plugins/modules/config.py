#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges the managed configuration of the instances of one host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: config
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.almashooq.redis.plugins.module_utils._instance.config import Config
from ansible_collections.almashooq.redis.plugins.module_utils._instance.options import CONFIG
from ansible_collections.almashooq.redis.plugins.module_utils._run import converge


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=CONFIG, supports_check_mode=True)
    converge(module, Config)


if __name__ == "__main__":
    main()
