# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values keep their meaning or are refused, for every public variable: a new one is covered by its type."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import checks_values
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.model import Known, Option, Scalar, make_known
from ansible_collections.almashooq.redis.plugins.plugin_utils import _inventory_files as files

ROOT = pathlib.Path(__file__).resolve().parents[3]
SPECS = {
    path.parents[1].name: yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml")
}
KNOWN = make_known(SPECS)


def leaves(option: Option, path: str) -> t.Iterator[tuple[str, Option]]:
    """Yield an option and all that stand below it."""
    yield path, option
    if option.type == "list":
        yield from leaves(option.element(), f"{path}[]")
    for name, one in option.options.items() if option.type == "dict" else ():
        yield from leaves(one, f"{path}.{name}")


ALL = [one for name in sorted(KNOWN.options) for one in leaves(KNOWN.options[name], name)]

DATE = yaml.safe_load("2026-01-31")
# Of each type: how a value may be written in YAML, an INI inventory or as -e KEY=VALUE, and what is none.
GOOD: dict[str, tuple[t.Any, ...]] = {
    "str": ("text", "0123456", "on", "1e3", "12:30:45", "null", ""),
    "path": ("/etc/redis", "0770"),
    "int": (7, 0, -1, "7", " 42 ", "0"),
    "float": (7, 0.5, "0.5", "7"),
    "bool": (True, False, "yes", "no", "on", "off", "True", "false", "0", "1", 0, 1),
    "list": ([],),
    "dict": ({},),
}
BAD: dict[str, tuple[t.Any, ...]] = {
    "str": (None, 1.1, 1e3, True, False, DATE, ["a"], {"a": 1}),
    "path": (None, 1.1, DATE, ["a"]),
    "int": (None, True, 1.0, "1e3", "0770", "0x10", "12:30", "1_000", "many", "", DATE, [1]),
    "float": (None, True, "1e3", "12:30", "much", "", float("nan"), float("inf"), DATE, [1.0]),
    "bool": (None, 2, "maybe", "", 0.5, DATE, [True]),
    "list": (None, "a,b", "[1]", 1, True, {"a": 1}),
    "dict": (None, "a=b", 1, True, ["a"]),
}
SECRET = (42798, True, 1.1, DATE, None)


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_every_variable_takes_what_its_type_takes_and_refuses_the_rest(kind: str) -> None:
    for path, option in ALL:
        if option.type == kind:
            assert (path, [value for value in GOOD[kind] if said(value, option)]) == (path, [])
            meant = {"no", "yes"} & set(option.choices)
            refused = [value for value in BAD[kind] if not (isinstance(value, bool) and meant)]
            assert (path, [value for value in refused if not said(value, option)]) == (path, [])


def test_a_secret_that_is_no_text_is_refused_and_never_shown() -> None:
    secrets = [(path, option) for path, option in ALL if option.secret and option.type == "str"]
    assert "redis_node_users[].password" in dict(secrets)
    for path, option in secrets:
        for value in SECRET:
            (sentence,) = said(value, option)
            assert "quote it" in sentence, path
            assert "42798" not in sentence, path


def said(value: t.Any, option: Option) -> list[str]:
    return list(checks_values.problems("x", value, option))


