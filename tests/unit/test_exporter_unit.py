# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role redis_exporter: what may reach the exporter, and what it can reach."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "redis_exporter"


def templated(text: str, **variables: t.Any) -> t.Any:
    """Return what Ansible makes of a template with the role's defaults and these variables."""
    own: dict[str, t.Any] = {}
    for path in ("defaults/main.yml", "vars/main.yml"):
        own |= yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))
    trusted = {name: trust_as_template(value) if isinstance(value, str) else value for name, value in own.items()}
    servers = [{"address": "192.0.2.11", "name": "192.0.2.11:7000"}, {"address": "192.0.2.12", "name": "192.0.2.12:1"}]
    fixed = {"ansible_managed": "", "redis_node_address": "192.0.2.11", "__redis_exporter_instances": servers}
    return Templar(loader=DataLoader(), variables={**trusted, **fixed, **variables}).template(trust_as_template(text))


def rules(allow: list[str] | None = None, **variables: t.Any) -> list[str]:
    """Return what the unit says of addresses, in an inventory without a Prometheus."""
    text = (ROLE / "templates" / "unit.service.j2").read_text(encoding="utf-8")
    given = {"groups": {}, "hostvars": {}, **variables, **({} if allow is None else {"redis_exporter_allow": allow})}
    return re.findall(r"^IPAddress.*$", templated(text, **given), re.MULTILINE)


def test_the_exporter_reaches_and_is_reached_by_this_host_and_those_that_are_allowed() -> None:
    assert rules(["198.51.100.7", "2001:db8::/64"]) == [
        "IPAddressDeny=any",
        "IPAddressAllow=localhost 192.0.2.11 192.0.2.12 198.51.100.7 2001:db8::/64",
    ]


def test_without_a_prometheus_in_the_inventory_only_this_host_may_ask() -> None:
    assert rules() == ["IPAddressDeny=any", "IPAddressAllow=localhost 192.0.2.11 192.0.2.12"]


def test_a_host_whose_address_is_a_name_is_restricted_only_by_a_list_of_its_own() -> None:
    name = {"redis_node_address": "redis1.example.com"}
    assert rules(**name) == []
    assert rules(["198.51.100.7"], **name) == [
        "IPAddressDeny=any",
        "IPAddressAllow=localhost 192.0.2.11 192.0.2.12 198.51.100.7",
    ]


def test_by_default_the_hosts_of_the_monitoring_group_may_ask_whose_addresses_the_inventory_has() -> None:
    hosts = {
        "watch1": {"redis_monitoring_address": "198.51.100.7", "ansible_host": "203.0.113.7"},
        "watch2": {"redis_monitoring_address": "127.0.0.1", "ansible_host": "2001:db8::7"},
        "watch3": {"ansible_host": "watch3.example.com"},
        "watch4": {},
    }
    found = templated(
        "{{ redis_exporter_allow }}", groups={"redis_monitoring": list(hosts), "other": []}, hostvars=hosts
    )
    assert found == ["198.51.100.7", "203.0.113.7", "2001:db8::7"]
    assert templated("{{ redis_exporter_allow }}", groups={}, hostvars={}) == []


@pytest.mark.parametrize(
    ("allow", "refused"),
    [
        (["192.0.2.50", "192.0.2.0/26", "2001:db8::1", "2001:db8::/64"], []),
        (["0.0.0.0/0", "::/0", "255.249.199.99/32", "2001:db8::/128"], []),
        (["watch.example.com", "192.0.2", "any\nExecStart=x"], ["watch.example.com", "192.0.2", "any\nExecStart=x"]),
        (["192.0.2.0/33", "192.0.2.256", "1.2.3.4.5", "2001:db8::/129", "2001", ":"],) * 2,
    ],
    ids=["addresses and networks", "everyone and the longest", "names and others", "out of range"],
)
def test_what_is_no_address_is_refused_before_anything_is_changed(allow: list[str], refused: list[str]) -> None:
    tasks = yaml.safe_load((ROLE / "tasks" / "refuse.yml").read_text(encoding="utf-8"))
    (task,) = (one for one in tasks if "neither an address nor a network" in one["name"])
    assert templated(task["vars"]["__redis_exporter_no_networks"], redis_exporter_allow=allow) == refused
