# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight says of a running cluster before anything is installed."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_ahead import refuse_unlisted
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

from .worlds import completed, lose_identity, wish

SIX = wish(["a", "a", "b", "b", "c", "c"])
WHOLE = completed(SIX)
NAMES = [node.name for node in WHOLE.nodes]


@pytest.mark.parametrize("noticed", ["noaddr", "fail"])
@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_lost_its_identity_is_left_to_the_run(name: str, noticed: str) -> None:
    refuse_unlisted(lose_identity(WHOLE, name, noticed=noticed), NAMES, "redis_cluster")


def test_a_member_that_the_inventory_lacks_is_named() -> None:
    seen = Observed(WHOLE.nodes[:-1])
    with pytest.raises(Refused) as refused:
        refuse_unlisted(seen, NAMES[:-1], "redis_cluster")
    assert refused.value.data["unlisted"] == [NAMES[-1]]