def test_all_types_of_the_argument_specs_are_in_the_table() -> None:
    assert {option.type for _path, option in ALL} == GOOD.keys() == BAD.keys()


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        ("redis_node_admin_password: on", ["redis_node_admin_password is true or false, and takes text: quote it"]),
        ("redis_node_admin_password: 0123456", ["redis_node_admin_password is a number, and takes text: quote it"]),
        ("redis_node_appendfsync: no", []),
        ("redis_node_appendfsync: yes", ["redis_node_appendfsync is true, and takes text: quote it"]),
        ("redis_node_maxmemory: 1073741824", []),
        ("redis_node_maxmemory:", ["redis_node_maxmemory is empty: give it a value, or leave the line out"]),
        ("redis_node_zone: 1.10", ["redis_node_zone is the number 1.1, and takes text: quote it"]),
        ("redis_node_admin_user: 1234", ["redis_node_admin_user is the number 1234, and takes text: quote it"]),
        ("redis_node_config: {tcp-keepalive: 60, appendonly: yes, save: null, maxclients: [1, a]}", []),
        ("redis_node_config: {syslog-ident: on}", ["redis_node_config.syslog-ident is true, and takes text: quote it"]),
        ("redis_node_config: {a: 2026-01-31}", ["redis_node_config.a is the date 2026-01-31"]),
        ("redis_node_config: {on: 1}", ["redis_node_config has the key True"]),
        ("redis_node_config: {unixsocketperm: 770}", []),
        ("redis_node_config: {unixsocketperm: 488}", ["redis_node_config.unixsocketperm is the number 488"]),
        ("redis_node_config: {requirepass: 77}", ["redis_node_config.requirepass is a number, and takes text"]),
        ("redis_node_instances: [{port: 1, config: {masterauth: 2026-01-31}}]", [
            "redis_node_instances[1].config.masterauth is a date, and takes text"]),
        ("redis_node_config: text", ["redis_node_config is text, and takes a dictionary"]),
        ("redis_monitoring_alertmanager_config: {route: {receiver: a, continue: true}, inhibit_rules: [], n: 1}", []),
        ("redis_monitoring_alertmanager_config: {1: a}", ["redis_monitoring_alertmanager_config has the key 1"]),
        ("redis_hooks_webhooks: [{name: a, headers: {X: {}}}]", ["redis_hooks_webhooks[a].headers.X is a dictionary"]),
        ("redis_node_secret_config: {tls-key-file-pass: 77}", ["redis_node_secret_config.tls-key-file-pass is a"]),
        ("redis_node_users: [{name: a, rules: [+get, ~x]}]", ["redis_node_users[a].rules is a list, and takes text"]),
        ("redis_node_users: [{name: a, password: 1, rules: ''}]", ["redis_node_users[a].password is a number"]),
        ("redis_node_users: [{name: a, passwords: [x, 1], rules: ''}]", ["redis_node_users[a].passwords[1] is"]),
        ("redis_node_users: [{name: a, passwords: x, rules: ''}]", ["redis_node_users[a].passwords is text, and"]),
        ("redis_node_instances: [{port: 7000, config: {maxmemory: 1gb}}]", []),
        ("redis_node_instances: [{port: 7_000}]", []),
        ("redis_node_instances: [{port: 7000, config: }]", ["redis_node_instances[7000].config is empty"]),
        ("redis_replication_sets: [{name: 1, primary: a}]", ["redis_replication_sets[1].name is the number 1"]),
        ("redis_replication_sets: [{name: a, primary: a, ports: [x]}]", ["redis_replication_sets[a].ports[0] is"]),
        ("redis_sentinel_users: [{name: a, password: 2026-01-31}]", ["redis_sentinel_users[a].password is a date"]),
        ("redis_client_connections: [{name: a, password: 1e+3, db: 1}]", []),
        ("redis_hooks_webhooks: [{url: a, headers: {Authorization: 12}}]", ["redis_hooks_webhooks[0].headers."]),
    ],
)  # fmt: skip
def test_values_as_they_are_written(written: str, sentences: list[str]) -> None:
    found = [
        sentence
        for name, value in yaml.safe_load(written).items()
        for sentence in checks_values.problems(name, value, KNOWN.options[name])
    ]
    assert [one[: len(sentence)] for one, sentence in zip(found, sentences)] == sentences
    assert len(found) == len(sentences), found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("redis_node_config: {unixsocketperm: 0770}", "0770 504"),
        ("redis_node_config: {tcp-keepalive: 060}", "060 48"),
        ("redis_node_config: {tcp-keepalive: [1, 0x10]}", "0x10 16"),
        ("redis_node_config: {proc-title-template: 12:30:45}", "12:30:45 45045"),
        ("redis_node_config: {x: 1_000}", "1_000 1000"),
        ("redis_node_config: {x: 0b11}", "0b11 3"),
        ("redis_node_config: {x: -012}", "-012 -10"),
        ("redis_node_config: {x: 1.50}", "1.50 1.5"),
        ("redis_node_config: {x: 1.5e+3}", "1.5e+3 1500.0"),
        ("redis_node_config: {x: 1:30.5}", "1:30.5 90.5"),
        ("redis_node_config: {x: .inf}", ".inf inf"),
        ("redis_node_save: [0300]", "0300 192"),
        ("redis_node_log_weeks: 012", "012 10"),
        ("redis_node_instances: [{port: 07000}]", "07000 3584"),
        ("redis_node_instances: [{port: 7000, config: {x: 010}}]", "010 8"),
        ("all: {children: {redis_cluster: {hosts: {a: {redis_node_log_weeks: 012}}}}}", "012 10"),
        ("[{hosts: a, vars: {redis_node_log_weeks: 012}}]", "012 10"),
        ("[redis_cluster]\na redis_node_log_weeks=0x10 redis_node_zone=b", "0x10 16"),
        ("[redis_cluster:vars]\nredis_node_log_weeks = 1_0", "1_0 10"),
        ("redis_node_config: {tcp-keepalive: 60, y: 1.5, z: '0770', a: 1e3, b: +5, c: 0, d: 0.5}", ""),
        ("redis_node_clock_skew: 5.00", ""),
        ("redis_node_admin_password: 0770", ""),
        ("[redis_cluster]\na redis_node_log_weeks=10 redis_node_zone=010", ""),
        ("other_variable: 0770", ""),
    ],
)  # fmt: skip
def test_numbers_that_would_be_written_another_way(written: str, read: str) -> None:
    found = [
        sentence
        for one, option in files.scalars("f", written, KNOWN)
        for sentence in checks_values.spelling(one, option)
    ]
    text, _blank, number = read.partition(" ")
    assert len(found) == (1 if read else 0), found
    assert all(f"is written {text}, which is read as {number}: quote it" in one for one in found)


