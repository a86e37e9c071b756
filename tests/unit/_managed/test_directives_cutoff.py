# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directives that cut an instance off are refused, with the reason and what to do instead; others are not."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives import OWNED, lines
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives_cutoff import (
    TABLE,
    check_cutoff,
    refusals,
)
from ansible_collections.almashooq.redis.plugins.module_utils._managed.model import Instance

ADDRESS = "192.0.2.11"
# name, value, words of the message; None for what is accepted.
CASES = [
    ("bind", "127.0.0.1", "own address 192.0.2.11"),
    ("bind", "127.0.0.1 192.0.2.11", "would talk from 127.0.0.1"),
    ("bind", '""', "nowhere"),
    ("bind", "192.0.2.11 127.0.0.1", None),
    ("bind", '"192.0.2.11"', None),
    ("bind", "* -::*", None),
    ("bind", "::", "own address"),
    ("bind", "-::* ::1", "own address"),
    ("bind", ["192.0.2.11", "127.0.0.1"], None),
    ("bind", ["127.0.0.1", "192.0.2.12"], "own address"),
    ("bind-source-addr", "192.0.2.12", "another address"),
    ("bind-source-addr", "192.0.2.11", None),
    ("bind-source-addr", "", None),
    ("tls-replication", "yes", "TLS port"),
    ("tls-replication", True, "TLS port"),
    ("tls-replication", "YES", "TLS port"),
    ("tls-replication", "no", None),
    ("tls-cluster", True, "without TLS"),
    ("rename-command", 'DEL ""', "DEL cannot be renamed"),
    ("rename-command", "del hidden", "DEL cannot be renamed"),
    ("rename-command", '"CONFIG" hidden', "CONFIG cannot be renamed"),
    ("rename-command", "ReplicaOf x", "REPLICAOF cannot be renamed"),
    # An append-only file that has a FLUSHALL in it cannot be read any more: the instance does not start.
    ("rename-command", ['KEYS ""', 'FLUSHALL ""'], "FLUSHALL cannot be renamed"),
    ("rename-command", ['KEYS ""', "DEBUG hidden"], None),
    ("rename-command", 'A-COMMAND-OF-TOMORROW ""', "cannot be renamed"),
    ("replica-announced", False, "Sentinel"),
    ("maxclients", 10, "the least is 64"),
    ("maxclients", 500, None),
    ("maxmemory-clients", "1kb", "close connections"),
    ("maxmemory-clients", "5%", None),
    ("maxmemory-clients", 0, None),
    ("client-output-buffer-limit", "normal 1kb 1kb 60", "while it reads settings"),
    ("client-output-buffer-limit", ["replica 256mb 64mb 60", "normal 1kb 0 0"], "while it reads settings"),
    ("client-output-buffer-limit", "normal 0 0 0 replica 1kb 1kb 1", None),
    ("cluster-link-sendbuf-limit", "1kb", "links to its peers"),
    ("cluster-node-timeout", 5, "the least is 500"),
    ("cluster-node-timeout", 1000, None),
    ("repl-timeout", 10, "pings its replicas every 10 s"),
    ("repl-timeout", 60, None),
    ("proc-title-template", "{title}", "{listen-addr}"),
    ("proc-title-template", '"{title} {listen-addr} {server-mode}"', None),
]


def instance(name, value, *, address=ADDRESS, cluster=True):
    return Instance(7000, address, cluster, tuple(lines(name, value, "here")))


@pytest.mark.parametrize(("name", "value", "why"), CASES, ids=[f"{name} {value}" for name, value, _why in CASES])
def test_what_cuts_an_instance_off_is_refused_and_nothing_else(name, value, why):
    found = refusals(instance(name, value))
    if why is None:
        assert found == []
        return
    ((reason, remedy),) = found
    assert why in reason
    assert remedy
    with pytest.raises(Refused, match=r"192\.0\.2\.11:7000"):
        check_cutoff(instance(name, value))


def test_every_rule_has_a_case_that_it_refuses():
    refused = {name for name, _value, why in CASES if why is not None}
    assert {names[0] for names, _rule, _remedy in TABLE} <= refused


def test_a_directive_stands_in_one_table():
    assert {name for names, _rule, _remedy in TABLE for name in names}.isdisjoint(OWNED)


def test_only_the_cluster_bus_needs_its_address_first():
    assert refusals(instance("bind", "127.0.0.1 192.0.2.11", cluster=False)) == []


@pytest.mark.parametrize("text", ["2001:db8::1", "2001:0db8:0:0::1 ::1", "-2001:DB8::1", "::"])
def test_an_ipv6_address_may_be_written_in_any_way(text):
    assert refusals(instance("bind", text, address="2001:db8::1")) == []


def test_a_lower_ping_period_allows_a_lower_timeout():
    pings = lines("repl-ping-slave-period", 2, "here")
    made = Instance(7000, ADDRESS, False, (*pings, *lines("repl-timeout", 10, "here")))
    assert refusals(made) == []


def test_the_new_name_of_a_command_is_not_shown():
    ((reason, _remedy),) = refusals(instance("rename-command", "CONFIG only-we-know"))
    assert "only-we-know" not in reason


@pytest.mark.parametrize(
    ("name", "value", "texts"),
    [
        ("bind", [ADDRESS, "127.0.0.1"], [f"{ADDRESS} 127.0.0.1"]),
        ("oom-score-adj-values", [0, 200, 800], ["0 200 800"]),
        ("latency-tracking-info-percentiles", [50, 99], ["50 99"]),
        ("tls-protocols", ["TLSv1.2", "TLSv1.3"], ['"TLSv1.2 TLSv1.3"']),
        ("rename-command", ["KEYS a", "DEBUG b"], ["KEYS a", "DEBUG b"]),
        ("maxmemory", ["1gb"], ["1gb"]),
    ],
)
def test_a_list_is_all_that_it_says(name, value, texts):
    assert [line.text for line in lines(name, value, "here")] == texts


@pytest.mark.parametrize("name", ["maxmemory", "notify-keyspace-events", "appendonly", "a-directive-of-tomorrow"])
def test_a_list_of_which_the_engine_would_keep_the_last_is_refused(name):
    with pytest.raises(Refused, match="keep only the last one"):
        lines(name, ["1", "2"], "here")
