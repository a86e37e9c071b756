# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of action inventory_info: what roles learn of all hosts, what is refused, and which host reports it."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.action.inventory_info import PARTS
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Run

ROOT = pathlib.Path(__file__).resolve().parents[3]
HOSTS = {"alpha": "192.0.2.11", "bravo": "192.0.2.12", "charlie": "192.0.2.13"}
ROLE_OF = {
    "rolling_needs": "rolling",
    "rolling_hosts": "rolling",
    "host": "node",
    "instances": "node",
    "live": "node",
    "machine": "node",
}
Variables = dict[str, t.Any]


def member(host: str, port: int, **others: t.Any) -> Variables:
    where = {"address": HOSTS.get(host, host), "port": port, "host": host, "zone": host, "bus_port": None}
    return {**where, "deployment": "redis", "listening": True, **others}


def role(name: str) -> Variables:
    """Return the defaults of a role that need no template."""
    defaults = yaml.safe_load((ROOT / "roles" / f"redis_{name}" / "defaults" / "main.yml").read_text())
    return {key: value for key, value in defaults.items() if "{{" not in str(value)}


def replicated(host: str, **others: t.Any) -> Variables:
    """Return the variables of a host that has an instance of set main and a Sentinel."""
    return {
        "group_names": ["redis_replication", "redis_sentinel"],
        "redis_node_address": HOSTS[host],
        "redis_replication_sets": [{"name": "main", "primary": "alpha"}],
        "__redis_node_members": [member(host, 6379)],
        "__redis_sentinel_member": member(host, 26379),
        **others,
    }


def clustered(host: str, ports: t.Sequence[int] = (7000, 7001), **others: t.Any) -> Variables:
    return {
        "group_names": ["redis_cluster"],
        "__redis_node_members": [member(host, port, **others) for port in ports],
    }


THREE = {host: replicated(host) for host in HOSTS}
CLUSTER = {host: clustered(host) for host in HOSTS}


def asked(part: str, hostvars: t.Mapping[str, Variables], host: str = "alpha", **others: t.Any) -> Variables:
    """Return a part as a host gets it, with the private variables that its role makes."""
    strict = others.pop("strict", True)
    play = others.pop("play", tuple(hostvars))
    name = ROLE_OF.get(part, part.removesuffix("_switchover"))
    own = {
        **role(name),
        "redis_node_config": {},
        "__redis_node_cluster_enabled": "redis_cluster" in hostvars[host]["group_names"],
        "__redis_node_settings": {"maxmemory": "1gb"},
        "__redis_node_instances": [{"port": 6379}],
        "__redis_node_host": {"ip": HOSTS.get(host)},
        "__redis_node_all_users": [],
        "__redis_node_own_accounts": [],
        "redis_cluster_deployment": "redis",
        "redis_replication_sentinel_group": "redis_sentinel",
        "redis_sentinel_replication_group": "redis_replication",
        "redis_hooks_replication_group": "redis_replication",
        "__redis_sentinel_own_accounts": [],
        "__redis_sentinel_client_accounts": [],
        "__redis_sentinel_all_users": [],
        **hostvars[host],
        **others,
    }
    groups = {"all": list(hostvars)}
    for each in hostvars:
        for group in hostvars[each]["group_names"]:
            groups.setdefault(group, []).append(each)
    return PARTS[part](Run(host, own, hostvars, groups, play, play, strict))


def refusal(part: str, hostvars: t.Mapping[str, Variables], host: str = "alpha", **others: t.Any) -> str:
    """Return why there is no such part; nothing where there is."""
    try:
        asked(part, hostvars, host, **others)
    except Refused as error:
        return str(error)
    return ""


def test_a_host_says_what_its_instances_bind_need_and_announce_and_no_more() -> None:
    config = {"masterauth": "sesame", "maxmemory": "2mb"}
    told = asked("host", THREE, __redis_node_settings=config, redis_sentinel_announce_hostnames="yes")
    assert told == {
        "endpoints": [{"port": 6379, "bus_port": None, "maxmemory": 2 * 1024**2, "announce_ip": "192.0.2.11"}]
    }


def test_a_host_of_both_topologies_is_refused() -> None:
    both = {"alpha": replicated("alpha", group_names=["redis_cluster", "redis_replication"])}
    assert "alpha is in the groups redis_cluster and redis_replication" in refusal("host", both)


