# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose files are they that a stopped server would start with?"""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import identity
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.checks_identity import (
    NodesFile,
    Own,
    SentinelFile,
    nodes_file,
    replica_file,
    sentinel_file,
)

ME, ONE, OTHER, THIRD = (f"192.0.2.{number}:7000" for number in (1, 2, 3, 4))
AWAY = tuple(f"198.51.100.{number}:7000" for number in (1, 2, 3))
OWN = Own(ME, frozenset([ME]), frozenset([ME, ONE, OTHER, THIRD]))
ID = "a" * 40

FILES: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    # What the file says of the node itself and of its peers; words of the refusal; words of the note.
    "its own": (ME, (ONE, OTHER), "", ""),
    "a node that has met nobody": ("", (), "", ""),
    "a lone node of another address": (AWAY[0], (), "", ""),
    "a node without an address of its own": ("", (ONE, OTHER), "", ""),
    "a copy of another deployment": (AWAY[0], AWAY[1:], f"would start as {AWAY[0]} in another cluster", ""),
    "a host that was a member elsewhere": (ME, AWAY, "in another cluster", ""),
    "a copy of another member": (ONE, (ME, OTHER), f"nodes file of {ONE}, another member", ""),
    "its address has changed": ("192.0.2.99:7000", (ONE, OTHER), "", "was 192.0.2.99:7000"),
    "its peers have new addresses": (ME, (ONE, *AWAY), "", "also remembers"),
    "it and one of its peers have new addresses": ("192.0.2.99:7000", (ONE, OTHER, AWAY[0]), "", "was 192.0.2.99"),
    "it and most of its peers have new addresses": ("192.0.2.99:7000", (ONE, *AWAY), "in another cluster", ""),
    "a former member is remembered": (ME, (ONE, OTHER, AWAY[0]), "", f"remembers {AWAY[0]}"),
}


@pytest.mark.parametrize(("myself", "peers", "problem", "note"), FILES.values(), ids=FILES.keys())
def test_nodes_file(myself: str, peers: tuple[str, ...], problem: str, note: str) -> None:
    verdict = nodes_file(OWN, NodesFile("/data/nodes.conf", myself, peers))
    assert (problem in verdict.problem, bool(verdict.problem)) == (True, bool(problem))
    assert (note in verdict.note, bool(verdict.note)) == (True, bool(note))
    if problem:
        assert "/data/nodes.conf" in verdict.problem
        assert verdict.problem.endswith("It has not been started.")


def test_a_replica_of_a_primary_elsewhere_is_refused() -> None:
    assert replica_file(OWN, "/data/redis.conf", "") == replica_file(OWN, "/data/redis.conf", ONE) == ("", "")
    assert f"replica of {AWAY[0]}" in replica_file(OWN, "/data/redis.conf", AWAY[0]).problem


SENTINELS = frozenset([ME, ONE, OTHER])
SENTINEL_FILES = {
    "its own": ((("main", THIRD),), (ONE, OTHER), ""),
    "a fresh one": ((), (), ""),
    "one that has not heard of everybody": ((("main", THIRD),), (ONE,), ""),
    "one that counts itself by mistake": ((("main", THIRD),), (ME, ONE, OTHER), ""),
    "one that remembers a Sentinel that is gone": ((("main", THIRD),), (ONE, OTHER, AWAY[0]), ""),
    "a copy of another deployment": ((("main", AWAY[0]),), AWAY, f"would watch main at {AWAY[0]}"),
    "a copy of another Sentinel": ((("main", THIRD),), (ME, OTHER), "the file of another Sentinel"),
}


@pytest.mark.parametrize(("primaries", "others", "problem"), SENTINEL_FILES.values(), ids=SENTINEL_FILES.keys())
def test_sentinel_file(primaries: tuple[tuple[str, str], ...], others: tuple[str, ...], problem: str) -> None:
    found = sentinel_file(OWN, SentinelFile("/data/sentinel.conf", primaries, others), SENTINELS).problem
    assert (problem in found, bool(found)) == (True, bool(problem))
    assert not found or "Move /data/sentinel.conf aside (keep it)" in found


