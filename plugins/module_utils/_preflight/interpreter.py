# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can the Python that Ansible uses on this host get the Redis client at all?  The package serves one Python only."""

from __future__ import annotations

import importlib.util
import os
import sys

# What the distribution's package python3-redis installs for.
OF_THE_DISTRIBUTION = ("/usr/bin/python3", "/usr/libexec/platform-python")


def trouble(executable: str = sys.executable) -> list[str]:
    """Return why no installed package can help this Python; nothing where it has the client or will get it."""
    if importlib.util.find_spec("redis") is not None or _is_served(executable):
        return []
    return [
        (
            f"ansible_python_interpreter is {executable}, which has no module redis, and the distribution's package "
            f"python3-redis does not install it there: run `{executable} -m pip install redis` on this host, or set "
            "ansible_python_interpreter to /usr/bin/python3"
        )
    ]


def _is_served(executable: str) -> bool:
    # The base prefix of a virtual environment is /usr as well, its own prefix is not.
    if sys.prefix != sys.base_prefix:
        return False
    return os.path.realpath(executable) in {os.path.realpath(path) for path in OF_THE_DISTRIBUTION}
