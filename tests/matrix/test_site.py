# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every engine has to do under the whole of site.yml, run by the Ansible and with the redis-py of these tests.

A cluster on one host, a watched set on three, and a single instance on one of those by another name, all of them
addresses of this machine's loopback, each host with a /run, /etc and /var of its own and without systemd. Every setting
is the roles' default, but the service user, ports and the path of the engine; nothing is installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t

import pytest
import redis
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._history import runs, store

from tests.integration.engines import engines
from tests.integration.fleet import until
from tests.integration.module_runner import ROOT

SOLO = "127.0.0.1"
CLUSTER_PORTS = range(20000, 20006)
# Of each host of the set: the ports of its instance and of its Sentinel. A port is one host's on this machine.
SET = {"127.0.0.2": (20010, 20020), "127.0.0.3": (20011, 20021), "127.0.0.4": (20012, 20022)}
FIRST = next(iter(SET))
# Another name of the first host, with a set of its own that is nothing but this instance.
SINGLE, SINGLE_PORT, REPLICA_PORT = "127.0.0.5", 20013, 20014
PASSWORDS = {"admin": "admin secret", "replication": "replication secret", "sentinel": "sentinel-secret"}
USER, GROUP = "nobody", "nogroup"
# What concerns the machine that runs the tests.
SKIPPED = [f"redis_install_{phase}" for phase in ("choose", "forbid", "package", "user")]
KERNEL = {f"redis_node_kernel_{name}": "" for name in ("overcommit_memory", "transparent_hugepage")}
# Hosts of one machine: each is a process with files of its own, which modules join. A host has one such namespace for
# all of its names and for as long as it lives: by this, and by its boot, hosts are distinguished.
HOST = 'for path in run etc var; do mount --bind "$0/$path" "/$path" || exit; done; echo ready; exec sleep infinity'
INTERPRETER = """\
#!/bin/sh
PYTHONPATH="{directory}/site" exec nsenter --mount --target={pid} "{python}" "$@"
"""
# Has modules start sooner: see there.
BYTECODE = ROOT / "molecule" / "shared" / "image" / "module_bytecode.py"
# The defaults of role redis_node, as the engines spell them.
DEFAULTS = {
    "appendfsync": "everysec",
    "appendonly": "yes",
    "maxmemory": str(6 * 1024**3),
    "maxmemory-policy": "allkeys-lru",
    "min-replicas-max-lag": "10",
    "save": "900 1 300 10 60 10000",
}
# A share of the host's memory, which its facts contain.
MAXMEMORY_OF_THE_SET = "{{ ansible_facts['memtotal_mb'] // 100 }}mb"
OF_THE_CLUSTER = {"cluster-enabled": "yes", "cluster-node-timeout": "5000", "min-replicas-to-write": "0"}
OF_THE_SINGLE_INSTANCE = {"cluster-enabled": "no", "min-replicas-to-write": "0"}
OF_THE_SET = {"cluster-enabled": "no", "min-replicas-to-write": "1"}


