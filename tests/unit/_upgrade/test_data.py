# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions, modules and room: whether what is in use survives an upgrade."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.checks import after
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.checks_data import (
    functions,
    modules,
    room,
    uses_server,
)
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.model import Library, Module, Survey
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.render import ended, report

from .._rolling.worlds import of_versions, replicated
from .worlds import MIB, NEW, OLD, survey

REDIS_8 = "redis 8.0.2"


def using(seen: Survey, number: int = 0, **what: t.Any) -> Survey:
    """Return a survey in which one instance uses something."""
    instances = list(seen.instances)
    instances[number] = dataclasses.replace(instances[number], **what)
    return dataclasses.replace(seen, instances=tuple(instances))


def of(version: str, target: str) -> Survey:
    """Return a set of a version and the one that it is to get."""
    return survey(of_versions(replicated(), version), target)


@pytest.mark.parametrize(
    "code",
    [
        "server.register_function('f', function() return 1 end)",
        "local r = server\nr.call('GET', 'x')",
        "local server = server or redis",
        "if server == nil then return end",
        "--[[ a comment ]] return server.call('GET', KEYS[1])",
    ],
)
def test_code_that_uses_valkey_s_name_is_found(code: str) -> None:
    assert uses_server(code)


@pytest.mark.parametrize(
    "code",
    [
        "redis.register_function('f', function() return 1 end)",
        "-- server.call would not work\nredis.call('GET', 'x')",
        "--[[ server.call\nserver.call ]] return 1",
        "--[==[ server.call ]] server ]==] return 1",
        "return 'server.call' .. \"server\"",
        "local server = redis\nserver.call('GET', 'x')",
        "config.server = 1",
        "local t = {server = 1}",
        "local my_server = 1; return my_server",
    ],
)
def test_code_that_does_not_use_it_is_not_found(code: str) -> None:
    assert not uses_server(code)


def test_a_library_that_uses_valkey_s_name_is_in_the_way_of_redis() -> None:
    library = Library("shop", "LUA", "server.register_function('f', g)")
    seen = using(using(of(NEW, REDIS_8), 0, libraries=(library,)), 1, libraries=(library,))
    (one,) = functions(seen)
    assert one.message == (
        "library shop uses the name server, which only Valkey knows (192.0.2.0:7000, 192.0.2.1:7000): a replica of "
        "redis 8.0 dies when it loads it"
    )
    assert list(functions(using(of("valkey 8.0.1", "valkey 8.1.8"), libraries=(library,)))) == []
    fine = dataclasses.replace(library, code="redis.register_function('f', g)")
    assert list(functions(using(of(NEW, REDIS_8), libraries=(fine,)))) == []
    assert list(functions(using(of(OLD, NEW), libraries=(fine,)))) == []


def test_a_library_of_another_script_engine_is_in_the_way_of_the_other_engine() -> None:
    seen = using(of(NEW, REDIS_8), libraries=(Library("shop", "PYTHON", ""),))
    (one,) = functions(seen)
    assert "is written for the script engine PYTHON" in one.message


@pytest.mark.parametrize(
    ("old", "new", "severities"),
    [(OLD, NEW, ["error"]), ("redis 7.0.15", "redis 8.0.2", ["warning"]), ("redis 7.0.15", "redis 7.0.20", [])],
)
def test_modules_are_not_taken_to_the_other_engine(old: str, new: str, severities: list[str]) -> None:
    seen = using(of(old, new), modules=(Module("search", "/opt/search.so"),))
    assert [one.severity for one in modules(seen)] == severities


def test_what_an_engine_has_built_in_is_no_obstacle() -> None:
    seen = using(of(OLD, NEW), modules=(Module("vectorset"), Module("lua", "/usr/lib/libvalkeylua.so")))
    assert list(modules(seen)) == []


def test_each_member_needs_room_for_the_data_of_its_shard() -> None:
    seen = using(survey(), 0, used_memory=2000 * MIB)  # the primary of member 5
    assert sorted(one.message for one in room(seen)) == [
        "192.0.2.0:7000 has 1,000 MiB of free space, and a snapshot may take 2,000 MiB",
        "192.0.2.5:7000 has 1,000 MiB of free space, and a snapshot may take 2,000 MiB",
    ]


def test_room_that_is_not_known_and_little_memory_are_notes() -> None:
    seen = dataclasses.replace(survey(), places={}, memory={"a": 50 * MIB, "b": None})
    found = list(room(seen))
    assert {one.severity for one in found} == {"warning"}
    assert len(found) == 7
    assert found[-1].message.startswith("a has 50 MiB of memory available, and an instance with 100 MiB")


def test_members_that_run_the_target_need_no_room() -> None:
    done = dataclasses.replace(survey(of_versions(replicated(), NEW)), places={})
    assert list(room(done)) == []


def test_an_instance_that_could_not_be_asked_is_a_note() -> None:
    (one,) = room(using(survey(), problem="may not run FUNCTION LIST"))
    assert one.message == "192.0.2.0:7000 could not be asked what it uses: may not run FUNCTION LIST"


def test_the_answers_are_lines() -> None:
    seen = using(of(OLD, NEW), libraries=(Library("shop", "LUA", ""),), modules=(Module("search", "/opt/search.so"),))
    assert report("main", seen, list(modules(seen)))[:7] == [
        "main: redis 7.0.15 (6) to valkey 8.0.1",
        "change: of the release, from redis 7.0; 6 of 6 members have to be restarted",
        "functions: shop",
        "modules: search",
        "room: 1,000 MiB of disk at 192.0.2.0:7000, where it is least; a snapshot may take 100 MiB",
        "health: all members are in sync",
        (
            "way back: Redis 7.0 loads an AOF that the new engine has written as text, with all members stopped "
            "(docs/upgrade.md, the way back)."
        ),
    ]
    assert report("main", seen, list(modules(seen)))[7].startswith("IN THE WAY: module search is loaded")
    done = of(NEW, NEW)
    assert report("main", done, [])[1:] == [
        "change: none: every member that answers runs it",
        "functions: none",
        "modules: none",
        "room: nothing needs any",
        "health: all members are in sync",
        "way back: not needed",
    ]
    patch = of("valkey 8.0.1", "valkey 8.0.9")
    assert report("main", patch, [])[1] == "change: of the patch within a release; 6 of 6 members have to be restarted"
    assert report("main", patch, [])[-1] == "way back: The way back is this playbook with valkey 8.0.1."


def test_the_end_is_lines_too() -> None:
    half = survey(of_versions(replicated(), NEW, {1: OLD}))
    assert ended("main", half, after(half)) == [
        "main: valkey 8.0.1 (5), redis 7.0.15 (1); the target is valkey 8.0.1",
        "health: all members are in sync",
        "left: 192.0.2.1:7000 runs redis 7.0.15, expected valkey 8.0.1. Run again.",
    ]
