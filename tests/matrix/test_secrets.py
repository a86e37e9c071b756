# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret of an inventory appears where it does not belong, whatever is run.

Every secret of every role has a value of its own that is searched for, with its hashes and encodings: in all that
Ansible prints, logs and caches with -vvv and --diff, in the arguments and the environment of every process meanwhile,
in what modules write to the system's log, and in every file of the hosts but those that are made to hold secrets.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import pwd
import re
import socket
import stat
import subprocess
import sys
import threading
import typing as t

import pytest
import yaml

from tests.confidential import refusals
from tests.confidential.markers import Leak, Marker, Search
from tests.confidential.variables import marked, markers, rotated
from tests.integration.engines import engines
from tests.integration.module_runner import ROOT
from tests.matrix.test_site import CLUSTER_PORTS, FIRST, SET, SINGLE, SKIPPED, SOLO, Site

SEARCH = Search([*markers().values(), *rotated().values()])
# Of programs that take a service manager, files are written and nothing is started.
PHASES = ("exporter_install", "exporter_verify", "endpoint_verify", "monitoring_install", "monitoring_run")
SKIP = [*SKIPPED, *(f"redis_{phase}" for phase in PHASES)]
# Units of a host are files: one that has started holds when, in microseconds since the boot.
SYSTEMCTL = r"""#!/bin/sh
units=/run/units
mkdir -p $units
verb=$1
shift
[ "$verb" = is-active ] && { echo inactive; exit 3; }
[ "$verb" = is-enabled ] && echo enabled
for unit in "$@"; do
    case "$verb $unit" in
        *" --"*) ;;
        show*)
            printf 'Id=%s\nLoadState=loaded\n' "$unit"
            [ -e "$units/enabled $unit" ] && echo UnitFileState=enabled
            if [ -e "$units/$unit" ]; then
                printf 'ActiveState=active\nSubState=running\n'
                printf 'ExecMainStartTimestampMonotonic=%s\n\n' "$(cat "$units/$unit")"
            else
                printf 'ActiveState=inactive\nSubState=dead\n\n'
            fi ;;
        enable*) : > "$units/enabled $unit" ;;
        disable*|stop*) rm -f "$units/enabled $unit" "$units/$unit" ;;
        start*|restart*) python3 -c 'import time; print(int(time.monotonic() * 1e6))' > "$units/$unit" ;;
    esac
done
"""
# A host with nothing but a member of the set and its Sentinel: it can be spared.
LAST = list(SET)[-1]
# The files that may hold secrets, with those who may read them: owner, group, mode. No other file may.
OF_ENGINE = ("root", "nogroup", 0o640)
MAY_HOLD = {
    "etc/redis-node/*.conf": OF_ENGINE,
    "etc/redis-node/*.acl": OF_ENGINE,
    "etc/redis-sentinel/*.conf": OF_ENGINE,
    "etc/redis-sentinel/*.acl": OF_ENGINE,
    # What the engine writes itself, with CONFIG REWRITE.
    "var/lib/redis-node/*/redis.conf": ("nobody", "nogroup", 0o640),
    "var/lib/redis-sentinel/*/sentinel.conf": ("nobody", "nogroup", 0o640),
    "etc/redis-client/*": ("root", "root", 0o640),
    "etc/redis-hooks/hooks.json": OF_ENGINE,
    "etc/redis-hooks/applications.json": ("root", "root", 0o600),
    "etc/application.env": ("root", "root", 0o640),
    "etc/redis-exporter*/passwords.json": ("root", "redis-exporter", 0o640),
    "etc/redis-endpoint*/endpoint.json": ("root", "redis-endpoint", 0o640),
    "etc/prometheus/alertmanager.yml": ("root", "prometheus", 0o640),
}


class Watch:
    """Reads the arguments and the environment of all processes, and takes what is sent to the system's log."""

    def __init__(self) -> None:
        self.leaks: list[Leak] = []
        self._seen: set[int] = set()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._look), threading.Thread(target=self._listen)]
        self._log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._log.settimeout(0.2)

    def __enter__(self) -> Watch:
        # Where there is a log of the system already, that is searched by who runs it.
        with contextlib.suppress(OSError):
            self._log.bind("/dev/log")
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._log.getsockname():
            pathlib.Path("/dev/log").unlink()
        self._log.close()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    # It may have ended meanwhile.
                    with contextlib.suppress(OSError):
                        self._search((process / name).read_bytes(), f"{name} of a process")

    def _search(self, content: bytes, where: str) -> None:
        if hash(content) not in self._seen:
            self._seen.add(hash(content))
            self.leaks += SEARCH.leaks(content.decode(errors="replace").replace("\0", " "), where)

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                self._search(self._log.recv(1 << 20), "the log of the system")


