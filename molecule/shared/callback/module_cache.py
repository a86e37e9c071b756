# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the archives that Ansible makes of modules from one run to the next: making them is a tenth of a
run's processor time.

Ansible has them in the temporary directory of a run; here that is a link to a directory of this checkout, which has
the content of all plugins in its name.
"""

from __future__ import annotations

import hashlib
import pathlib
import sys

import ansible.constants
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__

ROOT = pathlib.Path(__file__).resolve().parents[3]
DOCUMENTATION = r"""
name: module_cache
type: aggregate
short_description: Keep the archives of modules from one run to the next
description:
  - For the tests of this collection.
"""


def directory() -> pathlib.Path:
    """Return the directory of the archives of this Ansible, this Python and these plugins."""
    seen = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        seen.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return ROOT / ".cache" / "modules" / seen.hexdigest()[:16]


class CallbackModule(CallbackBase):
    """Links the directory when a run starts."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "module_cache"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        kept = directory()
        kept.mkdir(parents=True, exist_ok=True)
        pathlib.Path(ansible.constants.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(kept)