def test_the_only_instance_of_a_set_takes_writes_alone() -> None:
    alone = asked("instances", {"alpha": replicated("alpha")})
    assert [one["settings"] for one in alone["instances"]] == [{"min-replicas-to-write": 0}]
    together = asked("instances", THREE)
    assert [one["settings"] for one in together["instances"]] == [{}]
    assert together["grown"] == []


def test_an_instance_that_was_alone_needs_a_replica_once_there_is_one() -> None:
    grown = {
        "alpha": replicated("alpha", __redis_node_members=[member("alpha", 6379, alone=True)]),
        "bravo": replicated("bravo"),
    }
    told = asked("instances", grown)
    assert [one["settings"] for one in told["instances"]] == [{"min-replicas-to-write": 0}]
    assert [one["settings"] for one in told["attached"]] == [{}]
    assert told["grown"] == [6379]


@pytest.mark.parametrize(
    "given",
    [{"redis_node_min_replicas_to_write": 0}, {"redis_node_config": {"min-slaves-to-write": 0}}],
    ids=["by the variable", "by a directive"],
)
def test_how_many_replicas_a_primary_needs_is_not_found_out_where_the_inventory_says_it(given: Variables) -> None:
    told = asked("instances", {"alpha": replicated("alpha")}, **given)
    assert [one["settings"] for one in told["instances"]] == [{}]


def test_instances_of_a_cluster_have_no_guard_and_those_of_sets_have() -> None:
    assert asked("instances", CLUSTER, __redis_node_instances=[{"port": 7000}])["guard_files"] == {}
    assert list(asked("instances", THREE)["guard_files"]) == ["6379.json"]


INSTANCES: dict[str, tuple[Variables, str]] = {
    "a secret that would be shown": (
        {"redis_node_config": {"requirepass": "sesame"}},
        "These directives are secrets, and would be shown and logged: redis_node_config: requirepass",
    ),
    "a directive of another engine": (
        {"redis_node_config": {"availability-zone": "a"}},
        "availability-zone",
    ),
    "what would cut an instance off": (
        {"__redis_node_settings": {"port": "1"}},
        "alpha: ",
    ),
    "a user twice": (
        {"__redis_node_all_users": [{"name": "app", "password": "a", "rules": "+get"}] * 2},
        "alpha: ",
    ),
}


@pytest.mark.parametrize(("given", "sentence"), INSTANCES.values(), ids=INSTANCES)
def test_settings_and_users_that_cannot_be_are_refused(given: Variables, sentence: str) -> None:
    assert sentence in refusal("instances", THREE, redis_node_secret_config={}, **given)
    assert "sesame" not in refusal("instances", THREE, redis_node_secret_config={}, **given)


def test_without_the_preflight_only_secrets_are_refused() -> None:
    said = {
        name: bool(refusal("instances", THREE, strict=False, **given)) for name, (given, _text) in INSTANCES.items()
    }
    assert [name for name, refused in said.items() if refused] == ["a secret that would be shown"]


def test_live_changes_begin_with_replicas() -> None:
    deferred = {"alpha": "master", "bravo": "slave"}
    hostvars = {
        host: {**THREE[host], "__redis_node_configured": {"deferred": [{"port": 6379, "role": of}]}}
        for host, of in deferred.items()
    }
    assert [one["host"] for one in asked("live", hostvars)["members"]] == ["bravo", "alpha"]


def test_names_of_one_machine_that_cannot_be_are_refused() -> None:
    hostvars = {host: {**THREE[host], "__redis_node_machine": "one"} for host in ("alpha", "bravo")}
    assert "one machine" in refusal(
        "machine", {**hostvars, "bravo": {**hostvars["bravo"], "redis_node_user": "x"}}, "bravo"
    )
    assert asked("machine", {"alpha": hostvars["alpha"], "bravo": THREE["bravo"]}, "bravo") == {}


def test_the_first_host_of_a_cluster_acts_for_it() -> None:
    told = {host: asked("cluster", CLUSTER, host) for host in HOSTS}
    assert {one["first"] for one in told.values()} == {"alpha"}
    assert [len(one["nodes"]) for one in told.values()] == [6, 0, 0]
    assert set(told["alpha"]["nodes"][0]) == {"address", "port", "host", "zone"}
    assert told["alpha"]["runs"]


def test_a_cluster_of_which_a_node_was_down_does_not_run() -> None:
    assert not asked("cluster", {**CLUSTER, "bravo": clustered("bravo", listening=False)})["runs"]


