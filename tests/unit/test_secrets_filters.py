# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No filter gives away a secret of the inventory: not in its result, not in what it says of a value that is wrong."""

from __future__ import annotations

import copy
import importlib
import json
import typing as t

import pytest

from tests.confidential.markers import Search
from tests.confidential.taint import GIVE_SECRETS
from tests.confidential.variables import ROOT, marked, markers

MARKED = marked(lambda name: markers()[name].value)
SEARCH = Search(markers().values())
HOSTS = {"alpha": "192.0.2.11", "bravo": "192.0.2.12", "charlie": "192.0.2.13"}
GROUPS = {name: list(HOSTS) for name in ("redis_cluster", "redis_replication", "redis_sentinel")}
DEFAULTS = {
    "directory": "/etc/redis-client",
    "file_group": "root",
    **{f"{name}_group": f"redis_{name}" for name in ("sentinel", "replication", "cluster")},
    "sentinel_user": "client",
    "sentinel_password": MARKED["redis_sentinel_client_password"],
}
Hostvars = dict[str, dict[str, t.Any]]


def member(host: str, port: int) -> dict[str, t.Any]:
    where = {"address": HOSTS[host], "port": port, "host": host, "zone": host, "bus_port": port + 10000}
    return {**where, "deployment": "redis", "listening": True}


def hostvars() -> Hostvars:
    """Return what hosts of all groups have, with every secret marked."""
    sets = [{"name": "main", "primary": "alpha", "ports": [6379], "sentinel": {"quorum": 2}}]
    return {
        host: {
            **copy.deepcopy(MARKED),
            "inventory_hostname": host,
            "redis_node_address": address,
            "redis_node_instances": [{"port": 6379, "config": {"maxmemory": "1gb"}}],
            "redis_node_config": {"hz": 10},
            "redis_replication_sets": sets,
            "redis_sentinel_config": {},
            "group_names": list(GROUPS),
            "__redis_node_members": [member(host, 6379)],
            "__redis_sentinel_member": member(host, 26379),
            "__redis_node_machine": "one",
        }
        for host, address in HOSTS.items()
    }


def nodes_of(variables: Hostvars) -> list[t.Any]:
    return [one for host in variables.values() for one in host["__redis_node_members"]]


# How roles call each of them. A new filter that is not among them fails the first test.
CALLS: dict[str, t.Callable[[t.Callable[..., t.Any], Hostvars], t.Any]] = {
    "account_refusal": lambda f, h: f(
        h["alpha"]["redis_node_users"],
        "redis_node_users",
        [{"name": "admin", "password": h["alpha"]["redis_node_admin_password"], "variable": "x", "bare": True}],
    ),
    "client_files": lambda f, h: f(h["alpha"]["redis_client_connections"], h, GROUPS, DEFAULTS),
    "client_refusal": lambda f, h: f(h["alpha"]["redis_client_connections"], h, GROUPS, DEFAULTS),
    "cluster_placement": lambda f, h: f(nodes_of(h), 1, []),
    "cluster_refusal": lambda f, h: f(h, list(h), "redis", "alpha", 1, []),
    "deployment_members": lambda f, h: f(h, list(h), "redis"),
    "directive_refusal": lambda f, h: f(
        [h["alpha"]["redis_node_config"], h["alpha"]["redis_node_secret_config"]], "redis"
    ),
    "guard_files": lambda f, h: f(h, "alpha", list(h), list(h)),
    "instance_endpoints": lambda f, h: f(
        h["alpha"]["redis_node_instances"], h["alpha"]["redis_node_config"], "6gb", True
    ),
    "lonely_instances": lambda f, h: f(h, list(h), "alpha"),
    "machine_refusal": lambda f, h: f(h, list(h), "alpha", list(h)[::-1]),
    "monitored_deployments": lambda f, h: f(h, list(h)),
    "monitored_instances": lambda f, h: f(h, list(h)),
    "node_instances": lambda f, h: f(h["alpha"]["redis_node_instances"], "192.0.2.11", True),
    "only_keys": lambda f, h: f(h["alpha"]["redis_hooks_applications"], ["set", "env_file", "owner", "service"]),
    "replication_refusal": lambda f, h: f(h, list(h)),
    "replication_sets": lambda f, h: f(h, list(h)),
    "scrape_targets": lambda f, h: f(h, list(h)),
    "secret_refusal": lambda f, h: f({"redis_node_config": h["alpha"]["redis_node_config"]}, "Do not."),
    "sentinel_members": lambda f, h: f(h, list(h)),
    "settings_refusal": lambda f, h: f(
        load("node_instances")(h["alpha"]["redis_node_instances"], "192.0.2.11", True),
        h["alpha"]["redis_node_config"],
        h["alpha"]["redis_node_secret_config"],
    ),
    "sentinel_sets": lambda f, h: f(
        load("replication_sets")(h, list(h)),
        {"quorum": 2},
        {"user": "sentinel", "password": h["alpha"]["redis_node_sentinel_password"]},
    ),
}
# These never see a variable of the inventory: they take what modules returned, and files of this collection.
OF_RESULTS = {
    "acceptance_connections",
    "acceptance_drill",
    "acceptance_drills",
    "acceptance_remembered",
    "acceptance_result",
    "live_members",
    "stale_files",
    "witness",
}
# What YAML, a template or a mistake makes of a value.
WRONG: tuple[object, ...] = (
    None,
    7,
    1.5,
    True,
    "text",
    "",
    [],
    ["text"],
    [None],
    {},
    {"name": "text"},
    [{"name": "text"}],
    [{}],
)


