#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.daemon``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: daemon
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.almashooq.redis.plugins.module_utils import _run
from ansible_collections.almashooq.redis.plugins.module_utils._instance.daemon import Daemon
from ansible_collections.almashooq.redis.plugins.module_utils._instance.options import DAEMON


def main() -> None:
    """Start or stop the instances of this host."""
    module = AnsibleModule(argument_spec=DAEMON, supports_check_mode=True)
    _run.converge(module, Daemon)


if __name__ == "__main__":
    main()
