# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the files that an instance would start with belong to this deployment?  Pure: from addresses to sentences.

A data directory that was copied from another deployment carries that one's identity: a cluster's nodes file names
its members, ``replicaof`` in an instance's own file its primary, Sentinel's own file what it watches.  A server that
starts on it joins the other deployment, and redirects its clients.  Nothing of that can be undone by a later check.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

COPY = "docs/copies.md describes how to start a copy on purpose, with its data and without its identity."
NOT_STARTED = "It has not been started."


@dataclass(frozen=True)
class Own:
    """An instance of this host: its name, the names under which others may know it, and its deployment's names."""

    name: str
    places: frozenset[str]
    deployment: frozenset[str]


@dataclass(frozen=True)
class NodesFile:
    """What a nodes file contains: the address of the node itself (empty where it has none), and those of the others."""

    path: str
    myself: str
    peers: tuple[str, ...]


@dataclass(frozen=True)
class SentinelFile:
    """What a Sentinel's own file contains: the primaries of the sets, and the other Sentinels."""

    path: str
    primaries: tuple[tuple[str, str], ...]
    sentinels: tuple[str, ...]


class Verdict(t.NamedTuple):
    """Why an instance must not start, and what a person should know of one that may."""

    problem: str = ""
    note: str = ""


def nodes_file(own: Own, file: NodesFile) -> Verdict:
    """Compare a nodes file with the deployment.

    An address of its own that changed is not another identity where the members are those of this deployment; members
    that moved are none where its own address is the configured one.  Where neither fits, the file is another's.
    """
    inside = [peer for peer in file.peers if peer in own.deployment]
    outside = [peer for peer in file.peers if peer not in own.deployment]
    itself = not file.myself or file.myself in own.places
    if not file.peers or (itself and not outside):
        return Verdict()
    if not itself and file.myself in own.deployment:
        return Verdict(
            f"{own.name} would start with the nodes file of {file.myself}, another member of this deployment "
            f"({file.path}), and there would be two servers with one id. Move the data directory aside (keep it), and "
            f"run again: the instance starts empty and becomes a member of its own. {NOT_STARTED}"
        )
    if not inside or (not itself and len(outside) > len(inside)):
        identity = f" as {file.myself}" if not itself else ""
        return Verdict(
            f"{own.name} would start{identity} in another cluster: its nodes file {file.path} names "
            f"{_some(outside)}, not members of this deployment. Started, it would join them, and their clients could "
            "be redirected here. Of a run with --limit: run it with all hosts of the deployment. "
            f"If the directory is a copy: {COPY} If the hosts got new addresses, see "
            f'"New addresses" there. {NOT_STARTED}'
        )
    if not itself:
        return Verdict(note=f"{own.name} was {file.myself} when it last ran: the members learn its new address from it")
    return Verdict(note=f"{own.name} also remembers {_some(outside)}, which is not in the inventory (any more)")


def replica_file(own: Own, path: str, primary: str) -> Verdict:
    """Compare the primary that an instance's own file names with the deployment; empty is none."""
    if not primary or primary in own.deployment:
        return Verdict()
    return Verdict(
        f"{own.name} would start as a replica of {primary}, which is not in this deployment (replicaof in {path}): it "
        f"would follow that primary, and its Sentinels could promote it. If the directory is a copy: {COPY} If "
        f"{primary} was a member and is gone for good, move {path} aside (keep it), and run again: the instance starts "
        f"on its data, and is attached to its set's primary. {NOT_STARTED}"
    )


def sentinel_file(own: Own, file: SentinelFile, sentinels: frozenset[str]) -> Verdict:
    """Compare what a Sentinel's own file watches with the deployment; ``sentinels`` are those of the inventory."""
    outside = [f"{name} at {primary}" for name, primary in file.primaries if primary not in own.deployment]
    remedy = (
        f"Move {file.path} aside (keep it), and run again: this Sentinel starts anew, and the run makes it watch the "
        f"sets. {NOT_STARTED}"
    )
    if outside:
        return Verdict(
            f"Sentinel {own.name} would watch {_some(outside)}, not in this deployment ({file.path}): it would vote in "
            f"the failovers of another one. {remedy}"
        )
    others = sentinels - own.places
    if own.places.intersection(file.sentinels) and others.difference(file.sentinels):
        return Verdict(
            f"Sentinel {own.name} would start with the file of another Sentinel of this deployment ({file.path}), and "
            f"there would be two with one id. {remedy}"
        )
    return Verdict()


def _some(names: t.Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