class Asked(dict[str, t.Any]):
    """A host's variables; remembers which of them were asked for."""

    def __init__(self, given: t.Mapping[str, t.Any]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> t.Any:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: t.Any = None) -> t.Any:
        self.names.add(name)
        return super().get(name, default)


def asked_by(name: str) -> list[str]:
    """Return the variables that a filter asks for."""
    asked = Asked(hostvars()["alpha"])
    said(name, {**hostvars(), "alpha": asked})
    return sorted(asked.names)


def load(name: str) -> t.Callable[..., t.Any]:
    """Return a filter."""
    loaded = importlib.import_module(f"ansible_collections.almashooq.redis.plugins.filter.{name}")
    return t.cast("t.Callable[..., t.Any]", loaded.FilterModule().filters()[name])


def wrongs(value: object) -> t.Iterator[object]:
    """Yield what a variable may be by mistake: something else, itself in another shape, one part of it wrong."""
    yield from WRONG
    yield [value]
    yield {"name": value}
    yield str(value)
    if isinstance(value, dict):
        for key, one in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            yield from ({**value, key: wrong} for wrong in (*WRONG, [one], {"name": one}, f"{one} \n'\""))
    if isinstance(value, list) and value:
        yield from ([wrong, *value[1:]] for wrong in wrongs(value[0]))
        yield value * 2


def said(name: str, variables: Hostvars) -> str:
    """Return all that a filter says: its result, or its error with what that comes from."""
    try:
        return json.dumps(CALLS[name](load(name), variables), default=str)
    except Exception as error:  # noqa: BLE001
        texts, cause = [], t.cast("BaseException | None", error)
        while cause is not None:
            texts.append(f"{cause} {cause!r}")
            cause = cause.__cause__ or cause.__context__
        return "\n".join(texts)


def test_every_filter_is_known_here() -> None:
    files = {path.stem for path in (ROOT / "plugins" / "filter").glob("*.py")}
    missing = files - CALLS.keys() - OF_RESULTS
    assert not missing, f"add to CALLS how roles call {missing}, with variables that hold secrets if they give it any"
    assert CALLS.keys() | OF_RESULTS == files


def test_the_markers_are_all_that_an_inventory_has() -> None:
    text = json.dumps(MARKED)
    assert [name for name, marker in markers().items() if marker.value not in text] == []


@pytest.mark.parametrize("name", [name for name in CALLS if f"almashooq.redis.{name}" not in GIVE_SECRETS])
def test_a_filter_returns_no_secret(name: str) -> None:
    assert SEARCH.leaks(said(name, hostvars()), name) == []


@pytest.mark.parametrize("name", CALLS)
def test_a_filter_says_no_secret_of_what_is_wrong(name: str) -> None:
    given = hostvars()
    leaks = []
    for variable in asked_by(name):
        for wrong in wrongs(given["alpha"].get(variable)):
            changed = {**given, "alpha": {**given["alpha"], variable: wrong}}
            if f"almashooq.redis.{name}" in GIVE_SECRETS and returns(name, changed):
                continue
            leaks += SEARCH.leaks(said(name, changed), f"{name} with {variable}")
    assert leaks == []


def returns(name: str, variables: Hostvars) -> bool:
    try:
        CALLS[name](load(name), variables)
    except Exception:  # noqa: BLE001
        return False
    return True


def test_files_of_clients_that_are_called_open_hold_no_secret() -> None:
    files = CALLS["client_files"](load("client_files"), hostvars())
    shown = [file for file in files if not file["secret"]]
    assert len(shown) > 1
    assert SEARCH.leaks(json.dumps(shown), "files") == []
    assert SEARCH.leaks(json.dumps(files), "files") != []