def test_reads_a_nodes_file() -> None:
    text = (
        f"{ID} 192.0.2.1:7000@17000 myself,master - 0 0 4 connected 0-5460\n"
        f"{'b' * 40} 192.0.2.2:7000@17000,host.example slave {ID} 0 1 4 connected\n"
        f"{'c' * 40} :0@0 slave,noaddr {ID} 0 1 4 disconnected\n"
        f"{'d' * 40} 2001:db8::1:7000@17000,,tls-port=0,shard-id={'e' * 40} master,fail - 0 1 3 disconnected\n"
        "vars currentEpoch 6 lastVoteEpoch 0\n"
    )
    assert identity.read_nodes_file("path", text) == NodesFile("path", ME, (ONE, "[2001:db8::1]:7000"))
    assert identity.read_nodes_file("path", "torn \x00 li") == NodesFile("path", "", ())


@pytest.mark.parametrize(
    ("text", "primary"),
    [
        ("", ""),
        ('dir "/x"\nreplicaof 192.0.2.2 7000\n', ONE),
        ('slaveof "192.0.2.9" "7000"\nreplicaof 192.0.2.2 7000', ONE),
        ("replicaof no one\n", ""),
        ("# replicaof 192.0.2.2 7000\n", ""),
    ],
)
def test_reads_whose_replica_an_instance_would_be(text: str, primary: str) -> None:
    assert identity.read_primary(text) == primary


def member(name: str, host: str, **others: t.Any) -> dict[str, t.Any]:
    address, _colon, port = name.rpartition(":")
    return {"host": host, "address": address, "port": int(port), "deployment": "redis", "listening": False, **others}


def params(tmp_path: pathlib.Path, **others: t.Any) -> dict[str, t.Any]:
    members = [member(ME, "me"), member(ONE, "one"), member(OTHER, "other")]
    directories = {"data_dir": str(tmp_path), "sentinel_data_dir": None}
    return {"host": "me", "members": members, "sentinels": [], **directories, **others}


def write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


COPIED = (
    f"{ID} {AWAY[0]}@17000 myself,master - 0 0 4 connected\n{'b' * 40} {AWAY[1]}@17000 slave {ID} 0 0 4 connected\n"
)


def test_files_of_this_host_are_refused_and_those_of_running_servers_passed_over(tmp_path: pathlib.Path) -> None:
    def nobody(_node: str, _command: str) -> None:
        raise AssertionError

    assert identity.look_at_identity(params(tmp_path), nobody) == {"warnings": []}
    write(tmp_path / "7000" / "nodes-7000.conf", COPIED)
    with pytest.raises(Refused, match=r"7000/nodes-7000\.conf names 198"):
        identity.look_at_identity(params(tmp_path), nobody)
    running = [member(ME, "me", listening=True), member(ONE, "one")]
    assert identity.look_at_identity(params(tmp_path, members=running), nobody) == {"warnings": []}
    # Members that are known to others by another address, as through a translation of addresses.
    announced = {"address": "198.51.100.1", "port": 7000}
    members = [member(ME, "me", announced=announced), member("198.51.100.2:7000", "one")]
    assert identity.look_at_identity(params(tmp_path, members=members), nobody) == {"warnings": []}


def test_another_deployment_of_the_same_run_is_another_one(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "7000" / "nodes-7000.conf", COPIED)
    others = [member(AWAY[0], "x", deployment="production"), member(AWAY[1], "y", deployment="production")]
    with pytest.raises(Refused, match="another cluster"):
        identity.look_at_identity(params(tmp_path, members=[member(ME, "me"), *others]), lambda *_: None)


def test_the_file_of_a_sentinel(tmp_path: pathlib.Path) -> None:
    mine = member("192.0.2.1:26379", "me", deployment="(Sentinel)")
    text = "sentinel monitor main 198.51.100.1 6379 2\nsentinel known-sentinel main 198.51.100.2 26379 y\n"
    write(tmp_path / "26379" / "sentinel.conf", text)
    given = params(tmp_path, sentinels=[mine], data_dir=None, sentinel_data_dir=str(tmp_path))
    given["members"].append(mine)
    with pytest.raises(Refused, match=r"would watch main at 198\.51\.100\.1:6379"):
        identity.look_at_identity(given, lambda *_: None)
