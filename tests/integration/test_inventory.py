# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the inventory as Ansible runs it: on the controller, before any host is connected to.

The hosts do not exist, so a run that gets beyond the check ends with unreachable hosts.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from .module_runner import ROOT

HOSTS = """\
redis_cluster:
  hosts:
    one: {redis_node_address: 192.0.2.1}
    two: {redis_node_address: 192.0.2.2}
  vars:
    redis_node_admin_password: "{{ vault_admin_password }}"
    redis_node_replication_password: "0123456"
    vault_admin_password: MARKER
"""
SECRET = "987654321"


def run(directory: pathlib.Path, hosts: str, *arguments: str, playbook: str = "playbooks/parts/inventory.yml") -> str:
    """Return what a playbook prints; the first line is its exit code."""
    (directory / "hosts.yml").write_text(hosts)
    ended = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={directory / 'hosts.yml'}", *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "COLUMNS": "400"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return f"{ended.returncode}\n{ended.stdout}"


def test_what_is_right_passes_in_every_form(tmp_path: pathlib.Path) -> None:
    arguments = ("-e", "redis_node_appendonly=false", "-e", '{"redis_node_instances": [{"port": 7000}]}')
    assert run(tmp_path, HOSTS, *arguments).startswith("0\n")


def test_site_names_all_that_is_wrong_at_once_and_no_secret(tmp_path: pathlib.Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "redis_cluster.yml").write_text("redis_node_config:\n  unixsocketperm: 0770\n")
    (tmp_path / "group_vars" / "redis_sentinels.yml").write_text("")
    wrong = HOSTS.replace("MARKER", SECRET) + "    redis_node_maxmemmory: 1gb\n    redis_node_zone: 1.10\n"
    told = run(tmp_path, wrong, "-e", "redis_node_instances=x", "-vvv", playbook="site.yml")
    assert told.startswith("2\n")
    for sentence in (
        "redis_node_maxmemmory is not a variable of this collection; did you mean redis_node_maxmemory?",
        "redis_node_admin_password is a number, and takes text: quote it",
        "redis_node_zone is the number 1.1, and takes text: quote it",
        "redis_node_instances is text, and takes a list",
        f"{tmp_path / 'group_vars' / 'redis_cluster.yml'}:2: redis_node_config.unixsocketperm is written 0770",
        "group_vars/redis_sentinels is read by no group",
        "Nothing has been changed.",
    ):
        assert sentence in told
    assert SECRET not in told
    assert "UNREACHABLE" not in told


def test_each_missing_variable_is_one_line(tmp_path: pathlib.Path) -> None:
    hosts = HOSTS.replace('    redis_node_admin_password: "{{ vault_admin_password }}"\n', "")
    hosts = hosts.replace("two: {redis_node_address: 192.0.2.2}", "two: {}")
    told = run(tmp_path, hosts + "redis_sentinel:\n  hosts: {two: }\n", playbook="site.yml")
    assert told.startswith("2\n")
    assert "The inventory has 3 errors:" in told
    for sentence in (
        "redis_node_address is missing on two: set it in the inventory",
        "redis_node_admin_password is missing on one and two: set it in group_vars, encrypted with ansible-vault",
        "redis_node_sentinel_password is missing on two: set it in group_vars, encrypted with ansible-vault",
    ):
        assert sentence in told
    # All argument specs of a role were shown before: 839 lines.
    assert len(told.splitlines()) < 60


def test_what_a_play_or_the_command_line_gives_is_not_missing(tmp_path: pathlib.Path) -> None:
    hosts = HOSTS.replace('    redis_node_admin_password: "{{ vault_admin_password }}"\n', "")
    play = f"- import_playbook: {ROOT}/playbooks/parts/inventory.yml\n  vars: {{redis_node_admin_password: MARKER}}\n"
    (tmp_path / "play.yml").write_text(play)
    assert run(tmp_path, hosts, playbook=str(tmp_path / "play.yml")).startswith("0\n")
    assert run(tmp_path, hosts, "-e", "redis_node_admin_password=MARKER").startswith("0\n")


def test_what_plays_set_is_not_missing_beyond_the_limit(tmp_path: pathlib.Path) -> None:
    hosts = HOSTS.replace('    redis_node_admin_password: "{{ vault_admin_password }}"\n', "")
    play = (
        "- {hosts: redis_cluster, gather_facts: false, tasks: [{set_fact: {redis_node_admin_password: MARKER}}]}\n"
        f"- import_playbook: {ROOT}/playbooks/parts/inventory.yml\n"
    )
    (tmp_path / "play.yml").write_text(play)
    assert run(tmp_path, hosts, "--limit=one", playbook=str(tmp_path / "play.yml")).startswith("0\n")


