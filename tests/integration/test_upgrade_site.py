# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of upgrade.yml on a cluster and a watched set: answers, installation beside what runs, and the roll."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from tests.matrix.test_site import CLUSTER_PORTS, SET, SINGLE, SOLO, Site, processes

from . import upgrades
from .builds import packed
from .upgrades import NEW, OLD

UPGRADE = "playbooks/upgrade.yml"
ONE_WAY = "--extra-vars=redis_upgrade_one_way=true"


class Built(Site):
    """The cluster and the set of the site, with an engine that is installed as a build."""

    def __enter__(self) -> t.Self:
        """Write the inventory for the old engine."""
        super().__enter__()
        self._builds = {engine: packed(upgrades.program(engine).parent, self.base) for engine in (OLD, NEW)}
        self.choose(OLD)
        return self

    def choose(self, engine: str) -> None:
        """Name an engine in the inventory."""
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        groups["redis_replication"]["hosts"].pop(SINGLE, None)
        variables = groups["all"]["vars"]
        for name in ("redis_node_server", "redis_sentinel_server"):
            variables.pop(name, None)
        # The packages that a build needs are a matter of the machine that runs the tests.
        variables["__redis_install_companions"] = []
        variables.update((f"redis_install_{name}", value) for name, value in self._builds[engine].items())
        for group in groups.values():
            for host, of_host in (group.get("hosts") or {}).items():
                if of_host:
                    of_host["redis_install_prefix"] = str(self.base / host / "opt")
        path.write_text(yaml.safe_dump(groups))

    def _servers(self) -> list[tuple[int, str]]:
        return [(pid, command) for pid, command in processes(self.base.name) if "-server " in command.partition(":")[0]]

    def members(self) -> dict[str, dict[str, t.Any]]:
        """Return what each instance and each Sentinel says of itself."""
        places = [(SOLO, port) for port in CLUSTER_PORTS]
        places += [(address, port) for address, ports in SET.items() for port in ports]
        found = {}
        for address, port in places:
            with self.client(address, port) as client:
                found[f"{address}:{port}"] = t.cast("dict[str, t.Any]", client.info("server"))
        return found

    def processes(self) -> dict[str, str]:
        """Return the run id of each member."""
        return {name: str(info["run_id"]) for name, info in self.members().items()}

    def versions(self) -> set[str]:
        """Return what runs."""
        return {
            f"valkey {info['valkey_version']}"
            if info.get("server_name") == "valkey"
            else f"redis {info['redis_version']}"
            for info in self.members().values()
        }


@pytest.fixture
def site() -> t.Iterator[Built]:
    with Built(upgrades.program(OLD).parent) as made:
        yield made


def said(output: str) -> str:
    """Return an output in one line."""
    return re.sub(r"\s+", " ", output)


def test_the_playbook_answers_installs_beside_what_runs_and_restarts_one_after_the_other(site: Built) -> None:
    site.run()
    before = site.processes()
    assert site.versions() == {upgrades.version(OLD)}
    site.choose(NEW)

    # Without consent nothing is installed: all answers are there.
    refused = site.attempt(UPGRADE)
    assert refused.returncode != 0
    assert f"from {upgrades.version(NEW)} there is no way back to {upgrades.version(OLD)}" in said(refused.stdout)
    assert "Nothing has been changed." in said(refused.stdout)
    assert not list(site.base.glob(f"*/opt/{NEW.partition('-')[0]}"))
    assert site.processes() == before

    planned = said(site.attempt(UPGRADE, "--check", ONE_WAY).stdout)
    assert f"runs {upgrades.version(OLD)}, will run {upgrades.version(NEW)}" in planned
    assert len(re.findall(r"restart 127\.0\.0\.\d:\d+ \(", planned)) >= len(before)
    assert not list(site.base.glob(f"*/opt/{NEW.partition('-')[0]}"))
    assert site.processes() == before

    site.run(UPGRADE, ONE_WAY)
    assert site.versions() == {upgrades.version(NEW)}
    assert not set(site.processes().values()) & set(before.values())
    assert site.outcomes() == ["upgrade.yml: done", "site.yml: done"]

    # Nothing is left to do, and there is no way back in place.
    done = site.processes()
    site.run(UPGRADE)
    assert site.processes() == done
    site.choose(OLD)
    back = said(site.attempt(UPGRADE, ONE_WAY).stdout)
    assert f"{upgrades.version(NEW)} cannot go to {upgrades.version(OLD)}" in back
    assert site.processes() == done


def test_an_upgrade_may_restart_all_members_at_once(site: Built) -> None:
    site.run()
    before = site.processes()
    site.choose(NEW)
    at_once = "--extra-vars=redis_rolling_all_at_once=true"
    assert "clients are offline until they have loaded" in said(
        site.attempt(UPGRADE, "--check", ONE_WAY, at_once).stdout
    )
    assert site.processes() == before
    site.run(UPGRADE, ONE_WAY, at_once)
    assert site.versions() == {upgrades.version(NEW)}
    assert not set(site.processes().values()) & set(before.values())