def test_the_first_host_of_the_cluster_alone_says_what_is_wrong() -> None:
    one = {
        "0": clustered("0", deployment="other"),
        "alpha": clustered("alpha", range(7000, 7006)),
        "bravo": {"group_names": ["redis_cluster"]},
    }
    assert refusal("cluster", one, "bravo") == ""
    assert refusal("cluster", one, "0", redis_cluster_deployment="other") != ""
    assert "take no part in this run: bravo" in refusal("cluster", one)


def test_a_placement_that_cannot_be_had_is_refused_until_it_is_accepted() -> None:
    one = {"alpha": clustered("alpha", range(7000, 7006))}
    accepted = ["replica-on-primary-host", "replica-in-primary-zone", "primary-majority-on-host"]
    assert "accept it by name" in refusal("cluster", one)
    assert refusal("cluster", one, redis_cluster_accept_placement=accepted) == ""
    assert refusal("cluster", one, strict=False) == ""


def test_hosts_without_instances_and_hosts_nobody_has_looked_at_are_told_so() -> None:
    assert "has an instance" in refusal("cluster", {host: clustered(host, ()) for host in HOSTS})
    unknown = {host: {"group_names": ["redis_cluster"]} for host in HOSTS}
    assert "role redis_node has not run on any host" in refusal("cluster", unknown)


NODES = [("192.0.2.11", 7000, "redis"), ("2001:db8::12", 7000, "redis"), ("2001:db8::12", 7001, "other")]


@pytest.mark.parametrize(("address", "port", "deployment"), NODES)
@pytest.mark.parametrize("way", ["from", "to"])
def test_a_node_is_named_for_a_switchover_as_modules_name_it(
    address: str, port: int, deployment: str, way: str
) -> None:
    hostvars = {
        "one": {
            "group_names": ["redis_cluster"],
            "__redis_node_members": [
                {**member(one, number, deployment=name), "host": "one"} for one, number, name in NODES
            ],
        }
    }
    told = asked(
        "cluster_switchover", hostvars, "one", strict=False,
        **{f"redis_cluster_switchover_{way}": node_name(address, port), "redis_cluster_deployment": deployment},
    )  # fmt: skip
    assert told["switches"]
    other = {"redis": "other", "other": "redis"}[deployment]
    named = {f"redis_cluster_switchover_{way}": node_name(address, port), "redis_cluster_deployment": other}
    assert not asked("cluster_switchover", hostvars, "one", strict=False, **named)["switches"]


@pytest.mark.parametrize(
    "named",
    [{}, {"from": "192.0.2.11:7009"}, {"from": "192.0.2.11:7000", "to": "192.0.2.11:7001"}],
    ids=["nothing", "what is not there", "both"],
)
def test_a_switchover_of_what_is_not_one_node_is_refused_once(named: dict[str, str]) -> None:
    given = {f"redis_cluster_switchover_{way}": node for way, node in named.items()}
    said = refusal("cluster_switchover", CLUSTER, **given)
    assert f"Named: {', '.join(named.values()) or 'none'}. There are: 192.0.2.11:7000, " in said
    assert not asked("cluster_switchover", CLUSTER, "bravo", **given)["switches"]


def test_sets_are_told_with_who_acts_and_who_leaves() -> None:
    hostvars = {**THREE, "charlie": replicated("charlie", redis_replication_state="absent")}
    told = {host: asked("replication", hostvars, host) for host in HOSTS}
    assert [[one["name"] for one in each["mine"]] for each in told.values()] == [["main"], [], []]
    assert set(told["alpha"]["asked"][0]) == {"name", "primary", "nodes"}
    assert [one["host"] for one in told["alpha"]["leaving"]] == ["charlie"]
    assert len(told["alpha"]["sentinels"]) == 3
    # As module replication takes it: with the instance of the host that leaves, which is still attached.
    (replicated_set,) = told["alpha"]["replicated"]
    assert set(replicated_set) == {"name", "primary", "nodes", "external"}
    assert (len(replicated_set["nodes"]), replicated_set["external"]) == (2, ["192.0.2.13:6379"])
    assert told["bravo"]["replicated"] == []


def test_a_set_whose_hosts_are_not_all_there_is_refused() -> None:
    down = {**THREE["bravo"], "__redis_node_members": None}
    assert "take no part in this run: bravo" in refusal("replication", {**THREE, "bravo": down})


