# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a throwaway server is asked, and how its answers read."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._instance.answers import (
    overlaid,
    probe_text,
    question,
    reason,
    with_users,
)

from .hosts import an_instance

FATAL = """
1:C 23 Nov 2026 16:00:00.000 * Reading config from stdin

*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***
Reading the configuration file, at line 6
>>> 'maxmemroy 6gb'
Bad directive or wrong number of arguments
"""
UNRESOLVED = """
1:C 23 Nov 2026 16:46:36.618 * Configuration loaded
1:M 23 Nov 2026 16:46:36.621 # Unresolved Configuration(s) Detected:
1:M 23 Nov 2026 16:46:36.621 # >>> 'maxmemroy 6gb'
1:M 23 Nov 2026 16:46:36.621 # aborting
"""


def test_instances_that_differ_by_port_alone_ask_one_question():
    assert question(an_instance(7000)) == question(an_instance(7001))
    assert question(an_instance(7000)) != question(an_instance(7001, {"hz": 20}))
    # What the user gives is the engine's to judge, also where the collection has a value of its own.
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


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (FATAL, "'maxmemroy 6gb': Bad directive or wrong number of arguments"),
        (UNRESOLVED, "Unresolved Configuration(s) Detected: | 'maxmemroy 6gb' | aborting"),
        ("one\n\ntwo\n", "one | two"),
        ("", "it ended without a word"),
        ("*** FATAL CONFIG FILE ERROR ***\n>>> 'masterauth \"replication secret\"'\nno", "'masterauth ********': no"),
    ],
)
def test_the_reason_is_the_engines_own(output, expected):
    assert reason(output, an_instance()) == expected


def test_a_user_is_named_and_not_the_line_of_a_file_that_is_gone():
    said = (
        "Aborting Redis startup because of ACL errors: /run/redis-probe-1-x/users.acl:2: Error in applying operation "
        "'+nosuch': Unknown command or category name in ACL. WARNING: ACL errors detected, no change was performed"
    )
    assert with_users(said, "user default off\nuser shop on +nosuch\n") == (
        "user 'shop': Error in applying operation '+nosuch': Unknown command or category name in ACL."
    )
    assert with_users("Bad directive", "user shop on") == "Bad directive"