class Site:
    """An inventory of five names for four hosts on loopback for one engine, and what runs of site.yml start there."""

    def __init__(self, engine: pathlib.Path) -> None:
        # All sites have the same addresses and ports, and workers of a run of tests share the network.
        turn = f"site-turn-{os.stat('/proc/self/ns/net').st_ino}"
        self._turn = os.open(pathlib.Path(tempfile.gettempdir(), turn), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        self.engine = engine
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="matrix-"))
        # The service user has to get through.
        self.base.chmod(0o755)
        self._hosts: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Site:
        """Write the inventory."""
        solo = {
            **self._host(SOLO),
            # As most inventories have it elsewhere: the address is a fact.
            "redis_node_address": "{{ ansible_facts['lo']['ipv4']['address'] }}",
            "redis_node_instances": [{"port": port} for port in CLUSTER_PORTS],
        }
        members = {
            address: {
                **self._host(address),
                "redis_node_instances": [{"port": port}],
                "redis_node_maxmemory": MAXMEMORY_OF_THE_SET,
                "redis_sentinel_port": sentinel_port,
            }
            for address, (port, sentinel_port) in SET.items()
        }
        self._single = {**members[FIRST], "redis_node_address": SINGLE, "redis_node_maxmemory": "6gb"}
        sets = [{"name": "main", "primary": FIRST, "ports": [port for port, _sentinel_port in SET.values()]}]
        self._groups = {
            "all": {"vars": self._common()},
            "redis_cluster": {
                "hosts": {SOLO: solo},
                "vars": {"redis_cluster_accept_placement": ["replica-on-primary-host"]},
            },
            "redis_replication": {"hosts": members, "vars": {"redis_replication_sets": sets}},
            "redis_sentinel": {"hosts": dict.fromkeys(SET)},
        }
        self.have_in_single_set([SINGLE_PORT])
        return self

    def have_in_single_set(self, ports: t.Sequence[int]) -> None:
        """Write the inventory, with these instances in the set of the host under its other name."""
        sets = [{"name": "single", "primary": SINGLE, "ports": list(ports)}]
        instances = [{"port": port} for port in ports]
        self._groups["redis_replication"]["hosts"][SINGLE] = {
            **self._single,
            "redis_node_instances": instances,
            "redis_replication_sets": sets,
        }
        (self.base / "hosts.yml").write_text(yaml.safe_dump(self._groups))

    def __exit__(self, *_exception: object) -> None:
        """End everything that runs with files of this site, and remove them."""
        for pid, _command in self._servers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not self._servers(), "the servers to end")
        for host in self._hosts:
            host.kill()
            host.communicate()
        shutil.rmtree(self.base)
        os.close(self._turn)

    def _common(self) -> dict[str, t.Any]:
        server = str(next(self.engine.glob("*-server")))
        return {
            "ansible_connection": "local",
            "ansible_become": False,
            "ansible_pipelining": True,
            "redis_install_user": USER,
            "redis_install_group": GROUP,
            "redis_node_server": server,
            "redis_sentinel_server": server,
            "redis_node_accept_memory_overcommit": True,
            "redis_node_kernel_somaxconn": 0,
            **KERNEL,
            **{f"redis_node_{user}_password": password for user, password in PASSWORDS.items()},
        }

    def _host(self, address: str) -> dict[str, t.Any]:
        directory = self.base / address
        for path in ("run", "var/lib", "var/log", "var/tmp"):
            (directory / path).mkdir(parents=True)
        shutil.copytree("/etc", directory / "etc", symlinks=True)
        (directory / "site").mkdir()
        shutil.copy(BYTECODE, directory / "site" / "sitecustomize.py")
        host = subprocess.Popen(["unshare", "--mount", "sh", "-c", HOST, str(directory)], stdout=subprocess.PIPE)
        self._hosts.append(host)
        assert host.stdout is not None
        assert host.stdout.readline() == b"ready\n"
        python = directory / "python"
        python.write_text(INTERPRETER.format(directory=directory, pid=host.pid, python=sys.executable))
        python.chmod(0o755)
        return {"redis_node_address": address, "ansible_python_interpreter": str(python)}

    def kill(self, endpoint: str) -> None:
        """Kill the server that listens there."""
        (pid,) = (pid for pid, command in self._servers() if f" {endpoint}" in command)
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid not in dict(self._servers()), f"the end of {endpoint}")

    def _servers(self) -> list[tuple[int, str]]:
        return [(pid, command) for pid, command in processes(self.base.name) if command.startswith(str(self.engine))]

    def attempt(self, playbook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a playbook to its end, however that is; its output has no colours."""
        command = [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={self.base / 'hosts.yml'}"]
        return subprocess.run(
            [*command, f"--skip-tags={','.join(SKIPPED)}", *arguments],
            check=False,
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, playbook: str = "site.yml", *arguments: str) -> dict[str, int]:
        """Run a playbook, which has to succeed, and return the number of changes of each host."""
        ended = self.attempt(playbook, *arguments)
        print(ended.stdout)
        assert ended.returncode == 0, ended.stdout[-3000:]
        recap = re.findall(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=0 ", ended.stdout, re.MULTILINE)
        return {host: int(changed) for host, changed in recap}

    def outcomes(self) -> list[str]:
        """Return the runs that the records of all hosts tell of, the newest first, and what became of each."""
        directories = self.base.glob("*/var/lib/redis-history")
        records = [one for each in directories for one in store.read(str(each), 0).records]
        return [f"{run.calls[0].playbook}: {run.outcome}" for run in runs.merged(records)]

    def client(self, address: str, port: int) -> redis.Redis:
        """Return redis-py's own client: the independent witness."""
        return redis.Redis(
            address, port, username="admin", password=PASSWORDS["admin"], decode_responses=True, socket_timeout=5
        )


def processes(directory: str) -> t.Iterator[tuple[int, str]]:
    """Yield the pid and the command line of each process that has files of such a directory mounted."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        # It may have ended meanwhile.
        with contextlib.suppress(OSError):
            if directory in (path / "mountinfo").read_text():
                yield int(path.name), (path / "cmdline").read_text().replace("\0", " ")


@pytest.fixture(params=engines(), ids=lambda path: path.parent.name)
def site(request: pytest.FixtureRequest) -> t.Iterator[Site]:
    """A site of each engine in turn."""
    with Site(request.param) as made:
        yield made


def test_defaults_boot_a_cluster_forms_a_set_fails_over_and_a_re_run_changes_nothing(site: Site) -> None:
    first = site.run()
    assert set(first) == {SOLO, SINGLE, *SET}
    assert all(first.values()), first
    assert site.run() == dict.fromkeys(first, 0)

    for port in CLUSTER_PORTS:
        assert settings(site.client(SOLO, port), OF_THE_CLUSTER) == {**DEFAULTS, **OF_THE_CLUSTER}
    for address, (port, _sentinel_port) in SET.items():
        found = settings(site.client(address, port), OF_THE_SET)
        assert abs(int(found["maxmemory"]) - memory() // 100) < 2**20
        assert found == {**DEFAULTS, **OF_THE_SET, "maxmemory": found["maxmemory"]}
    assert settings(site.client(SINGLE, SINGLE_PORT), OF_THE_SET) == {**DEFAULTS, **OF_THE_SINGLE_INSTANCE}
    assert site.client(SINGLE, SINGLE_PORT).set("key", "taken without a replica")
    assert_cluster(site)
    # Each of them alone gathers the facts that the inventory is made of.
    for playbook in ("health.yml", "status.yml"):
        assert site.run(f"playbooks/{playbook}") == dict.fromkeys(first, 0)

    new = fail_over(site)
    # What is down is started, and follows. The instance that gets a replica takes writes with that alone from then on.
    site.have_in_single_set([SINGLE_PORT, REPLICA_PORT])
    changes = site.run()
    assert changes.pop(SINGLE) > 0
    # Each host with a Sentinel has a file with the members of all sets, for what its hooks do.
    assert changes == {**dict.fromkeys(changes, 0), **dict.fromkeys(SET, 1), FIRST: 2}
    for port in (SINGLE_PORT, REPLICA_PORT):
        assert settings(site.client(SINGLE, port), OF_THE_SET) == {**DEFAULTS, **OF_THE_SET}
    assert site.client(SINGLE, REPLICA_PORT).get("key") == "taken without a replica"
    assert {address: primary_of(site, address) for address in SET} == {**dict.fromkeys(SET, new), new: None}


def memory() -> int:
    """Return the bytes of memory of this machine."""
    with open("/proc/meminfo", encoding="ascii") as stream:
        return int(stream.readline().split()[1]) * 1024


def settings(client: redis.Redis, others: t.Iterable[str]) -> dict[str, str]:
    """Return what a running instance has of the settings that have defaults."""
    return {name: t.cast("dict[str, str]", client.config_get(name))[name] for name in (*DEFAULTS, *others)}


def assert_cluster(site: Site) -> None:
    """Ask the engine's own command-line tool whether there is a whole cluster with a replica for each primary."""
    checked = subprocess.run(
        [str(next(site.engine.glob("*-cli"))), "--user", "admin", "--cluster", "check", f"{SOLO}:{CLUSTER_PORTS[0]}"],
        check=False,
        env={**os.environ, "REDISCLI_AUTH": PASSWORDS["admin"], "VALKEYCLI_AUTH": PASSWORDS["admin"]},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "All 16384 slots covered" in checked.stdout
    assert checked.stdout.count("1 additional replica(s)") == 3


def fail_over(site: Site) -> str:
    """Kill the primary and return the address of the one that all Sentinels agree upon."""
    with site.client(FIRST, SET[FIRST][0]) as client:
        client.set("witness", "of before")
        assert client.wait(2, 5000) == 2
    site.kill(f"{FIRST}:{SET[FIRST][0]}")
    said = {FIRST}

    def switched() -> bool:
        said.clear()
        said.update(named(site, address) for address in SET)
        return len(said) == 1 and FIRST not in said

    until(switched, "another primary by all Sentinels", 60)
    new = said.pop()
    until(lambda: primary_of(site, new) is None, f"{new} to be a primary")
    with site.client(new, SET[new][0]) as client:
        assert client.get("witness") == "of before"
    return new


def named(site: Site, address: str) -> str:
    """Return the address that one Sentinel names as the primary's."""
    with site.client(address, SET[address][1]) as client:
        answer = client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
    return t.cast("list[str]", answer)[0]


def primary_of(site: Site, address: str) -> str | None:
    """Return whose replica an instance of the set is, None for a primary."""
    with site.client(address, SET[address][0]) as client:
        answer = t.cast("list[t.Any]", client.execute_command("ROLE"))
    return None if answer[0] == "master" else str(answer[1])
