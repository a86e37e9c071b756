# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a directive that an engine does not know."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directive_names import (
    advice,
    foreign,
    unknown_directive,
)

KNOWN = ["maxmemory", "maxmemory-policy", "repl-rdb-channel", "slowlog-log-slower-than", "appendonly"]
REFUSAL = "redis 7.0.15 refuses the settings of instance 7000: {}: Bad directive or wrong number of arguments"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (REFUSAL.format("'maxmemroy-policy x'"), "maxmemroy-policy"),
        (REFUSAL.format("'MaxMemroy \"it''s\"'"), "maxmemroy"),
        ("redis 7.0.15 refuses the settings of instance 7000: 'maxmemory x': argument must be a memory value", None),
        ("waited 5 s for a throwaway server", None),
    ],
)
def test_which_directive_an_engine_does_not_know(told: str, name: str | None) -> None:
    assert unknown_directive(told) == name


@pytest.mark.parametrize(
    ("name", "engine", "words"),
    [
        (
            "maxmemroy-policy",
            "redis 7.0.15",
            "redis 7.0.15 has no directive 'maxmemroy-policy', did you mean 'maxmemory-policy'?",
        ),
        ("appendonly", "redis 7.0.15", "redis 7.0.15 knows 'appendonly', but not with these arguments: correct them"),
        (
            "dual-channel-replication-enabled",
            "redis 8.0.6",
            "'dual-channel-replication-enabled', it is one of Valkey, did you mean 'repl-rdb-channel'?",
        ),
        (
            "commandlog-execution-slower-than",
            "redis 7.0.15",
            "it is one of Valkey, did you mean 'slowlog-log-slower-than'?",
        ),
        (
            "availability-zone",
            "redis 7.0.15",
            "has no directive 'availability-zone', it is one of Valkey: take it out.",
        ),
        (
            "availability-zone",
            "valkey 8.0.1",
            "has no directive 'availability-zone', other versions have it: take it out.",
        ),
        ("key-memory-histograms", "valkey 8.0.1", "it is one of Redis: take it out."),
        ("nothing-like-it", "redis 7.0.15", "redis 7.0.15 has no directive 'nothing-like-it': take it out."),
    ],
)
def test_what_is_said_of_it(name: str, engine: str, words: str) -> None:
    said = advice(name, engine, KNOWN)
    assert words in said
    assert said.endswith((".", "?"))


@pytest.mark.parametrize(
    ("settings", "engine", "said"),
    [
        ([{"hz": 10}, {"Repl-Rdb-Channel": "yes"}], "redis", ""),
        (
            [{"hz": 10}, {"Repl-Rdb-Channel": "yes"}],
            "valkey",
            "valkey has no directive 'repl-rdb-channel' (there 'dual-channel-replication-enabled'): Redis has.",
        ),
        (
            [{"availability-zone": "a", "commandlog-max-len": 1}],
            "redis",
            "redis has no directive 'availability-zone', 'commandlog-max-len': Valkey has.",
        ),
        ([{"of-a-version-to-come": 1}], "valkey", ""),
    ],
)
def test_what_is_another_engines_is_told_before_any_is_there(
    settings: list[dict[str, object]], engine: str, said: str
) -> None:
    assert foreign(settings, engine).startswith(said)
    assert bool(foreign(settings, engine)) == bool(said)