def test_a_number_is_named_with_its_file_line_and_variable() -> None:
    ((scalar, _option),) = files.scalars("a.yml", "\nredis_node_config:\n  x: 1\n", KNOWN)
    assert scalar == Scalar("a.yml", 3, "redis_node_config.x", "1", "int")


def test_a_secret_among_other_settings_is_not_shown_as_it_is_written() -> None:
    text = "redis_node_config:\n  requirepass: 0123456\n  hz: 012\n"
    read = files.scalars("all.yml", text, KNOWN)
    told = [sentence for scalar, option in read for sentence in checks_values.spelling(scalar, option)]
    assert len(told) == 1
    assert "hz is written 012" in told[0]


def test_what_is_read_again_is_what_ansible_reads(tmp_path: pathlib.Path) -> None:
    for name in (
        "hosts.yml",
        "group_vars/all.yml",
        "group_vars/redis_cluster/a.yml",
        "host_vars/x",
        ".hidden",
        "a.retry",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "script").write_text("")
    (tmp_path / "script").chmod(0o755)
    # Emacs' lock of a file with unsaved changes leads nowhere.
    (tmp_path / "group_vars" / ".#all.yml").symlink_to("me@host.1:2")
    (tmp_path / "host_vars" / "gone.yml").symlink_to("nowhere.yml")
    found = files.variable_files([str(tmp_path / "hosts.yml")], [])
    names = ["group_vars/all.yml", "group_vars/redis_cluster/a.yml", "host_vars/x", "hosts.yml"]
    assert sorted(found) == [str(tmp_path / name) for name in names]
    assert sorted(files.variable_files([str(tmp_path)], [])) == sorted(found)
    assert files.group_files([str(tmp_path / "hosts.yml")], []) == {"all", "redis_cluster"}


def test_known_holds_what_the_playbooks_take() -> None:
    assert isinstance(KNOWN, Known)
    assert {"redis_client_group", "redis_cluster_group", "redis_node_accept_names"} <= KNOWN.options.keys()
