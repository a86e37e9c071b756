# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the start guard reads from an instance's files."""

from __future__ import annotations

import importlib
import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "roles" / "redis_node" / "files"))
disk = importlib.import_module("guard_disk")
guard = importlib.import_module("redis_guard")

HISTORY = "f" * 40
HEADER = (
    b"REDIS0010\xfa\x09redis-ver\x067.0.15\xfa\x0aredis-bits\xc0\x40\xfa\x05ctime\xc2\x01\x02\x03\x04"
    b"\xfa\x08used-mem\xc1\x01\x02\xfa\x0erepl-stream-db\xc0\x00\xfa\x07repl-id\x28"
    + HISTORY.encode()
    + b"\xfa\x0brepl-offset\xc1\xe8\x03\xfa\x08aof-base\xc0\x00\xfe\x00"
)
MANIFEST = "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"


@pytest.fixture
def given(tmp_path):
    """Return the settings of an instance with an empty directory."""
    return {"dir": str(tmp_path), "port": "7000", "appendonly": "yes", "appendfsync": "everysec"}


def append_only(given, *names):
    """Write an append-only file of these parts."""
    parts = pathlib.Path(given["dir"]) / "appendonlydir"
    parts.mkdir()
    (parts / "appendonly.aof.manifest").write_text(MANIFEST)
    for name in names:
        (parts / name).write_text("")


PARTS = ("appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof")


@pytest.mark.parametrize(
    ("parts", "fsync", "boot", "complete", "empty"),
    [
        pytest.param(PARTS, "everysec", "this", True, False, id="the process was killed: the kernel wrote the rest"),
        pytest.param(PARTS, "everysec", "another", False, False, id="the host crashed: the last second may lack"),
        pytest.param(PARTS, "always", "another", True, False, id="the host crashed: each write was on disk"),
        pytest.param(PARTS[:1], "everysec", "this", False, True, id="a part is missing"),
        pytest.param(None, "everysec", "this", False, True, id="no append-only file"),
    ],
)
def test_an_append_only_file(given, monkeypatch, parts, fsync, boot, complete, empty):
    monkeypatch.setattr(disk, "boot", lambda: "this")
    (pathlib.Path(given["dir"]) / disk.STATE).write_text(json.dumps({"boot": boot}))
    if parts is not None:
        append_only(given, *parts)
    seen = disk.disk({**given, "appendfsync": fsync})
    assert (seen.complete, seen.empty) == (complete, empty)


def test_a_snapshot_says_how_far_it_goes(given):
    (pathlib.Path(given["dir"]) / "dump.rdb").write_bytes(HEADER)
    seen = disk.disk({**given, "appendonly": "no"})
    assert (seen.complete, seen.empty, seen.replid, seen.offset) == (False, False, HISTORY, 1000)


@pytest.mark.parametrize("size", range(0, len(HEADER), 7))
def test_a_snapshot_that_is_cut_off_says_nothing_wrong(size):
    fields = disk.snapshot_fields(HEADER[:size])
    assert fields.get("repl-id", HISTORY) == HISTORY
    assert fields.get("repl-offset", "1000") == "1000"


def test_no_snapshot_is_an_empty_disk(given):
    assert disk.disk({**given, "appendonly": "no"}).empty


NODES = f"""\
{"a" * 40} 192.0.2.1:7000@17000,,shard-id=x myself,master - 0 0 3 connected 0-2 7 [9->-{"b" * 40}]
{"b" * 40} 2001:db8::1:7001@17001 slave,fail? {"a" * 40} 0 1 3 connected
vars currentEpoch 3 lastVoteEpoch 0
"""


def test_a_nodes_file():
    own, replica = disk.members(NODES)
    assert (own.address, own.slots, own.epoch, own.is_primary) == (("192.0.2.1", 7000), {0, 1, 2, 7}, 3, True)
    assert (replica.address, replica.primary, replica.flags) == (("2001:db8::1", 7001), "a" * 40, {"slave", "fail?"})
    assert disk.members("junk\n" + NODES[:50]) == ()


def test_the_managed_file_wins_and_quotes_are_read(tmp_path):
    (tmp_path / "engine").write_text("# x\nappendonly no\nreplicaof 192.0.2.9 7000\n")
    (tmp_path / "managed").write_text('appendonly yes\nmasterauth "a \\"b\\\\c"\nport 7000\n')
    found = disk.settings(str(tmp_path / "engine"), str(tmp_path / "managed"))
    assert found == {
        "appendonly": "yes",
        "replicaof": "192.0.2.9 7000",
        "masterauth": 'a "b\\c',
        "port": "7000",
    }


def test_following_another_one_replaces_the_line_and_keeps_the_rest(tmp_path):
    path = tmp_path / "redis.conf"
    path.write_text("maxclients 100\nslaveof 192.0.2.1 7000\n")
    path.chmod(0o640)
    disk.follow(str(path), ("192.0.2.2", 7001))
    assert path.read_text() == "maxclients 100\nreplicaof 192.0.2.2 7001\n"
    assert path.stat().st_mode & 0o777 == 0o640


def run(given, tmp_path, set_file="none", **more):
    """Return what the guard says of an instance with these settings."""
    (tmp_path / "redis.conf").write_text("")
    (tmp_path / "managed").write_text("".join(f"{name} {value}\n" for name, value in {**given, **more}.items()))
    made = guard.Guard(str(tmp_path / "redis.conf"), str(tmp_path / "managed"), str(tmp_path / set_file))
    said = made.run()
    made.finish()
    return said


def test_the_first_start_and_a_single_instance_need_nobody(given, tmp_path):
    assert "first start" in run(given, tmp_path)
    assert "no Sentinel" in run(given, tmp_path, appendonly="no")
    assert disk.last_boot(given["dir"]) == disk.boot()


def test_peers_that_do_not_run_cost_no_time(given, tmp_path):
    (tmp_path / disk.STATE).write_text("{}")
    content = {
        "set": "main",
        "peers": [["127.0.0.1", 1], ["127.0.0.1", 7000]],
        "sentinels": [["127.0.0.1", 2]],
        "down_after": 60,
        "failover_timeout": 60,
    }
    (tmp_path / "set.json").write_text(json.dumps(content))
    assert "no replica that runs" in run(given, tmp_path, "set.json", bind="127.0.0.1 -::1", appendonly="no")
