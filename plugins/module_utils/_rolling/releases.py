# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a restart may change the engine or its release: pure functions over the table of ``edges``.

Playbooks rolling_restart and upgrade refuse the same.  Consent to a change of the release never helps where the table
says that the new one cannot take over the data.
"""

from __future__ import annotations

from . import edges

ROLL, TEXT_AOF, NO_WAY = "roll", "text AOF", "none"


def change(running: str, installed: str) -> bool:
    """Return whether the two, each as ``valkey 8.1.8``, are of different engines or releases; patches do not count."""
    return bool(running and installed) and edges.release(running) != edges.release(installed)


def refusal(running: str, installed: str, *, clustered: bool, untested: bool = False) -> str:
    """Return why a member must not be restarted into another release, as the end of a sentence; empty if it may.

    ``untested`` is the user's consent to a change that was never tried: upward within an engine only.
    """
    why = edges.refusal(running, installed, clustered=clustered)
    if why or edges.known(running, installed):
        return why
    if untested and edges.upward(running, installed):
        return ""
    possible = edges.targets(running, clustered=clustered)
    from_here = f"known from {edges.release(running) or running} are: {', '.join(possible) or 'none'}"
    consent = (
        "; playbook upgrade with redis_upgrade_untested: true allows it" if edges.upward(running, installed) else ""
    )
    return f"this change was not tested ({from_here}{consent})"


def cannot_follow(reader: str, writer: str) -> bool:
    """Return whether a replica is known not to load a full sync of its primary, each with its version.

    It may follow all the same, by partial resyncs, until something makes it ask for a full one.
    """
    return edges.loads(reader, writer) == edges.NO


def is_lost(reader: str, writer: str, installed: str) -> bool:
    """Return whether only another version brings back a replica that is out of sync.

    Its primary runs a release from which it cannot load everything, and the installed one can.  It looks healthy after
    the switchover, by a partial resync, and is lost with the next full one: it comes first, and is not waited for.
    """
    return edges.loads(reader, writer) in (edges.NO, edges.PLAIN) and edges.loads(installed, writer) == edges.YES


def way_back(old: str, new: str, *, clustered: bool) -> str:
    """Return how members come back from the new version: by a roll, by a text AOF while all are stopped, or not."""
    if refusal(new, old, clustered=clustered) == "":
        return ROLL
    return TEXT_AOF if edges.text_loads(old, new) == edges.YES else NO_WAY