def test_sentinels_watch_all_sets_with_the_options_of_all_and_their_own() -> None:
    sets = [{"name": "main", "primary": "alpha", "sentinel": {"parallel-syncs": 2}}]
    told = asked("sentinel", {host: replicated(host, redis_replication_sets=sets) for host in HOSTS})
    (main,) = told["watched"]
    assert (main["name"], main["quorum"], main["primary"]) == ("main", 2, {"address": "192.0.2.11", "port": 6379})
    assert main["settings"] == {"down-after-milliseconds": 5000, "failover-timeout": 10000, "parallel-syncs": 2}
    assert "auth_password" not in main
    assert (told["first"], told["sets"], told["runs"], told["leaving"]) == ("alpha", ["main"], True, [])
    assert [one["host"] for one in told["peers"]] == ["bravo", "charlie"]


def test_sentinels_watch_the_primary_that_the_run_has_found() -> None:
    live = {"__redis_replication_live": {"main": {"address": "192.0.2.12", "port": 6379}}}
    hostvars = {**THREE, "alpha": {**THREE["alpha"], **live}}
    assert asked("sentinel", hostvars)["watched"][0]["primary"]["address"] == "192.0.2.12"
    assert asked("hooks", hostvars)["live"] == live["__redis_replication_live"]


SENTINELS: dict[str, tuple[dict[str, Variables], Variables, str]] = {
    "a secret that would be shown": (
        THREE,
        {"redis_sentinel_config": {"requirepass": "sesame"}},
        "would be shown and logged: redis_sentinel_config: requirepass",
    ),
    "a user twice": (
        THREE,
        {"__redis_sentinel_all_users": [{"name": "app", "password": "a", "rules": "+get"}] * 2},
        "alpha: ",
    ),
    "a quorum that cannot be had": (
        THREE,
        {"redis_sentinel_quorum": 4},
        "The quorum of set main is 4, and there are 3 Sentinel(s)",
    ),
    "names that some announce": (
        {**THREE, "bravo": replicated("bravo", redis_sentinel_announce_hostnames=True, redis_node_address="bravo")},
        {},
        "redis_sentinel_announce_hostnames differs between the hosts of groups redis_sentinel and redis_replication",
    ),
    "more that leave than stay": (
        {host: replicated(host, redis_sentinel_state="absent" if host != "alpha" else "present") for host in HOSTS},
        {},
        "More Sentinels leave than stay (2 and 1)",
    ),
}


@pytest.mark.parametrize(("hostvars", "given", "sentence"), SENTINELS.values(), ids=SENTINELS)
def test_sentinels_that_cannot_be_are_refused_by_the_preflight(
    hostvars: dict[str, Variables], given: Variables, sentence: str
) -> None:
    if "bravo" in sentence or "announce" in sentence:
        for one in hostvars["bravo"]["__redis_node_members"], [hostvars["bravo"]["__redis_sentinel_member"]]:
            one[0]["name"] = "bravo"
    assert sentence in refusal("sentinel", hostvars, **given)
    assert "sesame" not in refusal("sentinel", hostvars, **given)
    assert refusal("sentinel", hostvars, strict=False, **given) == ""


def test_a_sentinel_that_nobody_has_looked_at_is_refused() -> None:
    unknown = {**THREE, "alpha": {**THREE["alpha"], "__redis_sentinel_member": None}}
    assert "has not run on alpha" in refusal("sentinel", unknown, strict=False)


def test_a_switchover_of_a_set_has_its_nodes_or_names_the_sets() -> None:
    told = asked("sentinel_switchover", THREE, strict=False, redis_sentinel_switchover_set="main")
    assert len(told["nodes"]) == 3
    assert "There are: main" in refusal("sentinel_switchover", THREE, redis_sentinel_switchover_set="other")


APPLICATION = {"set": "main", "env_file": "/etc/app.env", "service": "app.service", "password": "sesame"}


def test_hooks_are_told_of_sets_and_of_applications_without_their_passwords() -> None:
    told = asked("hooks", THREE, redis_hooks_applications=[APPLICATION])
    assert told["places"] == [{"set": "main", "env_file": "/etc/app.env", "service": "app.service"}]
    assert len(told["members"]["main"]) == 3
    assert told["live"] == {}


def test_an_application_of_a_set_that_is_not_there_is_refused() -> None:
    given = {"redis_hooks_applications": [{**APPLICATION, "set": "other"}]}
    assert "/etc/app.env is for set other, which is not one of main" in refusal("hooks", THREE, **given)
    assert refusal("hooks", THREE, strict=False, **given) == ""


