# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe a cluster (doc fragment ``cluster``)."""

from __future__ import annotations

import typing as t

from .._argspec import NODES
from .desired import COMPROMISES

CLUSTER: dict[str, dict[str, t.Any]] = {
    "nodes": NODES,
    "accept_placement": {"type": "list", "elements": "str", "choices": list(COMPROMISES), "default": []},
}