class MarkedSite(Site):
    """The site with every role, in which each secret is marked."""

    def __enter__(self) -> MarkedSite:
        super().__enter__()
        (self.base / "said").mkdir()
        self._tools()
        self._inventory({name: marker.value for name, marker in markers().items()})
        self.said: list[Leak] = []
        return self

    def _tools(self) -> None:
        tools = self.base / "bin"
        tools.mkdir()
        (tools / "systemctl").write_text(SYSTEMCTL)
        (tools / "systemctl").chmod(0o755)
        path = f"{tools}:{ROOT / '.cache' / 'monitoring' / 'bin'}"
        for host in (SOLO, *SET):
            (self.base / host / "run/systemd/system").mkdir(parents=True)
            (self.base / host / "etc/prometheus").mkdir()
            with (self.base / host / "etc/group").open("a") as groups:
                groups.write("prometheus:x:990:\n")
            python = self.base / host / "python"
            python.write_text(python.read_text().replace("#!/bin/sh\n", f"#!/bin/sh\nPATH={path}:$PATH\n"))

    def _inventory(self, values: t.Mapping[str, str]) -> None:
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        common = groups["all"]["vars"]
        common.update(marked(values.__getitem__))
        common.update(redis_node_service_manager="daemon", redis_hooks_python=sys.executable)
        common.update(redis_acceptance_load=False, redis_acceptance_directory=str(self.base / "reports"))
        # A second name of the first host shows nothing that the first one does not.
        groups["redis_replication"]["hosts"].pop(SINGLE, None)
        groups["redis_sentinel"]["vars"] = {}
        groups["redis_client"] = {"hosts": {FIRST: {}}}
        groups["redis_monitoring"] = {"hosts": {SOLO: {"redis_monitoring_address": SOLO}}}
        path.write_text(yaml.safe_dump(groups))

    def rotate(self) -> None:
        """Give every secret another value; administrators' old passwords are known, as the guide says."""
        old = {name: markers()[name.removesuffix("_old")].value for name in markers() if name.endswith("_old")}
        self._inventory({**{name: marker.value for name, marker in rotated().items()}, **old})

    def play(self, playbook: str, *arguments: str, passes: bool = True, callbacks: str = "junit,tree") -> str:
        """Run a playbook, search all that it says, and return it."""
        command = [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={self.base / 'hosts.yml'}"]
        ended = subprocess.run(
            [*command, f"--skip-tags={','.join(SKIP)}", "-vvv", "--diff", *arguments],
            check=False,
            cwd=ROOT,
            env={
                **os.environ,
                "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOCAL_TEMP": str(self.base / "ansible"),
                "ANSIBLE_LOG_PATH": str(self.base / "said" / "ansible.log"),
                "ANSIBLE_CALLBACKS_ENABLED": callbacks,
                "JUNIT_OUTPUT_DIR": str(self.base / "said"),
                "ANSIBLE_CALLBACK_TREE_DIR": str(self.base / "said" / "tree"),
                "ANSIBLE_CACHE_PLUGIN": "jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.base / "said" / "facts"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        print(ended.stdout)
        self.said += SEARCH.leaks(ended.stdout, f"{playbook} {' '.join(arguments)}")
        assert (ended.returncode == 0) == passes, ended.stdout[-3000:]
        return ended.stdout

    def files(self) -> list[str]:
        """Return what is wrong with files: secrets where none may be, and more readers than may be."""
        wrong = [str(leak) for name in ("said", "reports", "ansible") for leak in below(self.base / name)]
        for host in (SOLO, *SET):
            for leak in below(self.base / host):
                path = pathlib.Path(leak.where.rpartition(":")[0])
                inside = path.relative_to(self.base / host)
                allowed = next((who for pattern, who in MAY_HOLD.items() if inside.match(pattern)), None)
                if allowed is None:
                    wrong.append(str(leak))
                elif readers(path, self.base / host) != allowed:
                    wrong.append(f"{inside} is {readers(path, self.base / host)}, not {allowed}")
        return sorted(set(wrong))


def below(directory: pathlib.Path) -> t.Iterator[Leak]:
    """Yield the secrets in the files of a directory."""
    for path in directory.rglob("*"):
        if path.is_file() and not path.is_symlink() and not is_copy(path, directory):
            yield from SEARCH.leaks(path.read_bytes().decode(errors="replace"), str(path))


def is_copy(path: pathlib.Path, host: pathlib.Path) -> bool:
    """Return whether a host's file is one of this machine that was not touched."""
    try:
        mine, found = (pathlib.Path("/") / path.relative_to(host)).stat(), path.stat()
    except OSError:
        return False
    return (mine.st_size, mine.st_mtime_ns) == (found.st_size, found.st_mtime_ns)


def readers(path: pathlib.Path, host: pathlib.Path) -> tuple[str, str, int]:
    """Return owner, group and mode of a host's file, by the names that this host has."""
    found = path.stat()
    groups = {int(line.split(":")[2]): line.split(":")[0] for line in (host / "etc/group").read_text().splitlines()}
    return pwd.getpwuid(found.st_uid).pw_name, groups[found.st_gid], stat.S_IMODE(found.st_mode)


@pytest.fixture(params=engines()[-1:], ids=lambda path: path.parent.name)
def site(request: pytest.FixtureRequest) -> t.Iterator[MarkedSite]:
    """A site of the last engine: what is searched is not the engine's."""
    with MarkedSite(request.param) as made:
        yield made


def test_no_secret_appears_where_it_does_not_belong(site: MarkedSite) -> None:
    with Watch() as watch:
        site.play("site.yml")
        wrong = site.files()
        site.rotate()
        site.play("site.yml")
        site.play("playbooks/health.yml", "--extra-vars=redis_health_fail_on=never")
        site.play("playbooks/acceptance.yml", passes=False)
        # The single instance of another set has no replica that could take over.
        of = {"redis_rolling_deployments": ["main", "redis"], "redis_rolling_all": True, "redis_rolling_limit": 1}
        site.play("playbooks/rolling_restart.yml", f"--extra-vars={json.dumps(of)}")
        at_once = {**of, "redis_rolling_limit": 0, "redis_rolling_all_at_once": True}
        site.play("playbooks/rolling_restart.yml", f"--extra-vars={json.dumps(at_once)}")
        for state in ("begun", "ended"):
            of_host = {"redis_maintenance_host": LAST, "redis_maintenance_state": state}
            site.play("playbooks/maintenance.yml", f"--extra-vars={json.dumps(of_host)}")
        # Every member runs this program already, so the answers, the installation and the proofs are all of it.
        site.play("playbooks/upgrade.yml")
        site.play("playbooks/sentinel_switchover.yml", "--extra-vars=redis_sentinel_switchover_set=main")
        site.play(
            "playbooks/cluster_switchover.yml", f"--extra-vars=redis_cluster_switchover_from={SOLO}:{CLUSTER_PORTS[0]}"
        )
        # The records of all of that, read back; they are among the files that are searched.
        assert "cluster_switchover.yml by " in site.play(
            "playbooks/history.yml", "--extra-vars=redis_history_runs=0", "--extra-vars=redis_history_steps=true"
        )
        # A password that is wrong is no secret of this deployment, and may be that of another one.
        other = site.base / "other.yml"
        other.write_text(yaml.safe_dump({"redis_node_admin_password": markers()["redis_node_users.password"].value}))
        site.play("site.yml", f"--extra-vars=@{other}", passes=False)
        playbook, refusing = refusals.write(site.base / "refusals", FIRST, lambda name: any_marker(name).value)
        # JUnit's report has the arguments of tasks, and here they are the secrets themselves.
        silent = set(refusing) - refused(site.play(str(playbook), callbacks="tree"))
    wrong += site.files()
    assert [str(leak) for leak in site.said + watch.leaks] + sorted(set(wrong)) == []
    assert silent == set()


def any_marker(name: str) -> Marker:
    """Return a secret's marker; what has none of its own is given that of another one."""
    return markers().get(name, markers()["redis_node_admin_password"])


def refused(output: str) -> set[str]:
    """Return the names of the tasks that failed, as Ansible printed it."""
    parts = re.split(r"^TASK \[", output, flags=re.MULTILINE)
    return {
        part.partition("]")[0].rpartition(" : ")[2]
        for part in parts
        if re.search("^(fatal|failed): ", part, re.MULTILINE)
    }
