# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to lines: merged, validated, completed."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives import (
    OWNED,
    bind,
    bus_port,
    check_names,
    check_unique,
    instance,
    lines,
    merged,
    plain,
    quoted,
)
from hypothesis import given
from hypothesis import strategies as st

from .instances import LAYOUT

LOGIN = ("replication", 'se"cr\\et')


def made(port=7000, settings=None, *, cluster=True, address="192.0.2.1", gone=()):
    params = {"port": port, "address": address, "cluster_enabled": cluster}
    return instance(LAYOUT, params, settings or {}, gone, LOGIN)


def texts(one):
    return {line.name: line.text for line in one.directives}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("100mb", ["100mb"]),
        (5000, ["5000"]),
        (1.5, ["1.5"]),
        (True, ["yes"]),
        (False, ["no"]),
        ("True", ["yes"]),
        ("False", ["no"]),
        ("true", ["true"]),
        ("", ['""']),
        ("  replica 1mb 1mb 1 ", ["replica 1mb 1mb 1"]),
        (["normal 0 0 0", "pubsub 1 1 1"], ["normal 0 0 0", "pubsub 1 1 1"]),
        ([], []),
    ],
)
def test_a_value_becomes_lines(value, expected):
    assert [line.text for line in lines("client-output-buffer-limit", value, "here")] == expected


@pytest.mark.parametrize("value", ["900 1", ["900 1"], ["", "900 1"], ['""', "900 1"]])
def test_save_lines_begin_with_none_because_they_add_up(value):
    assert [line.text for line in lines("save", value, "here")] == ['""', "900 1"]


@pytest.mark.parametrize("value", ["", [], [""]])
def test_saving_is_turned_off_by_nothing(value):
    assert [line.text for line in lines("save", value, "here")] == ['""']


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\x00", "a\x1bb", "\x7f", ["fine", "a\nb"]])
def test_no_value_brings_lines_of_its_own(value):
    with pytest.raises(Refused, match="control character"):
        lines("name", value, "here")


@pytest.mark.parametrize("value", [{"a": 1}, [["a"]], [{"a": 1}], object()])
def test_other_kinds_of_values_are_refused(value):
    with pytest.raises(Refused, match="neither a line nor a list"):
        lines("name", value, "here")


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_characters="\x7f")))
def test_what_is_quoted_reads_back(text):
    assert plain(quoted(text)) == text


@pytest.mark.parametrize("name", OWNED)
def test_what_the_collection_owns_is_refused_with_the_way_out(name):
    for written in (name, name.upper()):
        with pytest.raises(Refused) as refused:
            check_names({written: "x"}, "settings")
        assert refused.value.hint


def test_secrets_are_taken_where_they_are_not_shown():
    with pytest.raises(Refused, match="is a secret"):
        check_names({"tls-key-file-pass": "x"}, "settings")
    check_names({"tls-key-file-pass": "x"}, "secret_settings", secret=True)


def test_later_settings_win_and_nothing_takes_away():
    assert merged({"HZ": 10, "timeout": 5}, {"hz": 20, "timeout": None}) == {"hz": 20}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1 127.0.0.1 -::1"),
        ("127.0.0.1", "127.0.0.1 -::1"),
        ("::1", "::1 127.0.0.1"),
        ("2001:db8::1", "2001:db8::1 127.0.0.1 -::1"),
    ],
)
def test_the_instances_address_comes_first_and_nothing_twice(address, expected):
    assert bind(address) == expected


def test_an_instance_of_a_cluster_is_complete():
    assert texts(made()) == {
        "port": "7000",
        "bind": "192.0.2.1 127.0.0.1 -::1",
        "protected-mode": "yes",
        "dir": '"/data/7000"',
        "dbfilename": "dump-7000.rdb",
        "logfile": '"/log/7000.log"',
        "aclfile": '"/etc/node/7000.acl"',
        "masteruser": '"replication"',
        "masterauth": '"se\\"cr\\\\et"',
        "replica-announce-ip": "192.0.2.1",
        "cluster-enabled": "yes",
        "cluster-config-file": "nodes-7000.conf",
        "cluster-announce-ip": "192.0.2.1",
    }


def test_outside_of_a_cluster_nothing_of_it_is_said():
    names = texts(made(cluster=False))
    assert names["cluster-enabled"] == "no"
    assert "cluster-config-file" not in names
    assert "cluster-announce-ip" not in names


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"appendonly": False, "save": ""}, "save force", id="nothing else would save"),
        pytest.param({}, None, id="no save line at all means save points of the engine"),
        pytest.param({"appendonly": True, "save": ""}, None, id="the append-only file has it all"),
        pytest.param({"appendonly": False, "save": ["900 1"]}, None, id="save points save at the end, too"),
        pytest.param({"appendonly": "no", "save": "", "shutdown-on-sigterm": "nosave"}, "nosave", id="the user's word"),
    ],
)
def test_an_instance_without_persistence_saves_when_it_is_stopped(settings, expected):
    assert texts(made(settings=settings)).get("shutdown-on-sigterm") == expected


def test_the_users_word_replaces_what_is_derived_and_null_removes_it():
    found = made(settings={"bind": "10.0.0.1", "dbfilename": "x.rdb"}, gone=["cluster-announce-ip"])
    assert texts(found)["bind"] == "10.0.0.1"
    assert [line.text for line in found.directives if line.name == "dbfilename"] == ["x.rdb"]
    assert "cluster-announce-ip" not in texts(found)


@pytest.mark.parametrize(
    ("ports", "settings", "word"),
    [
        ((7000, 7000), {}, "same port"),
        ((7000, 17000), {}, "cluster bus"),
        ((7000, 7001), {"unixsocket": "/run/s"}, "same unixsocket"),
        ((7000, 7001), {"tls-port": 7443}, "same tls-port"),
        ((7000, 7001), {"cluster-port": 7001}, "same cluster-port"),
    ],
)
def test_two_instances_cannot_share_what_only_one_can_have(ports, settings, word):
    with pytest.raises(Refused, match=word):
        check_unique([made(port, settings) for port in ports])


def test_the_bus_port_is_the_one_that_is_set():
    assert bus_port(made(7000)) == 17000
    assert bus_port(made(7000, {"cluster-port": 9000})) == 9000


def test_ports_ten_thousand_apart_are_fine_outside_of_a_cluster():
    check_unique([made(7000, cluster=False), made(17000, cluster=False)])
