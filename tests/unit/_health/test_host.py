# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for a restart, and what a host could not read, become findings that name it."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._health import host, host_pending, host_process
from ansible_collections.almashooq.redis.plugins.module_utils._health.checks import evaluate
from ansible_collections.almashooq.redis.plugins.module_utils._health.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._settings import pending

from .test_checks import with_facts

RECORDED = {"setting": "databases", "running": "16", "wanted": "32"}


def messages(**facts: t.Any) -> list[tuple[str, str, str]]:
    """Return the findings on an instance of which its host reported this."""
    return [
        (one.check, one.message, one.severity) for one in evaluate(with_facts(**facts), Desired(replicas=0)).findings
    ]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (RECORDED, "setting databases is 16, expected 32"),
        ({"setting": "(version)", "running": "7.0.15", "wanted": "7.0.16"}, "version is 7.0.15, expected 7.0.16"),
        ({"setting": "(program)", "running": "a file", "wanted": "/usr/bin/redis-server"}, "the program is a file"),
        (
            {"setting": "(unit)", "running": "as it was started", "wanted": "as x is now"},
            "its unit is as it was started",
        ),
    ],
    ids=lambda value: value["setting"] if isinstance(value, dict) else "",
)
def test_what_waits_for_a_restart_is_a_warning_with_its_reason(item: dict[str, str], words: str) -> None:
    ((check, message, severity),) = messages(pending=[item])
    assert (check, severity) == ("pending-restart", "warning")
    assert words in message


def test_another_version_takes_the_playbook_that_checks_it_first() -> None:
    of_version = {"setting": "(version)", "running": "redis 7.0.15", "wanted": "valkey 8.1.8"}
    hints = {
        str(item["setting"]): evaluate(with_facts(pending=[item]), Desired(replicas=0)).findings[0].hint
        for item in (RECORDED, of_version)
    }
    assert "playbook upgrade" in hints.pop("(version)")
    assert all("playbook rolling_restart" in hint for hint in hints.values())


@pytest.mark.parametrize(
    ("name", "reason", "check"),
    [
        ("swap_bytes", "/proc/7/status: it has no line VmSwap", "swap"),
        ("disk_free_bytes", "/var/lib/redis-node/6379: Permission denied", "disk"),
        ("pending", "/var/lib/redis-node/pending.json: Permission denied", "pending-restart"),
    ],
)
def test_a_check_that_could_not_read_something_names_it_and_the_error(name: str, reason: str, check: str) -> None:
    ((unseen, message, _severity),) = messages(**{name: None}, unreadable={name: reason})
    assert unseen == "unseen"
    assert reason in message
    assert check in message
    assert "root" not in message


def test_a_record_is_about_one_process(tmp_path: pathlib.Path) -> None:
    myself, unreadable = os.getpid(), t.cast(dict[str, str], {})
    pending.remember(str(tmp_path), {7000: myself, 7001: 1}, {7000: [RECORDED], 7001: [RECORDED]}, os.geteuid())
    record = tmp_path / "pending.json"
    assert record.stat().st_mode & 0o777 == 0o644
    assert host_pending.waiting(myself, 7000, str(tmp_path), [], unreadable) == [RECORDED]
    assert host_pending.waiting(myself, 7001, str(tmp_path), [], unreadable) == []
    assert host_pending.waiting(myself, 7002, str(tmp_path), [], unreadable) == []
    assert unreadable == {}
    before = record.stat().st_mtime_ns
    pending.remember(str(tmp_path), {7000: myself}, {7000: [RECORDED]}, os.geteuid())
    assert record.stat().st_mtime_ns == before
    pending.remember(str(tmp_path), {7000: myself}, {}, os.geteuid())
    assert host_pending.waiting(myself, 7000, str(tmp_path), [], unreadable) == []
    assert pending.read(record.read_text()).keys() == {"7001"}


def test_nothing_that_waits_needs_no_file(tmp_path: pathlib.Path) -> None:
    pending.remember(str(tmp_path), {7000: 1}, {}, os.geteuid())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"instances": 1}', '{"instances": {"1": {}}}'])
def test_a_record_that_is_junk_is_empty(text: str | None) -> None:
    assert pending.read(text) == {}


def test_a_unit_that_was_changed_since_the_start_waits(tmp_path: pathlib.Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for path, when in ((old, 1_000_000_000), (new, 4_000_000_000)):
        path.touch()
        os.utime(path, (when, when))
    files = [str(old), str(new), str(tmp_path / "gone")]
    found = host_pending.waiting(os.getpid(), 1, str(tmp_path), files, {})
    assert [one["wanted"] for one in found or ()] == [f"as {new} is now"]


@pytest.mark.parametrize(
    ("command", "serves"),
    [
        ("redis-server 192.0.2.1:7000 [cluster]\0\0", True),
        ("/usr/bin/valkey-server *:7000\0", True),
        ("redis-server [::1]:7000", True),
        ("redis-server 192.0.2.1:17000", False),
        ("redis-server 192.0.2.1:7000", True),
        ("redis-cli -p 127.0.0.1:7000", False),
        ("redis-server", False),
        ("", False),
    ],
)
def test_a_server_is_known_by_its_command_line_where_descriptors_are_not_readable(command: str, serves: bool) -> None:
    assert host_process.serves(command, 7000) is serves


def test_an_instance_that_is_down_is_told_as_such(tmp_path: pathlib.Path) -> None:
    params = {"host": "h", "ports": [1], "data_dir": str(tmp_path), "unit": "none", "guard": str(tmp_path)}
    (told,) = host.look(params, None)["instances"]
    assert (told["swap_bytes"], told["pending"], told["guarded"]) == (None, None, False)
    assert "no process of this host listens on port 1" in told["unreadable"]["swap_bytes"]
    assert f"{tmp_path}/1: No such file" in told["unreadable"]["disk_free_bytes"]
