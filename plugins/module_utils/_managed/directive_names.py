# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to say of a directive that an engine does not know: the nearest right name, or whose directive it is.

What an engine knows is asked of the engine; only what another engine or version calls the same thing stands here.
Sources: the engines' configuration documentation and release notes of the versions named.
"""

from __future__ import annotations

import difflib
import re
import typing as t

UNKNOWN = re.compile(r"'([^\s']+)[^\n]*Bad directive")
# Close enough to be meant: a letter or two, or a word that was left out.
NEAR = 0.75

# Names of one thing; which of them an engine has is for the engine to say.
SAME: tuple[tuple[str, ...], ...] = (
    # Valkey 8.1 counts slow commands in its command log.
    ("slowlog-log-slower-than", "commandlog-execution-slower-than"),
    ("slowlog-max-len", "commandlog-slow-execution-max-len"),
    # A second connection for the full synchronisation: Redis 8.0, Valkey 8.0.
    ("repl-rdb-channel", "dual-channel-replication-enabled"),
    # Retired names of Redis up to 6.2; 7.0 has others for them.
    ("lua-time-limit", "busy-reply-threshold"),
    ("hash-max-ziplist-entries", "hash-max-listpack-entries"),
    ("hash-max-ziplist-value", "hash-max-listpack-value"),
    ("zset-max-ziplist-entries", "zset-max-listpack-entries"),
    ("zset-max-ziplist-value", "zset-max-listpack-value"),
    ("list-max-ziplist-size", "list-max-listpack-size"),
    # Redis 7.4 and Valkey spell them with dashes.
    ("server_cpulist", "server-cpulist"),
    ("bio_cpulist", "bio-cpulist"),
    ("aof_rewrite_cpulist", "aof-rewrite-cpulist"),
    ("bgsave_cpulist", "bgsave-cpulist"),
)

# Directives of one engine alone; one that ends with a dash is the beginning of several.
OWN: dict[str, tuple[str, ...]] = {
    "Redis": (
        "array-",
        "aof-load-corrupt-tail-max-size",
        "cluster-compatibility-sample-ratio",
        "cluster-slot-migration-handoff-max-lag-bytes",
        "cluster-slot-migration-write-pause-timeout",
        "key-memory-histograms",
        "lookahead",
        "repl-rdb-channel",
        "replica-full-sync-buffer-limit",
        "slowlog-entry-max-",
        "stream-idmp-",
    ),
    "Valkey": (
        "active-defrag-cycle-us",
        "availability-zone",
        "cluster-announce-client-",
        "cluster-blacklist-ttl",
        "cluster-config-save-behavior",
        "cluster-databases",
        "cluster-manual-failover-timeout",
        "commandlog-",
        "dual-channel-replication-enabled",
        "extended-redis-compatibility",
        "hash-seed",
        "import-mode",
        "log-format",
        "log-timestamp-format",
        "mptcp",
        "rdb-version-check",
        "rdma-",
        "repl-mptcp",
        "tls-auto-reload-interval",
        "unixsocketgroup",
    ),
}


def unknown_directive(message: str) -> str | None:
    """Return the directive that an engine's refusal calls unknown, or written wrongly."""
    found = UNKNOWN.search(message)
    return found[1].lower() if found else None


def advice(name: str, engine: str, known: t.Collection[str]) -> str:
    """Return what to do about a directive that was refused, given the names that the engine knows.

    ``engine`` is the engine with its version, as people read it.
    """
    if name in known:
        return f"{engine} knows {name!r}, but not with these arguments: correct them."
    meant = _same(name, known) or next(iter(difflib.get_close_matches(name, sorted(known), 1, NEAR)), None)
    parts = [f"{engine} has no directive {name!r}"]
    owner = _owner(name)
    if owner and not engine.lower().startswith(owner.lower()):
        parts.append(f"it is one of {owner}")
    elif owner:
        parts.append("other versions have it")
    if meant:
        parts.append(f"did you mean {meant!r}")
    end = "?" if meant else ": take it out."
    return ", ".join([*parts[:-1], parts[-1] + end])


def foreign(settings: t.Iterable[t.Mapping[str, object]], engine: str) -> str:
    """Return why settings cannot be those of an engine that need not be there yet; nothing where they may."""
    names = dict.fromkeys(name.lower() for one in settings for name in one)
    wrong = [name for name in names if (_owner(name) or engine).lower() != engine.lower()]
    parts = [f"{name!r}{f' (there {same!r})' if (same := _elsewhere(name)) else ''}" for name in wrong]
    if not parts:
        return ""
    return (
        f"{engine} has no directive {', '.join(parts)}: {_owner(wrong[0])} has. Take them out, or set another engine."
    )


def _elsewhere(name: str) -> str | None:
    return next((other for names in SAME if name in names for other in names if _owner(other) != _owner(name)), None)


def _same(name: str, known: t.Collection[str]) -> str | None:
    names = next((names for names in SAME if name in names), ())
    return next((other for other in names if other in known), None)


def _owner(name: str) -> str | None:
    for engine, names in OWN.items():
        if any(name == own or (own.endswith("-") and name.startswith(own)) for own in names):
            return engine
    return None