def test_connections_that_cannot_be_are_refused() -> None:
    names = {f"{name}_group": f"redis_{name}" for name in ("sentinel", "replication", "cluster")}
    defaults = {"directory": "/d", "file_group": "root", "sentinel_user": "", "sentinel_password": "", **names}
    one = {"name": "cache", "topology": "sentinel", "set": "main"}
    given = {"__redis_client_defaults": defaults, "redis_client_connections": [one]}
    assert asked("client", THREE, **given) == {}
    assert "there are: main" in refusal("client", THREE, **{**given, "redis_client_connections": [{**one, "set": "x"}]})


def test_the_variables_of_roles_that_parts_ask_for_exist() -> None:
    known = {
        name
        for path in (ROOT / "roles").glob("*/*/main.yml")
        if path.parent.name in ("defaults", "vars")
        for name in yaml.safe_load(path.read_text()) or {}
    }
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        known.update(yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"])
    # What tasks remember is set by set_fact.
    known |= {"__redis_node_host"}
    text = "".join(path.read_text() for path in (ROOT / "plugins" / "plugin_utils").glob("_inventory_*.py"))
    found = set(re.findall(r'own\["(\w+)"\]', text)) | set(re.findall(r'is_set\("(\w+)"\)', text))
    assert len(found) > 20
    assert sorted(found - known) == []


def found(host: str, **reasons: t.Sequence[str]) -> Variables:
    """Return what a host has answered: the members that need a restart, by their ports."""
    return {
        "__redis_rolling_found": {
            "members": [
                {"node": node_name(HOSTS[host], int(port[1:])), "reasons": list(why), "installed": "redis 7.0.15"}
                for port, why in reasons.items()
            ]
        }
    }


ROLLING = {
    "redis_rolling_cluster_group": "redis_cluster",
    "redis_rolling_replication_group": "redis_replication",
    "redis_rolling_sentinel_group": "redis_sentinel",
    "redis_rolling_server": "/usr/bin/redis-server",
    "redis_rolling_user": "redis",
    "redis_rolling_user_group": "redis",
}


def rolling_needs(*more: str, **others: t.Any) -> dict[str, list[str]]:
    """Return the reasons of each member of set main that is to be restarted."""
    reasons = [*more, "io-threads is 1, will be 4"]
    hostvars = {
        host: {**THREE[host], **found(host, p6379=reasons if host == "bravo" else (), p26379=())} for host in HOSTS
    }
    deployments = asked("rolling_needs", hostvars, **ROLLING, **others)["deployments"]
    return {one["node"]: one["reasons"] for each in deployments for one in each["needs"]}


def test_a_rolling_restart_is_about_the_members_that_need_one() -> None:
    assert rolling_needs() == {"192.0.2.12:6379": ["io-threads is 1, will be 4"]}


def test_a_rolling_restart_may_be_about_all_members_or_those_that_are_named() -> None:
    everyone = {node_name(address, port) for address in HOSTS.values() for port in (6379, 26379)}
    assert set(rolling_needs(redis_rolling_all="true")) == everyone
    assert rolling_needs(redis_rolling_all=True)["192.0.2.12:6379"] == ["io-threads is 1, will be 4"]
    assert rolling_needs(redis_rolling_hosts=["alpha"]) == {
        "192.0.2.11:6379": ["requested"],
        "192.0.2.11:26379": ["requested"],
    }
    assert rolling_needs(redis_rolling_members=["192.0.2.13:6379"]) == {"192.0.2.13:6379": ["requested"]}
    assert rolling_needs(redis_rolling_deployments=["main"]) == rolling_needs()


AUTOMATIC: Variables = {"__redis_rolling_automatic": True}
ROLLS = {"redis_node_restart": "rolling"}
DATABASES = {"port": 6379, "setting": "databases", "running": "16", "wanted": "1"}


def automatic(hostvars: t.Mapping[str, Variables], **others: t.Any) -> dict[str, list[str]]:
    """Return the reasons of each member of set main that playbook site restarts."""
    known = {host: {**THREE[host], **variables} for host, variables in hostvars.items()}
    # One host speaks for all, in a play of its own.
    deployments = asked("rolling_needs", known, play=("alpha",), **ROLLING, **AUTOMATIC, **others)["deployments"]
    assert all(each["needs"] for each in deployments)
    assert {one["named"] for each in deployments for one in each["needs"]} <= {False}
    return {one["node"]: one["reasons"] for each in deployments for one in each["needs"]}


def test_site_restarts_members_of_the_hosts_that_want_it() -> None:
    need = {host: found(host, p6379=["databases is 16, will be 1"]) for host in HOSTS}
    hosts = {"alpha": ROLLS, "bravo": {"redis_node_restart": "report"}, "charlie": {}}
    assert asked("rolling_hosts", {host: {**THREE[host], **hosts[host]} for host in HOSTS})["hosts"] == ["alpha"]
    assert set(automatic({host: {**need[host], **hosts[host]} for host in HOSTS})) == {"192.0.2.11:6379"}
    assert set(automatic({host: {**need[host], **ROLLS} for host in HOSTS})) == {
        f"{one}:6379" for one in HOSTS.values()
    }
    assert automatic({host: {**need[host], **ROLLS} for host in HOSTS}, redis_rolling_deployments=["shop"]) == {}
    assert automatic(need) == {}


@pytest.mark.parametrize(
    "named",
    [
        {"redis_rolling_all": True},
        {"redis_rolling_hosts": ["alpha"]},
        {"redis_rolling_members": ["192.0.2.13:6379"]},
    ],
    ids=lambda named: next(iter(named)),
)
def test_site_restarts_nothing_that_needs_no_restart(named: Variables) -> None:
    # Set in an inventory, each run would restart it again.
    nothing = {host: {**found(host, p6379=(), p26379=()), **ROLLS} for host in HOSTS}
    assert automatic(nothing, **named) == {}


def test_site_leaves_a_deployment_alone_of_which_a_host_takes_no_part_in_the_run() -> None:
    need = {host: {**found(host, p6379=["databases is 16, will be 1"]), **ROLLS} for host in HOSTS}
    assert automatic({**need, "charlie": ROLLS}) == {}


def test_in_check_mode_what_site_would_configure_is_planned_too() -> None:
    waiting = {"address": "192.0.2.12", "restarts": [DATABASES], "unit_of": [6379]}
    hostvars = {host: {**found(host, p6379=(), p26379=["(unit) has changed"]), **ROLLS} for host in HOSTS}
    hostvars["bravo"]["__redis_node_shown"] = {"waiting": waiting}
    hostvars["charlie"]["__redis_node_shown"] = {"skipped": True}
    reasons = automatic(hostvars, ansible_check_mode=True)
    assert reasons["192.0.2.12:6379"] == ["databases is 16, will be 1", "its unit has changed"]
    assert set(reasons) == {"192.0.2.12:6379", *(f"{one}:26379" for one in HOSTS.values())}
    # Otherwise the hosts know: what was warned of may be done.
    assert "192.0.2.12:6379" not in automatic(hostvars)


@pytest.mark.parametrize("since", ["2026-03-02 09:14:07 UTC", "2026-03-02T09:14:07Z", "2026-03-02T10:14:07+01:00"])
def test_a_rolling_restart_of_all_goes_on_after_those_that_the_interrupted_run_has_restarted(since: str) -> None:
    began = 1772442847.0
    started = {"alpha": began + 60, "bravo": began + 60, "charlie": began - 3600}
    hostvars = {host: {**THREE[host], **found(host, p6379=(), p26379=())} for host in HOSTS}
    for host, variables in hostvars.items():
        instance, sentinel = variables["__redis_rolling_found"]["members"]
        instance["started"], sentinel["started"] = started[host], None
        instance["reasons"] = ["io-threads is 1, will be 4"] if host == "bravo" else []
    asking: Variables = {**ROLLING, "redis_rolling_all": True}
    (one,) = asked("rolling_needs", hostvars, **asking, redis_rolling_started_before=since)["deployments"]
    # One that needs a restart now does so whenever it was started; what is not known was not restarted.
    assert [each["node"] for each in one["needs"]] == [
        *("192.0.2.12:6379", "192.0.2.13:6379"),
        *(f"{address}:26379" for address in HOSTS.values()),
    ]
    (one,) = asked("rolling_needs", hostvars, **asking)["deployments"]
    assert len(one["needs"]) == 6
    with pytest.raises(Refused, match="redis_rolling_started_before: 'yesterday' is no time"):
        asked("rolling_needs", hostvars, **asking, redis_rolling_started_before="yesterday")


@pytest.mark.parametrize("value", ["yes", "no", ""])
def test_replicas_of_a_cluster_stay_where_their_value_is_known_and_move_again_where_it_is_yes(value: str) -> None:
    told = {host: found(host, p7000=(), p7001=()) for host in HOSTS}
    for one in (one for each in told.values() for one in each["__redis_rolling_found"]["members"]):
        one["migration"] = "yes"
    told["bravo"]["__redis_rolling_found"]["members"][0]["migration"] = value
    hostvars = {host: {**CLUSTER[host], **told[host], "redis_node_address": HOSTS[host]} for host in HOSTS}
    (deployment,) = asked("rolling_needs", hostvars, **ROLLING)["deployments"]
    others = {node_name(address, port) for address in HOSTS.values() for port in (7000, 7001)} - {"192.0.2.12:7000"}
    assert set(deployment["hold"]) == others | ({"192.0.2.12:7000"} if value else set())
    assert set(deployment["release"]) == others | ({"192.0.2.12:7000"} if value == "yes" else set())


def test_no_replica_of_a_set_is_held() -> None:
    hostvars = {host: {**THREE[host], **found(host, p6379=(), p26379=())} for host in HOSTS}
    (deployment,) = asked("rolling_needs", hostvars, **ROLLING)["deployments"]
    assert (deployment["hold"], deployment["release"]) == ([], [])


def test_the_priorities_of_a_set_are_those_that_are_known() -> None:
    hostvars = {host: {**THREE[host], **found(host, p6379=(), p26379=())} for host in HOSTS}
    for host, priority in zip(HOSTS, (100, None, 7)):
        hostvars[host]["__redis_rolling_found"]["members"][0]["priority"] = priority
    (deployment,) = asked("rolling_needs", hostvars, **ROLLING)["deployments"]
    assert deployment["priorities"] == {"192.0.2.11:6379": 100, "192.0.2.13:6379": 7}


def out(*hosts: str) -> dict[str, Variables]:
    """Return the hosts of a set that have answered, but for those in maintenance, which are not asked."""
    hostvars: dict[str, Variables] = {}
    for host in HOSTS:
        mine = {**THREE[host], **({} if host in hosts else found(host, p6379=("unit",), p26379=()))}
        groups = [*mine["group_names"], *(["almashooq_maintenance"] if host in hosts else [])]
        hostvars[host] = {**mine, "group_names": groups}
    return hostvars


def test_a_host_in_maintenance_is_not_asked_and_the_others_are_restarted_without_it() -> None:
    (deployment,) = asked("rolling_needs", out("charlie"), **ROLLING)["deployments"]
    assert deployment["absent"] == ["charlie"]
    assert [one["node"] for one in deployment["needs"]] == ["192.0.2.11:6379", "192.0.2.12:6379"]
    assert len(deployment["nodes"]) == 3
    (deployment,) = asked("rolling_needs", out(), **ROLLING)["deployments"]
    assert deployment["absent"] == []
    everything: Variables = {**ROLLING, "redis_rolling_all": True}
    (deployment,) = asked("rolling_needs", out("charlie"), **everything)["deployments"]
    assert [one["node"] for one in deployment["needs"]] == [
        f"{address}:{port}" for port in (6379, 26379) for address in ("192.0.2.11", "192.0.2.12")
    ]


@pytest.mark.parametrize(
    "named", [{"redis_rolling_hosts": ["charlie"]}, {"redis_rolling_members": ["192.0.2.13:6379"]}]
)
def test_members_of_a_host_in_maintenance_are_not_restarted_by_name(named: Variables) -> None:
    why = refusal("rolling_needs", out("charlie"), **ROLLING, **named)
    assert why.startswith("charlie is in maintenance, so its members cannot be restarted. Bring it back first")


def test_a_deployment_with_a_host_in_maintenance_is_not_upgraded() -> None:
    groups = {name.replace("rolling", "upgrade"): value for name, value in ROLLING.items()}
    why = refusal("upgrade", out("charlie"), **groups, redis_upgrade_deployments=[])
    assert why.startswith("charlie is in maintenance: its members would come back with the release of before")


def upgraded(variables: Variables, **of_alpha: t.Any) -> Variables:
    """Return the one deployment of part upgrade; variables are of all hosts, and more of the first."""
    hostvars = {
        host: {**THREE[host], **found(host, p6379=(), p26379=()), **variables, **(of_alpha if host == "alpha" else {})}
        for host in HOSTS
    }
    groups = {name.replace("rolling", "upgrade"): value for name, value in ROLLING.items()}
    (deployment,) = asked("upgrade", hostvars, **groups, redis_upgrade_deployments=["main"])["deployments"]
    return t.cast("Variables", deployment)


def test_an_upgrade_is_to_the_version_of_the_build_the_archives_or_the_program_of_the_user() -> None:
    build = {"redis_install_method": "source", "redis_install_engine": "valkey", "redis_install_version": "8.1.8"}
    assert upgraded(build)["targets"] == dict.fromkeys(HOSTS, "valkey 8.1.8")
    archives = {"__redis_install_candidate": "7.0.20"}
    assert upgraded(archives)["targets"] == dict.fromkeys(HOSTS, "redis 7.0.20")
    newer = upgraded(archives, __redis_install_candidate="7.2.4")["targets"]
    assert newer == {"alpha": "redis 7.2.4", "bravo": "redis 7.0.20", "charlie": "redis 7.0.20"}
    own = {**build, "redis_node_server": "/opt/mine/redis-server"}
    assert upgraded(own)["targets"] == dict.fromkeys(HOSTS, "redis 7.0.15")
    assert [one["host"] for one in upgraded(build)["hosts"]] == list(HOSTS)


def test_a_host_whose_archives_were_not_asked_stops_an_upgrade() -> None:
    with pytest.raises(Refused, match="host alpha was not asked which version its package archives have"):
        upgraded({})


def test_a_rolling_restart_in_an_upgrade_is_about_all_members_that_run_another_version() -> None:
    name = "192.0.2.12:6379"
    answers = [{"target": "valkey 8.0.1", "behind": [name], "versions": {name: "redis 7.0.15"}}]
    same = ["(version) is redis 7.0.15, will be valkey 8.0.1", "/a is another program than the one that runs"]
    assert rolling_needs(*same, __redis_upgrade_answers=answers) == {
        name: ["runs redis 7.0.15, will run valkey 8.0.1", "io-threads is 1, will be 4"]
    }


@pytest.mark.parametrize(
    ("name", "value", "known"),
    [
        ("redis_rolling_members", "192.0.2.99:1", "192.0.2.11:6379"),
        ("redis_rolling_hosts", "delta", "alpha, bravo, charlie"),
        ("redis_rolling_deployments", "shop", "main"),
    ],
)
def test_a_rolling_restart_refuses_names_that_there_are_not(name: str, value: str, known: str) -> None:
    with pytest.raises(Refused, match=rf"{name}: {value} is not known\. There are: {known}"):
        rolling_needs(**{name: [value]})


def test_a_rolling_restart_needs_every_host() -> None:
    with pytest.raises(Refused, match="host alpha was not asked which of its members need a restart"):
        asked("rolling_needs", THREE, **ROLLING)


def test_a_member_is_restarted_by_its_unit_unless_there_is_no_service_manager() -> None:
    servers = asked("rolling", THREE, **ROLLING)["servers"]
    assert [(one["kind"], one["port"], one["unit"]) for one in servers] == [
        ("instance", 6379, "redis-node@6379.service"),
        ("sentinel", 26379, "redis-sentinel@26379.service"),
    ]
    assert servers[0]["process"]["data_dir"] == "/var/lib/redis-node"
    assert servers[1]["process"]["data_dir"] == "/var/lib/redis-sentinel"
    daemons = asked("rolling", THREE, **ROLLING, redis_node_service_manager="daemon")["servers"]
    assert [one["unit"] for one in daemons] == ["", ""]


def test_a_sentinel_has_a_program_and_a_user_of_its_own_where_the_inventory_says_so() -> None:
    # Compared with another program than its own, it would need a restart for ever.
    own = {"redis_sentinel_server": "/opt/bin/redis-server", "redis_sentinel_user": "sentinel"}
    servers = asked("rolling", THREE, **ROLLING, **own, redis_sentinel_user_group="watchers")["servers"]
    assert [one["process"]["server"] for one in servers] == ["/usr/bin/redis-server", "/opt/bin/redis-server"]
    assert [one["process"]["user"] for one in servers] == ["redis", "sentinel"]
    assert [one["process"]["group"] for one in servers] == ["redis", "watchers"]


def test_every_part_is_documented() -> None:
    module = ROOT / "plugins" / "modules" / "inventory_info.py"
    text = re.search(r'DOCUMENTATION = r"""\n(.*?)"""', module.read_text(), re.DOTALL)
    options = yaml.safe_load(text[1] if text else "")["options"]
    assert options["part"]["choices"] == list(PARTS)
