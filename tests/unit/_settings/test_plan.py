# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: from any state, cut at every step, to the same end."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._files import Directory, File
from ansible_collections.almashooq.redis.plugins.module_utils._managed.steps import MakeDirectory
from ansible_collections.almashooq.redis.plugins.module_utils._settings.model import Host, Memory, Node
from ansible_collections.almashooq.redis.plugins.module_utils._settings.plan import plan, restart_required
from ansible_collections.almashooq.redis.plugins.module_utils._settings.safety import (
    check_memory,
    check_obstacles,
    check_writable,
)
from ansible_collections.almashooq.redis.plugins.module_utils._settings.steps import (
    RecordPending,
    SeedEngineFile,
    SetLive,
    WriteFile,
)
from ansible_collections.almashooq.redis.plugins.module_utils._users.steps import LoadUsers
from hypothesis import given
from hypothesis import strategies as st

from .._managed.instances import an_instance
from .hosts import USERS, VERSION, an_answer, wanted

PORTS = (7000, 7001)
WANTED = wanted(*(an_instance(port, {"hz": 20}) for port in PORTS))
CANONICAL = {"hz": "20", "maxmemory": "0", "io-threads": "16", "replica-priority": "100", "slave-priority": "100"}
ANSWERS = {
    port: an_answer(CANONICAL, fixed=["io-threads"], aliases=[("slave-priority", "replica-priority")]) for port in PORTS
}
FRESH = Host(nodes=tuple(Node(port) for port in PORTS))


def applied(steps, host):
    for step in steps:
        host = step.apply(host)
    return host


DONE = applied(plan(WANTED, ANSWERS, FRESH), FRESH)


def of_kind(kind, steps):
    return [step for step in steps if isinstance(step, kind)]


@st.composite
def nodes(draw, port):
    seed = {"engine_file": draw(st.booleans()), "engine_lines": draw(st.sampled_from([(), (("maxmemory", "1"),)]))}
    if draw(st.booleans()):
        return Node(port, **seed)
    settings = {name: draw(st.sampled_from([value, "7"])) for name, value in CANONICAL.items()}
    settings["slave-priority"] = settings["replica-priority"]
    return Node(
        port,
        pid=1,
        settings=tuple(sorted(settings.items())),
        users=draw(st.sampled_from([USERS, ("user default on nopass",)])),
        version=draw(st.sampled_from([VERSION, "redis 6.2.14"])),
        pending=draw(st.sampled_from([(), (("io-threads", "7", "16"),)])),
        **seed,
    )


@st.composite
def hosts(draw):
    kept = [one for one in DONE.files if draw(st.booleans())]
    changes = [{}, {"text": "hz 10\n"}, {"mode": 0o644}, {"owner": 5}]
    return Host(
        directories=tuple(one for one in DONE.directories if draw(st.booleans())),
        files=tuple(dataclasses.replace(one, **draw(st.sampled_from(changes))) for one in kept),
        nodes=tuple(draw(nodes(port)) for port in PORTS),
    )


@given(hosts())
def test_after_its_steps_nothing_is_left(host):
    assert plan(WANTED, ANSWERS, applied(plan(WANTED, ANSWERS, host), host)) == []


@given(hosts())
def test_a_run_that_is_cut_anywhere_leaves_the_rest_of_its_plan(host):
    steps = plan(WANTED, ANSWERS, host)
    for done in range(len(steps) + 1):
        assert plan(WANTED, ANSWERS, applied(steps[:done], host)) == steps[done:]


@given(hosts())
def test_live_settings_come_before_files_and_files_before_users(host):
    order = [MakeDirectory, SeedEngineFile, SetLive, WriteFile, RecordPending, LoadUsers]
    kinds = [order.index(type(step)) for step in plan(WANTED, ANSWERS, host)]
    assert kinds == sorted(kinds)


@given(hosts())
def test_nothing_is_set_live_that_only_a_restart_changes(host):
    steps = of_kind(SetLive, plan(WANTED, ANSWERS, host))
    assert not any(name == "io-threads" for step in steps for name, _now, _then in step.changes)


def test_a_fresh_host_gets_everything_and_is_told_to_set_nothing():
    steps = plan(WANTED, ANSWERS, FRESH)
    assert [step.directory.path for step in of_kind(MakeDirectory, steps)] == [
        "/etc/node",
        "/data",
        "/data/7000",
        "/data/7001",
        "/log",
    ]
    assert len(of_kind(SeedEngineFile, steps)) == 2
    assert len(of_kind(WriteFile, steps)) == 4
    assert not of_kind((SetLive, LoadUsers), steps)


def test_a_base_directory_that_exists_is_left_as_it_is():
    mine = Directory("/data", 5, 5, 0o711)
    host = dataclasses.replace(DONE, directories=(*(one for one in DONE.directories if one.path != "/data"), mine))
    assert plan(WANTED, ANSWERS, host) == []


