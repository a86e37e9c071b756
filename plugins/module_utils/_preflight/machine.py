# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What distinguishes one machine from another."""

from __future__ import annotations

import os

BOOT_ID = "/proc/sys/kernel/random/boot_id"
MOUNTS = "/proc/self/ns/mnt"


def machine() -> str:
    """Return what distinguishes this machine from others: its boot, and the files that this process sees.

    Containers of one machine have one kernel and see other files each. Empty where a kernel has neither.
    """
    try:
        with open(BOOT_ID, encoding="ascii") as stream:
            return f"{stream.read().strip()} {os.stat(MOUNTS).st_ino}"
    except OSError:
        return ""
