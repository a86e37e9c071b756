# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook maintenance over the three hosts of a watched set, and what site.yml and health.yml make of it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import typing as t

import pytest
import redis
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._managed.files import hold_lock

from tests.matrix.test_site import FIRST, SET, SKIPPED, primary_of

from .engines import engines
from .fleet import until
from .module_runner import ROOT
from .test_site_live import Watched

OTHERS = [address for address in SET if address != FIRST]
FAILOVER = 60.0  # s: more than the default of down-after-milliseconds, and an election
MARKS = "var/lib/redis-maintenance"
# Two nodes of a cluster on each of the three hosts.
NODES = {address: (20030 + number, 20040 + number) for number, address in enumerate(SET)}


class Maintained(Watched):
    """The watched set, one host of which is taken out of service."""

    def __enter__(self) -> t.Self:
        """Write the inventory."""
        super().__enter__()
        return self

    def play(self, playbook: str, *variables: str, check: bool = False, rc: int = 0) -> str:
        """Run a playbook, which has to end with this code, and return its output as one line."""
        command = [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={self.base / 'hosts.yml'}"]
        command += [f"--extra-vars={one}" for one in variables]
        command += [f"--skip-tags={','.join(SKIPPED)}", *(["--check"] if check else [])]
        environment = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
        ended = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        print(ended.stdout)
        assert ended.returncode == rc, ended.stdout[-3000:]
        return re.sub(r"\s+", " ", ended.stdout)

    def maintain(self, host: str, *variables: str, **how: t.Any) -> str:
        """Run playbook maintenance for a host."""
        return self.play("playbooks/maintenance.yml", f"redis_maintenance_host={host}", *variables, **how)

    def marks(self) -> dict[str, list[str]]:
        """Return the files of the marks of each host that has some."""
        found = {address: sorted(path.name for path in (self.base / address / MARKS).glob("*")) for address in SET}
        return {address: names for address, names in found.items() if names}

    def answering(self, servers: t.Mapping[str, t.Sequence[int]] | None = None) -> list[int]:
        """Return the ports that answer, of the set if no servers are named."""
        return [port for address, ports in (servers or SET).items() for port in ports if self._answers(address, port)]

    def _answers(self, address: str, port: int) -> bool:
        with self.client(address, port) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.ConnectionError:
                return False

    def power_off(self, host: str, *, off: bool = True) -> None:
        """Have Ansible find nothing under the address of a host."""
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        variables = groups["redis_replication"]["hosts"][host]
        variables.pop("ansible_connection", None)
        if off:
            variables["ansible_connection"] = "ansible.builtin.ssh"
        path.write_text(yaml.safe_dump(groups))


class Clustered(Maintained):
    """The same three hosts with a cluster, and without a set."""

    def configure(self, **directives: object) -> None:
        """Write the inventory."""
        super().configure(**directives)
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        hosts = groups.pop("redis_replication")["hosts"]
        groups.pop("redis_sentinel")
        for address, ports in NODES.items():
            hosts[address]["redis_node_instances"] = [{"port": port} for port in ports]
        groups["redis_cluster"] = {"hosts": hosts}
        path.write_text(yaml.safe_dump(groups))

    def primaries(self) -> list[int]:
        """Return the ports that are primary."""
        return [
            port
            for address, ports in NODES.items()
            for port in ports
            if t.cast("list[str]", self.client(address, port).execute_command("ROLE"))[0] == "master"
        ]


@pytest.fixture
def site() -> t.Iterator[Maintained]:
    """A watched set of one engine."""
    with Maintained(engines()[0]) as made:
        yield made


def test_a_host_is_out_of_service_until_it_is_brought_back(site: Maintained) -> None:
    site.run()
    everything = site.answering()
    assert len(everything) == 6

    said = site.maintain(FIRST, check=True)
    assert f"switch set main over from {FIRST}:{SET[FIRST][0]}" in said
    assert (site.answering(), site.marks()) == (everything, {})

    site.maintain(FIRST, "redis_maintenance_until=2h", "redis_maintenance_reason=disk")
    left = [port for address in OTHERS for port in SET[address]]
    assert site.answering() == left
    assert site.marks() == {address: [f"{FIRST}.json"] for address in SET}
    assert site.outcomes() == ["maintenance.yml: done", "site.yml: done"]
    # Again: nothing is left to do.
    assert " changed=0 " in site.maintain(FIRST)

    # The others go on, also when the host is powered off, and nothing starts it.
    for off in (False, True):
        site.power_off(FIRST, off=off)
        said = site.play("site.yml")
        assert f"{FIRST} is in maintenance since" in said
        assert re.findall(r"changed=([1-9]\d*)", said) == []
        assert site.answering() == left
        said = site.play("playbooks/health.yml")
        assert "(disk)" in said
    # The rest is restarted where it can be spared: of a set of three with three Sentinels, nothing can.
    assert "no member needs a restart" in site.play("playbooks/rolling_restart.yml")
    said = site.play("playbooks/rolling_restart.yml", "redis_rolling_all=true", rc=2)
    assert f"is the last replica of set main while {FIRST} is in maintenance" in said
    assert site.answering() == left
    site.power_off(FIRST, off=False)
    # Nor does a run that cannot read its mark.
    marks, aside = (site.base / FIRST / path for path in (MARKS, "aside"))
    marks.rename(aside)
    marks.write_text("")
    said = site.play("site.yml", rc=2)
    assert "cannot be read: Not a directory" in said
    assert site.answering() == left
    marks.unlink()
    aside.rename(marks)
    said = site.maintain(OTHERS[0], rc=2)
    assert f"{OTHERS[0]} cannot be taken out of service while {FIRST} is" in said

    site.maintain(FIRST, "redis_maintenance_state=ended", "redis_maintenance_return_primaries=true")
    assert site.answering() == everything
    assert primary_of(site, FIRST) is None
    assert site.marks() == {}
    assert site.outcomes()[:2] == ["maintenance.yml: done"] * 2
    assert re.findall(r"changed=([1-9]\d*)", site.play("site.yml")) == []
    assert "is as it is to be" in site.maintain(FIRST, "redis_maintenance_state=ended")


def test_a_host_of_a_cluster_leaves_and_its_primaries_return() -> None:
    with Clustered(engines()[0]) as site:
        site.run()
        everything, primaries = site.answering(NODES), site.primaries()
        assert (len(everything), len(primaries)) == (6, 3)
        host = next(address for address, ports in NODES.items() if set(ports) & set(primaries))
        said = site.maintain(host, rc=2)
        assert "would be left without a replica" in said
        assert "Nothing has been changed" in said
        said = site.maintain("127.0.0.9", rc=2)
        assert "redis_maintenance_host: 127.0.0.9 is not known. Name one host: " in said
        consent = "redis_maintenance_accept_no_replica=true"
        assert "is not in the future" in site.maintain(host, consent, "redis_maintenance_until=2020-01-01T00:00Z", rc=2)
        assert (site.answering(NODES), site.marks()) == (everything, {})

        site.maintain(host, consent)
        left = [port for address, ports in NODES.items() for port in ports if address != host]
        assert site.answering(NODES) == left
        said = site.play("site.yml")
        assert re.findall(r"changed=([1-9]\d*)", said) == []
        assert site.answering(NODES) == left
        assert "is NOT healthy" not in site.play("playbooks/health.yml")

        site.maintain(host, "redis_maintenance_state=ended", "redis_maintenance_return_primaries=true")
        assert (site.answering(NODES), site.primaries(), site.marks()) == (everything, primaries, {})
        assert re.findall(r"changed=([1-9]\d*)", site.play("site.yml")) == []


def test_a_host_that_cannot_be_stopped_stays_in_service_and_nothing_of_the_maintenance_is_left(
    site: Maintained,
) -> None:
    site.run()
    everything = site.answering()
    # Another program works on the processes of the host: they cannot be stopped in time.
    with contextlib.closing(hold_lock("/run/redis-node", 5)):
        said = site.maintain(FIRST, "redis_maintenance_timeout=15", rc=2)
    assert f"{FIRST} was not taken out of service, and its members run: " in said
    assert (site.answering(), site.marks()) == (everything, {})
    assert site.outcomes()[0] == "maintenance.yml: failed"
    # What was done before stays: another instance is primary, and the next run takes the host out.
    assert primary_of(site, FIRST) is not None
    site.maintain(FIRST)
    assert site.answering() == [port for address in OTHERS for port in SET[address]]
    assert site.outcomes()[:2] == ["maintenance.yml: done", "maintenance.yml: failed"]


def test_a_dead_host_is_marked_through_its_peers_and_stays_so_until_it_is_brought_back(site: Maintained) -> None:
    site.run()
    everything = site.answering()
    site.power_off(FIRST)
    said = site.maintain(FIRST, rc=2)
    assert f"{FIRST} was not reached, and {FIRST}:{SET[FIRST][0]}, {FIRST}:{SET[FIRST][1]} answers" in said
    assert site.marks() == {}
    for port in SET[FIRST]:
        site.kill(f"{FIRST}:{port}")
    until(lambda: None in {primary_of(site, address) for address in OTHERS}, "a failover", FAILOVER)

    site.maintain(FIRST, check=True)
    assert site.marks() == {}
    site.maintain(FIRST, "redis_maintenance_reason=mainboard")
    assert site.marks() == {address: [f"{FIRST}.json"] for address in OTHERS}
    assert "(mainboard)" in site.play("playbooks/health.yml")
    # It can be reached again, and is being repaired: without a mark of its own it is left alone all the same.
    left = site.answering()
    for off in (True, False):
        site.power_off(FIRST, off=off)
        said = site.play("site.yml")
        assert f"{FIRST} is in maintenance since" in said
        assert re.findall(r"changed=([1-9]\d*)", said) == []
        assert site.answering() == left == [port for address in OTHERS for port in SET[address]]

    site.maintain(FIRST, "redis_maintenance_state=ended")
    assert (site.answering(), site.marks()) == (everything, {})
    assert re.findall(r"changed=([1-9]\d*)", site.play("site.yml")) == []