def test_steps_read_as_sentences_without_secrets():
    settings = tuple(sorted({"hz": "10", "masterauth": "old secret"}.items()))
    node = Node(7000, 1, settings, ("user admin on #0",), VERSION, engine_file=True)
    answers = {7000: an_answer({"hz": "20", "masterauth": "new secret"})}
    steps = plan(wanted(an_instance(settings={"hz": 20})), answers, Host(nodes=(node,)))
    told = [step.describe() for step in steps]
    assert "192.0.2.1:7000: set hz 10 -> 20, masterauth ******** -> ********" in told
    assert "192.0.2.1:7000: load users (admin, default, replication)" in told
    assert not any("secret" in line for line in told)


def test_a_change_of_the_replication_login_is_known_as_such():
    node = Node(7000, 1, (("hz", "20"),), ("user admin on #1", "user default off"), VERSION, engine_file=True)
    load = of_kind(LoadUsers, plan(wanted(), {7000: an_answer()}, Host(nodes=(node,))))
    assert [step.replication for step in load] == [True]


def test_a_server_without_this_users_file_is_not_told_to_load_it():
    settings = (("aclfile", ""),)
    node = Node(7000, 1, settings, ("user default on nopass",), VERSION, engine_file=True)
    answers = {7000: an_answer({"aclfile": "/etc/node/7000.acl"}, fixed=["aclfile"])}
    host = Host(nodes=(node,))
    assert not of_kind(LoadUsers, plan(wanted(), answers, host))
    assert [one["setting"] for one in restart_required(wanted(), answers, host)] == ["aclfile"]


def test_what_waits_for_a_restart_is_listed():
    node = Node(7000, 1, (("io-threads", "4"), ("hz", "10")), USERS, "redis 6.2.14", engine_file=True)
    one = wanted(an_instance(settings={"io-threads": 16}))
    answers = {7000: an_answer({"io-threads": "16", "hz": "10"}, fixed=["io-threads"])}
    assert restart_required(one, answers, Host(nodes=(node,))) == [
        {"port": 7000, "setting": "(version)", "running": "redis 6.2.14", "wanted": VERSION},
        {"port": 7000, "setting": "io-threads", "running": "4", "wanted": "16"},
    ]


RECORDED = ("io-threads", "4", "16")


@pytest.mark.parametrize(
    ("running", "recorded", "expected"),
    [
        ("4", (), ["192.0.2.1:7000: record that it needs a restart (io-threads)"]),
        ("4", (RECORDED,), []),
        ("4", (("io-threads", "4", "8"),), ["192.0.2.1:7000: record that it needs a restart (io-threads)"]),
        ("16", (RECORDED,), ["192.0.2.1:7000: record that it needs no restart"]),
        ("16", (), []),
    ],
    ids=["a new reason", "a known reason", "another value", "the reason is gone", "nothing"],
)
def test_what_waits_for_a_restart_is_recorded(running, recorded, expected):
    node = Node(7000, 1, (("io-threads", running),), USERS, VERSION, engine_file=True, pending=recorded)
    answers = {7000: an_answer({"io-threads": "16"}, fixed=["io-threads"])}
    steps = of_kind(RecordPending, plan(wanted(an_instance()), answers, Host(nodes=(node,))))
    assert [step.describe() for step in steps] == expected


def test_no_secret_is_recorded():
    node = Node(7000, 1, (("masterauth", "old secret"),), USERS, VERSION, engine_file=True)
    answers = {7000: an_answer({"masterauth": "new secret"}, fixed=["masterauth"])}
    (step,) = of_kind(RecordPending, plan(wanted(an_instance()), answers, Host(nodes=(node,))))
    assert "secret" not in repr(step)


def test_an_obstacle_is_refused_with_its_node_and_way_out():
    host = Host(nodes=(Node(7000), Node(7001, obstacle="it is taken", remedy="Free it.")))
    with pytest.raises(Refused) as refused:
        check_obstacles(WANTED, host)
    assert str(refused.value) == "192.0.2.1:7001: it is taken. Free it."
    check_obstacles(WANTED, FRESH)


@pytest.mark.parametrize("path", ["/etc/node", "/etc/node/7000.conf"])
def test_what_cannot_be_written_is_refused_only_when_it_has_to_be(path):
    host = dataclasses.replace(DONE, unwritable=frozenset({path}))
    step = WriteFile(File("/etc/node/7000.conf", "", 0, 0, 0o640), ("hz",))
    with pytest.raises(Refused, match=path):
        check_writable([step], host)
    check_writable([], host)


def test_memory_is_refused_with_the_numbers_and_can_be_accepted():
    gib = 2**30
    answers = {port: an_answer({"maxmemory": str(6 * gib)}) for port in PORTS}
    check_memory(WANTED, answers, Memory(12 * gib, "the memory"))
    with pytest.raises(Refused) as refused:
        check_memory(WANTED, answers, Memory(12 * gib, "the memory", (("7002.conf", gib),)))
    assert (
        "may take 13.0 GiB together (7000: 6.0 GiB, 7001: 6.0 GiB, 7002.conf: 1.0 GiB), but the memory is 12.0 GiB"
        in str(refused.value)
    )
    check_memory(dataclasses.replace(WANTED, accept_memory_overcommit=True), answers, Memory(gib, "the memory"))
