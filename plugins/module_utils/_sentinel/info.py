# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Sentinels watch, from any of them that answers: a read, which wants nothing."""

from __future__ import annotations

import time
import typing as t

from .._addresses import Addresses
from .._client import Access, Connections, Record
from .._errors import Unreachable
from .._nodes import ERROR, DesiredNode, make_desired_nodes
from .._wait import poll
from . import checks, render
from .desired import Desired, DesiredSet, announced_name
from .model import Observed, Sentinel
from .observe import observe


def read_sentinels(
    seeds: t.Sequence[t.Mapping[str, t.Any]], access: Access, record: Record, timeout: float = 0
) -> dict[str, t.Any]:
    """Ask the seeds which servers they know, ask all of them, and return sets, Sentinels and findings.

    With a ``timeout`` (seconds) they are asked again until nothing is wrong; what is wrong at its end is returned.
    Raises Unreachable when no seed answers.
    """
    patient_until = time.monotonic() + timeout

    def errors(report: dict[str, t.Any]) -> str:
        if time.monotonic() >= patient_until:
            return ""
        return "; ".join(one["message"] for one in report["findings"] if one["severity"] == ERROR)

    # The patience ends before the deadline: what is wrong then is the answer.
    return poll(
        lambda: _read(seeds, access, record), errors, awaiting="the Sentinels to be healthy", timeout=2 * timeout + 1
    )


def _read(seeds: t.Sequence[t.Mapping[str, t.Any]], access: Access, record: Record) -> dict[str, t.Any]:
    resolve = Addresses()
    wanted = make_desired_nodes(seeds)
    announced = tuple((one.name, announced_name(seed, resolve)) for one, seed in zip(wanted, seeds))
    first = observe(wanted, Connections(wanted, access, record), resolve)
    if all(one.problem for one in first):
        said = "; ".join(f"{one.name} is {one.problem}: {one.detail}" for one in first)
        raise Unreachable(f"no Sentinel answers: {said}", hint="Give the address of one that is up.")
    everybody = _everybody(wanted, announced, first)
    others = observe(everybody[len(wanted) :], Connections(everybody, access, record), resolve)
    observed = Observed((*first, *others))
    found = checks.findings(observed, Desired(everybody, _sets(observed), announced=announced))
    if others:
        found = [one for one in found if one.check != "sentinel-zones"]  # theirs are not known
    # Whether what is down is a phantom, or only down, cannot be decided here: it is not healthy.
    failing = any(one.severity == ERROR or one.check == "phantom" for one in found)
    return {**render.report(observed, found), "healthy": not failing}


def _everybody(
    seeds: tuple[DesiredNode, ...], announced: tuple[tuple[str, str], ...], first: t.Sequence[Sentinel]
) -> tuple[DesiredNode, ...]:
    """Return the seeds, and the Sentinels that they know and can reach; another one is a phantom, as it looks."""
    known = {peer.name for one in first for watch in one.watches for peer in watch.peers if not peer.down}
    others = sorted(known - {name for _seed, name in announced})
    return (*seeds, *(_wanted(name) for name in others))


def _sets(observed: Observed) -> tuple[DesiredSet, ...]:
    """Return the sets with all that any Sentinel can reach: who sees less is a finding."""
    sets: dict[str, DesiredSet] = {}
    for one in observed.sentinels:
        for watch in one.watches:
            nodes = {watch.primary, *(replica.name for replica in watch.replicas if not replica.down)}
            before = sets.get(watch.set)
            nodes |= {node.name for node in before.nodes} if before else set()
            quorum = int(watch.setting("quorum") or 1)
            sets[watch.set] = DesiredSet(
                watch.set, watch.primary, tuple(_wanted(name) for name in sorted(nodes)), quorum
            )
    return tuple(sets.values())


def _wanted(name: str) -> DesiredNode:
    address, _colon, port = name.rpartition(":")
    address = address.strip("[]")
    return DesiredNode(address, int(port), address, address)