def test_variables_made_of_facts_are_not_there_yet(tmp_path: pathlib.Path) -> None:
    hosts = HOSTS + (
        '    redis_node_kernel_somaxconn: "{{ (ansible_facts.memtotal_mb / 2) | int }}"\n'
        "    redis_node_instances: \"{{ [{'port': ansible_facts.processor_vcpus}] }}\"\n"
    )
    assert run(tmp_path, hosts).startswith("0\n")


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        (HOSTS.replace("redis_cluster", "redis_clusters"), "group redis_clusters resembles redis_cluster"),
        ("databases: {hosts: {one: }}\n", "no host is in any of the groups redis_cluster, redis_replication"),
    ],
    ids=["a group is misspelled", "there is none of the groups"],
)
def test_an_inventory_without_our_groups_is_not_a_run_that_did_nothing(
    tmp_path: pathlib.Path, hosts: str, sentence: str
) -> None:
    told = run(tmp_path, hosts, playbook="site.yml")
    assert told.startswith("2\n")
    assert sentence in told


def test_names_of_ones_own_are_accepted_by_name(tmp_path: pathlib.Path) -> None:
    own = HOSTS + "    redis_node_mine: 1\n    redis_node_accept_names: [redis_node_mine]\n"
    assert run(tmp_path, own).startswith("0\n")


def test_the_other_playbooks_only_warn(tmp_path: pathlib.Path) -> None:
    arguments = ("-e", '{"__redis_inventory_strict": false}')
    told = run(tmp_path, HOSTS + "    redis_node_maxmemmory: 1gb\n", *arguments)
    assert told.startswith("0\n")
    assert "[WARNING]: redis_node_maxmemmory is not a variable" in told


SET = f"""\
redis_replication:
  hosts:
    one: {{redis_node_address: 192.0.2.1}}
    two: {{redis_node_address: "{{{{ address_of_two }}}}", address_of_two: 192.0.2.2}}
  vars:
    redis_node_admin_password: "{SECRET}"
    redis_node_replication_password: "{SECRET}"
    redis_replication_sets: [{{name: main, primary: "{{{{ groups.redis_replication | first }}}}"}}]
"""
# What the role does on hosts that can be reached: remember what module preflight has returned.
LOOKED = """\
- hosts: redis_replication
  gather_facts: false
  vars_files: [ROOT/roles/redis_node/defaults/main.yml, ROOT/roles/redis_node/vars/main.yml]
  vars:
    redis_replication_group: redis_replication
    redis_replication_sentinel_group: redis_sentinel
    here: {address: "{{ redis_node_address }}", host: "{{ inventory_hostname }}"}
    member: {port: 6379, zone: a, deployment: redis, listening: true, bus_port: null}
  tasks:
    - ansible.builtin.set_fact:
        __redis_node_host: {ip: "{{ redis_node_address }}"}
        __redis_node_members: ["{{ member | combine(here) }}"]
    - almashooq.redis.inventory_info: {part: instances}
      register: instances
    - almashooq.redis.inventory_info: {part: replication}
      register: found
    - ansible.builtin.debug:
        msg: "nodes {{ addresses | join(' ') }} of {{ instances.instances[0].address }}"
      vars:
        addresses: "{{ found.asked[0].nodes | map(attribute='address') }}"
"""


def looked(directory: pathlib.Path, hosts: str, *arguments: str) -> str:
    (directory / "play.yml").write_text(LOOKED.replace("ROOT", str(ROOT)))
    return run(directory, hosts, "-vvv", *arguments, playbook=str(directory / "play.yml"))


def test_a_role_is_told_of_all_hosts_and_no_secret(tmp_path: pathlib.Path) -> None:
    told = looked(tmp_path, SET)
    assert told.startswith("0\n")
    assert "nodes 192.0.2.1 192.0.2.2 of 192.0.2.1" in told
    assert "nodes 192.0.2.1 192.0.2.2 of 192.0.2.2" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--limit=one"], "replication set 'main' has members that take no part in this run: two"),
        (["-e", '{"redis_node_config": {"requirepass": "987654321"}}'], "would be shown and logged: redis_node_config"),
    ],
    ids=["a host outside the limit", "a secret among settings"],
)
def test_what_cannot_be_is_said_by_the_task_that_reads_it(
    tmp_path: pathlib.Path, arguments: list[str], sentence: str
) -> None:
    told = looked(tmp_path, SET, *arguments)
    assert told.startswith("2\n")
    assert sentence in " ".join(told.split())
    assert "Nothing has been changed." in told
    assert SECRET not in told
