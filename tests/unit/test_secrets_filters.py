# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Neither filters nor action inventory_info give away a secret of the inventory.

They have none in their result, and none in what they say of a value that is wrong.
"""

from __future__ import annotations

import copy
import importlib
import json
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.action.inventory_info import PARTS
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Run

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
    sets = [{"name": "main", "primary": "alpha", "ports": [6379, 6380], "sentinel": {"quorum": 2}}]
    return {
        host: {
            **copy.deepcopy(MARKED),
            "inventory_hostname": host,
            "redis_node_address": address,
            "redis_node_instances": [{"port": 6379, "config": {"maxmemory": "1gb"}}, {"port": 6380}],
            "redis_node_config": {"hz": 10},
            "redis_replication_sets": sets,
            "redis_sentinel_config": {},
            "group_names": ["redis_replication", "redis_sentinel"],
            "redis_cluster_accept_placement": [],
            "__redis_node_members": [member(host, port) for port in (6379, 6380)],
            "__redis_sentinel_member": member(host, 26379),
            "__redis_node_machine": "one",
            "__redis_rolling_found": {"members": []},
            "__redis_maintenance_found": {"marks": []},
            "__redis_maintenance_here": {"servers": []},
            "__redis_maintenance_known": {"out": {}},
            "__redis_install_candidate": "7.0.15",
            "redis_upgrade_deployments": [],
        }
        for host, address in HOSTS.items()
    }


def nodes_of(variables: Hostvars) -> list[t.Any]:
    return [one for host in variables.values() for one in host["__redis_node_members"]]


class Own(t.Mapping[str, t.Any]):
    """What a role's task on a host sees: the host's variables, the defaults of roles, what roles make of them."""

    def __init__(self, host: t.Mapping[str, t.Any]) -> None:
        self._host = host

    def __getitem__(self, name: str) -> t.Any:
        if name in PRIVATE:
            return PRIVATE[name](self._host)
        return self._host[name] if name in self._host else OF_ROLES[name]

    def __contains__(self, name: object) -> bool:
        return name in self._host

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._host)

    def __len__(self) -> int:
        return len(self._host)


def account(host: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    return {"name": "admin", "password": host[name], "variable": name, "bare": True}


PRIVATE: dict[str, t.Callable[[t.Mapping[str, t.Any]], t.Any]] = {
    "__redis_client_defaults": lambda h: DEFAULTS,
    "__redis_node_all_users": lambda h: h["redis_node_users"],
    "__redis_node_cluster_enabled": lambda h: False,
    "__redis_node_host": lambda h: {"ip": h["redis_node_address"]},
    "__redis_node_instances": lambda h: h["redis_node_instances"],
    "__redis_node_own_accounts": lambda h: [account(h, "redis_node_admin_password")],
    "__redis_node_settings": lambda h: h["redis_node_config"],
    "__redis_sentinel_all_users": lambda h: h["redis_sentinel_users"],
    "__redis_sentinel_client_accounts": lambda h: [account(h, "redis_sentinel_client_password")],
    "__redis_sentinel_own_accounts": lambda h: [account(h, "redis_sentinel_admin_password")],
}
OF_ROLES: dict[str, t.Any] = {
    **{
        name: value
        for path in ROOT.glob("roles/*/defaults/main.yml")
        for name, value in (yaml.safe_load(path.read_text()) or {}).items()
    },
    **{
        f"redis_{role}_{kind}_group": f"redis_{kind}"
        for role in ("replication", "sentinel", "hooks", "rolling", "upgrade")
        for kind in ("cluster", "replication", "sentinel")
    },
    "redis_cluster_deployment": "redis",
    "redis_cluster_switchover_from": "192.0.2.11:6379",
    "redis_maintenance_host": "alpha",
    "redis_sentinel_switchover_set": "main",
}


def part(name: str) -> t.Callable[[t.Any, Hostvars], t.Any]:
    """Return a call of a part of the action, as the task of a role on the first host makes it."""
    groups = {**GROUPS, "all": list(HOSTS)}
    return lambda f, h: f(Run("alpha", Own(h["alpha"]), h, groups, tuple(h), tuple(h)[::-1]))


# How roles call each of them. A new filter that is not among them fails the first test.
CALLS: dict[str, t.Callable[[t.Callable[..., t.Any], Hostvars], t.Any]] = {
    "client_files": lambda f, h: f(h["alpha"]["redis_client_connections"], h, GROUPS, DEFAULTS),
    "cluster_placement": lambda f, h: f(nodes_of(h), 1, []),
    "monitored_deployments": lambda f, h: f(h, list(h)),
    "monitored_instances": lambda f, h: f(h, list(h)),
    "scrape_targets": lambda f, h: f(h, list(h)),
    **{f"inventory_info {name}": part(name) for name in PARTS},
}
# These never see a variable of the inventory: they take what modules returned, and files of this collection.
OF_RESULTS = {
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
    """Return a filter, or a part of the action."""
    if name.startswith("inventory_info "):
        return PARTS[name.partition(" ")[2]]
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
    assert {name for name in CALLS if " " not in name} | OF_RESULTS == files


def test_the_markers_are_all_that_an_inventory_has() -> None:
    text = json.dumps(MARKED)
    assert [name for name, marker in markers().items() if marker.value not in text] == []


@pytest.mark.parametrize("name", [name for name in CALLS if f"almashooq.redis.{name}" not in GIVE_SECRETS])
def test_no_secret_is_returned(name: str) -> None:
    assert SEARCH.leaks(said(name, hostvars()), name) == []


@pytest.mark.parametrize("name", CALLS)
def test_no_secret_is_said_of_what_is_wrong(name: str) -> None:
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


@pytest.mark.parametrize("name", sorted(PARTS.keys() - {"live", "machine"}))
def test_a_part_is_had_with_all_secrets_and_reads_some_of_what_may_be_wrong(name: str) -> None:
    assert returns(f"inventory_info {name}", hostvars())
    assert asked_by(f"inventory_info {name}")
