# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinels as a test needs them, in one expression."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Known, Observed, Sentinel, Watch

A, B, C = (f"192.0.2.{number}:6379" for number in (11, 12, 13))
S1, S2, S3 = SENTINELS = tuple(f"192.0.2.{number}:26379" for number in (11, 12, 13))
SETTINGS = {"down-after-milliseconds": 5000, "parallel-syncs": 1}


def endpoint(name: str) -> dict[str, t.Any]:
    address, _colon, port = name.rpartition(":")
    return {"address": address, "port": int(port)}


def wish(sentinels: t.Sequence[str] = SENTINELS, **changes: t.Any) -> Desired:
    """The options of the module for one set with three instances, made into a desired state."""
    one = {
        "name": "main",
        "primary": endpoint(A),
        "nodes": [endpoint(name) for name in (A, B, C)],
        "quorum": 2,
        "settings": SETTINGS,
        "auth_user": "sentinel",
        "auth_password": "secret",
        **changes.pop("set", {}),
    }
    params: dict[str, t.Any] = {
        "sentinels": [{**endpoint(name), "zone": name} for name in sentinels],
        "sets": [one],
        "remove": [],
        "settings": {"resolve-hostnames": False},
        "peer_username": None,
        "peer_password": None,
        "forget": False,
        "external": [],
        "leaving": [],
        **changes,
    }
    return make_desired(params)


def watch(name: str, primary: str = A, **changes: t.Any) -> Watch:
    """The set as a Sentinel sees it that knows all members."""
    settings = {**{key: str(value) for key, value in SETTINGS.items()}, "quorum": "2"}
    return Watch(
        set="main",
        primary=primary,
        flags=changes.pop("flags", frozenset(["master"])),
        settings=tuple(sorted({**settings, **changes.pop("settings", {})}.items())),
        replicas=(
            *(Known(one, following=primary) for one in (A, B, C) if one != primary),
            *(Known(one, flags=frozenset(["s_down"])) for one in changes.pop("dead", ())),
        ),
        peers=(
            *(Known(one) for one in SENTINELS if one != name),
            *(Known(one, flags=frozenset(["s_down"])) for one in changes.pop("phantoms", ())),
        ),
        **changes,
    )


def sentinel(name: str, *watches: Watch, **changes: t.Any) -> Sentinel:
    """A Sentinel that answers."""
    return Sentinel(
        name, id=changes.pop("id", f"id-{name}"), settings=(("resolve-hostnames", "no"),), watches=watches, **changes
    )


def fresh() -> Observed:
    """Three Sentinels that watch nothing."""
    return Observed(tuple(sentinel(name) for name in SENTINELS))


def complete(primary: str = A, **changes: t.Any) -> Observed:
    """Three Sentinels that are as wanted."""
    return Observed(tuple(sentinel(name, watch(name, primary, **changes)) for name in SENTINELS))
