# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module ``replication`` would refuse of a set whose instances run already, reported before anything is changed.

The rest of the run starts instances and Sentinels that are down, so that only what they cannot change is refused here.
"""

from __future__ import annotations

import collections
import dataclasses

from .._errors import Refused
from .desired import Desired
from .discovery import opinions_text, undecided
from .model import Observed
from .plan import plan, refuse_clustered, refuse_foreign, refuse_outsiders


def refuse(observed: Observed, desired: Desired) -> None:
    """Raise Refused for what the run would refuse whatever it starts; ``observed`` has a problem for what is down."""
    known = Observed(tuple(node for node in observed.nodes if not node.problem), observed.opinions)
    _refuse_unknown_primary(observed, desired)
    refuse_clustered(known)
    names = {node.name for node in desired.nodes}
    for node in known.nodes:
        refuse_foreign(node, names | desired.external, desired)
    # What is down and comes back is not a stranger.
    silent = dataclasses.replace(desired, external=desired.external | names)
    refuse_outsiders(known, silent)
    everybody = (
        known.nodes and len(known.nodes) == len(observed.nodes) and not any(one.problem for one in observed.opinions)
    )
    if everybody and not undecided(observed):
        plan(observed, desired)


def _refuse_unknown_primary(observed: Observed, desired: Desired) -> None:
    """Refuse to go on where most of all Sentinels name a primary that the inventory lacks."""
    named = collections.Counter(one.primary for one in observed.opinions if one.primary)
    names = {node.name for node in desired.nodes}
    for name, votes in named.items():
        if votes * 2 > len(observed.opinions) and name not in names | desired.external:
            raise Refused(
                f"the primary of {desired.set!r} is {name}, according to the Sentinels "
                f"({opinions_text(observed.opinions)}), and the inventory has no such instance",
                node=name,
                hint="Put its host back into the group of replication sets, with this port in redis_node_instances: "
                "it has the data. A host that is to leave gets redis_replication_state: absent, once another one is "
                "primary.",
            )
