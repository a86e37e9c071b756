# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as a module gets them."""

from __future__ import annotations

import json
import typing as t


def plain(value: t.Any) -> t.Any:
    """Return a value made of JSON's types alone: what Ansible adds to them is gone, a vault's value is its text."""
    return json.loads(json.dumps(value, default=str))
