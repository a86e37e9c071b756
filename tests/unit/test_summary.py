# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run shows at its end, from the results of its modules."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.plugin_utils._summary import (
    connect,
    failures,
    lines,
    next_command,
    restart_warnings,
    table,
    warnings,
)

TABLE = "Redis Cluster: state ok, 1 shard\n\nshard  node\n1      192.0.2.11:7000"
ALONE = {"severity": "warning", "message": "all share host redis1", "hint": "Have one on another host."}
BROKEN = {"severity": "error", "message": "192.0.2.11:7000 is unreachable", "hint": ""}
FULL = {"severity": "error", "message": "192.0.2.11:7000 could not write its last snapshot", "hint": "See its log."}
CLUSTER = {"topology": {"shards": [{"primary": {"address": "192.0.2.11", "port": 7000}}]}}
SET = {"topology": {"set": "main"}, "primary": {"address": "2001:db8::11", "port": 6379}}


def test_the_findings_below_a_table_are_warnings_instead() -> None:
    result = {"summary": f"{TABLE}\n\nwarning: all share host redis1. Have one on another host.\n", "findings": [ALONE]}
    assert table(result) == TABLE
    assert warnings(result) == ["all share host redis1. Have one on another host."]


def test_a_result_without_a_topology_has_no_table() -> None:
    assert table({}) == ""
    assert (warnings({}), failures({})) == ([], [])


def test_errors_and_members_that_refuse_writes_are_failures() -> None:
    result = {"findings": [ALONE, BROKEN], "refused_writes": [FULL]}
    assert failures(result) == [
        "192.0.2.11:7000 is unreachable",
        "192.0.2.11:7000 could not write its last snapshot. See its log.",
    ]


@pytest.mark.parametrize(
    ("result", "user", "engine", "command"),
    [
        pytest.param(
            CLUSTER, "admin", "redis", "redis-cli -c -h 192.0.2.11 -p 7000 --user admin --askpass", id="a cluster"
        ),
        pytest.param(
            SET, "admin", "valkey", "valkey-cli -h 2001:db8::11 -p 6379 --user admin --askpass", id="a set of Valkey"
        ),
        pytest.param(SET, "the boss", "redis", "redis-cli -h 2001:db8::11 -p 6379 --user 'the boss' --askpass", id="a"),
        pytest.param({"topology": {"shards": []}}, "admin", "redis", "", id="a cluster that is not there yet"),
        pytest.param(SET, "", "redis", "", id="Sentinels"),
    ],
)
def test_the_command_to_connect_asks_for_the_password(
    result: dict[str, t.Any], user: str, engine: str, command: str
) -> None:
    assert connect(result, user, engine) == command


def test_what_needs_a_restart_names_the_server_and_both_values() -> None:
    restart = {"port": 7000, "setting": "databases", "running": "16", "wanted": "1"}
    assert restart_warnings("192.0.2.11", [restart], [7000, 7001]) == [
        "192.0.2.11:7000 needs a restart (playbook rolling_restart): databases is 16, configured as 1",
        "192.0.2.11:7000, 7001 needs a restart (playbook rolling_restart): the unit has changed",
    ]
    assert restart_warnings("192.0.2.11", [], []) == []


def test_what_the_run_has_restarted_since_waits_for_nothing() -> None:
    restarts = [{"port": port, "setting": "databases", "running": "16", "wanted": "1"} for port in (7000, 7001)]
    report = {
        "notes": ["first"],
        "waiting": {"address": "192.0.2.11", "restarts": restarts, "unit_of": [7000, 7001, 7002]},
    }
    assert lines([report], "", {"192.0.2.11:7000", "192.0.2.11:7002"})[-3:] == [
        "  - first",
        "  - 192.0.2.11:7001 needs a restart (playbook rolling_restart): databases is 16, configured as 1",
        "  - 192.0.2.11:7001 needs a restart (playbook rolling_restart): the unit has changed",
    ]
    assert len(lines([report], "")) == 5


def test_another_version_names_the_playbook_that_checks_it_first() -> None:
    restart = {"port": 7000, "setting": "(version)", "running": "redis 7.0.15", "wanted": "valkey 8.1.8"}
    assert restart_warnings("192.0.2.11", [restart], []) == [
        "192.0.2.11:7000 needs a restart (playbook upgrade): (version) is redis 7.0.15, configured as valkey 8.1.8"
    ]


@pytest.mark.parametrize("given", ["site.yml", "playbooks/site.yml"])
def test_in_a_checkout_the_next_command_has_a_path(tmp_path: pathlib.Path, given: str) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / given).touch()
    here = str(tmp_path)
    told = next_command(f"{here}/.venv/bin/ansible-playbook", given, here, here, ["-i", f"{here}/hosts", "-K"])
    assert told == ".venv/bin/ansible-playbook playbooks/status.yml -i hosts -K"


@pytest.mark.parametrize("given", ["almashooq.redis.site", "mine.yml", ""])
def test_with_an_installed_collection_the_next_command_has_a_name(tmp_path: pathlib.Path, given: str) -> None:
    installed, here = tmp_path / "collections", tmp_path / "project"
    installed.mkdir()
    here.mkdir()
    (here / "mine.yml").touch()
    told = next_command("ansible-playbook", given, str(installed), str(here), ["-i", "/etc/hosts.yml"])
    assert told == "ansible-playbook almashooq.redis.status -i /etc/hosts.yml"


def test_the_block_has_topologies_then_commands_then_all_warnings_once() -> None:
    reports = [
        {"table": TABLE, "connect": "redis-cli -p 1", "notes": ["first"]},
        {"table": "Set", "connect": "redis-cli -p 2", "notes": []},
        {"table": "", "connect": "", "notes": ["second", "first"]},
    ]
    assert lines(reports, "ansible-playbook status") == [
        *TABLE.split("\n"),
        "",
        "Set",
        "",
        "Connect:",
        "  redis-cli -p 1",
        "  redis-cli -p 2",
        "Next:",
        "  ansible-playbook status",
        "Warnings:",
        "  - first",
        "  - second",
    ]


def test_without_warnings_the_block_says_so() -> None:
    assert lines([{"table": TABLE, "connect": "", "notes": []}], "next")[-3:] == ["Next:", "  next", "Warnings: none"]
