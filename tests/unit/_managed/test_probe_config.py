# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throwaway server is out of reach, and what it has for that is restored in its answers."""

from __future__ import annotations

from ansible_collections.almashooq.redis.plugins.module_utils._managed.probe_config import (
    overlaid,
    probe_text,
    question,
)

from .instances import an_instance


def test_instances_that_differ_by_port_alone_ask_one_question():
    assert question(an_instance(7000)) == question(an_instance(7001))
    assert question(an_instance(7000)) != question(an_instance(7001, {"hz": 20}))
    # What the user gives is validated by the engine, also where the collection has a value of its own.
    assert question(an_instance(7000)) != question(an_instance(7000, {"dbfilename": "a/b"}))


def test_the_throwaway_server_is_out_of_reach_whatever_is_asked():
    one = an_instance(settings={"tls-port": 7443, "unixsocket": "/run/s", "syslog-enabled": True})
    last = {line.split()[0]: line for line in probe_text(one, "/tmp/x", "/tmp/x/users.acl").splitlines()}
    assert last["port"] == "port 0"
    assert last["tls-port"] == "tls-port 0"
    assert last["unixsocket"] == 'unixsocket "/tmp/x/s"'
    assert last["dir"] == 'dir "/tmp/x"'
    assert last["aclfile"] == 'aclfile "/tmp/x/users.acl"'
    assert last["cluster-enabled"] == "cluster-enabled no"
    assert last["syslog-enabled"] == "syslog-enabled no"


def test_a_build_without_tls_is_not_told_of_it():
    assert "tls-port" not in probe_text(an_instance(), "/tmp/x", "/tmp/x/users.acl")


def test_its_own_values_are_replaced_by_those_of_the_instance():
    told = {
        "port": "0",
        "cluster-enabled": "no",
        "dir": "/tmp/x",
        "unixsocket": "/tmp/x/s",
        "hz": "20",
        "replicaof": "",
    }
    found = dict(overlaid(an_instance(settings={"hz": 20, "syslog-enabled": "YES"}), told))
    assert found["port"] == "7000"
    assert found["cluster-enabled"] == "yes"
    assert found["unixsocket"] == ""
    assert found["logfile"] == "/log/7000.log"
    assert found["syslog-enabled"] == "yes"
    assert found["hz"] == "20"
    assert not {"dir", "replicaof"} & found.keys()
