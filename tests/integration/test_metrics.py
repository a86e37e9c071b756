# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exporter and the endpoint really emit: every metric of rules and dashboards is among it.

The exporter is Debian's, and logs in with the very rights that roles redis_node and redis_sentinel give it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import subprocess
import typing as t
import urllib.request

import pytest
import redis
import yaml

from .endpoint import SECRET, USER, Endpoint
from .engines import engines
from .fleet import PASSWORD, Fleet, until
from .module_runner import converged
from .monitoring import ROOT, program
from .sentinel_fleet import SentinelFleet
from .test_alerts import RULES

FIRST_PORT, CLUSTER_PORT = 26500, 11910
DASHBOARDS = sorted((ROOT / "roles" / "redis_monitoring" / "files" / "dashboards").glob("*.json"))
# Of Prometheus itself.
OWN = {"up", "ALERTS"}
AROUND = re.compile(r"\{[^}]*\}|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)|\"[^\"]*\"")


def rights(role: str, variable: str) -> list[str]:
    """Return the ACL rules that a role gives the exporter's user."""
    text = (ROOT / "roles" / role / "vars" / "main.yml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)[variable]).split()


def names(expression: str) -> set[str]:
    """Return the metrics that an expression of PromQL reads."""
    return set(re.findall(r"\b(?:redis_\w+|up|ALERTS)\b", AROUND.sub(" ", expression)))


def expressions(path: pathlib.Path) -> list[tuple[str, str]]:
    """Return the title of each panel of a dashboard, and what it asks."""
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    return [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]


class Exporter:
    """Debian's exporter, with the settings of role redis_exporter."""

    def __init__(self, port: int, secrets: dict[str, str], directory: pathlib.Path, user: str = "exporter") -> None:
        self._port = port
        passwords = directory / "passwords.json"
        passwords.write_text(json.dumps(secrets))
        self._environment = {
            **os.environ,
            "REDIS_ADDR": "",
            "REDIS_USER": user,
            "REDIS_PASSWORD_FILE": str(passwords),
            "REDIS_EXPORTER_WEB_LISTEN_ADDRESS": f"127.0.0.1:{port}",
            "REDIS_EXPORTER_CONFIG_COMMAND": "-",
            "REDIS_EXPORTER_PING_ON_CONNECT": "true",
            "REDIS_EXPORTER_INCL_SYSTEM_METRICS": "true",
        }

    def __enter__(self) -> Exporter:
        """Start it and return when it answers."""
        self._process = subprocess.Popen(
            [program("prometheus-redis-exporter")], env=self._environment, stderr=subprocess.DEVNULL
        )
        until(lambda: self._read("/health") != "", "exporter to answer")
        return self

    def __exit__(self, *_exception: object) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def scrape(self, port: int) -> str:
        """Return what it reports of a server."""
        return self._read(f"/scrape?target=redis://127.0.0.1:{port}")

    def _read(self, path: str) -> str:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}") as answer:
            return str(answer.read().decode())
        return ""


def metrics(text: str) -> set[str]:
    """Return the names of the metrics of an answer."""
    return {re.split(r"[ {]", line, maxsplit=1)[0] for line in text.splitlines() if line and not line.startswith("#")}


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[set[str]]:
    """Everything that is emitted of a settled set with its Sentinels, of a cluster, and by an endpoint."""
    node, sentinel = (
        rights("redis_node", "__redis_node_exporter_rules"),
        rights("redis_sentinel", "__redis_sentinel_exporter_rules"),
    )
    ports, sentinels = range(FIRST_PORT, FIRST_PORT + 3), range(FIRST_PORT + 5, FIRST_PORT + 8)
    settings = {"min-replicas-to-write": "1", "appendonly": "yes"}
    with contextlib.ExitStack() as stack:
        of_set = stack.enter_context(SentinelFleet(engines()[0], ports, sentinels, settings=settings))
        cluster = stack.enter_context(Fleet(engines()[0], 6, CLUSTER_PORT, repl_diskless_sync_delay="0"))
        accept = ["replica-on-primary-host"]
        converged("cluster", {"password": PASSWORD, "nodes": cluster.nodes(), "accept_placement": accept})
        for port in (*ports, *sentinels):
            with of_set.client(port) as client:
                wanted = sentinel if port in sentinels else node
                client.execute_command("ACL", "SETUSER", "exporter", "on", ">e", *wanted)
        with of_set.client(ports[0]) as client:
            client.set("key", "value")
            client.execute_command("ACL", "SETUSER", USER, "on", f">{SECRET}", "-@all", "+ping", "+info")
        with cluster.client(CLUSTER_PORT) as client:
            client.execute_command("ACL", "SETUSER", "exporter", "on", ">e", *node)
        targets = [*ports, *sentinels, CLUSTER_PORT]
        secrets = {f"redis://127.0.0.1:{port}": "e" for port in targets}
        exporter = stack.enter_context(Exporter(FIRST_PORT + 20, secrets, tmp_path_factory.mktemp("exporter")))
        marks = tmp_path_factory.mktemp("marks")
        (marks / "bravo.json").write_text(json.dumps({"host": "bravo", "until": 1_800_000_000, "reason": "disk"}))
        places = {"certificates": ["/nowhere.pem"], "maintenance": {"directory": str(marks), "host": "alpha"}}
        endpoint = stack.enter_context(Endpoint(FIRST_PORT + 21, [ports[0]], **places))
        endpoint.until(200)
        answers = [exporter.scrape(port) for port in targets]
        assert all(re.search(r"^redis_up 1$", answer, re.MULTILINE) for answer in answers)
        for port in targets:
            denied = (of_set if port != CLUSTER_PORT else cluster).client(port).execute_command("ACL", "LOG")
            assert [entry for entry in denied if "exporter" in str(entry)] == []
        told = dict(re.findall(r"^(redis_sentinel_master_\w+)\{.*\} (\d+)$", answers[len(ports)], re.MULTILINE))
        wanted = {"ok_sentinels": "3", "sentinels": "3", "ok_slaves": "2", "slaves": "2", "ckquorum_status": "1"}
        assert {name: told[f"redis_sentinel_master_{name}"] for name in wanted} == wanted
        yield set().union(*map(metrics, answers), metrics(endpoint.get("//metrics").text))


@pytest.mark.parametrize("alert", sorted(RULES))
def test_every_metric_of_a_rule_is_emitted(alert: str, emitted: set[str]) -> None:
    asked = names(RULES[alert]["expr"])
    assert asked
    assert asked - emitted - OWN == set()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_metric_of_a_dashboard_is_emitted(path: pathlib.Path, emitted: set[str]) -> None:
    asked = {title: names(expression) - emitted - OWN for title, expression in expressions(path)}
    assert {title: missing for title, missing in asked.items() if missing} == {}
    assert all(names(expression) for _title, expression in expressions(path))


def test_a_metric_that_nobody_emits_would_be_found(emitted: set[str]) -> None:
    assert names('sum by (redis_label) (redis_no_such_metric{redis_x="redis_y"}) / up') == {
        "redis_no_such_metric",
        "up",
    }
    assert "redis_no_such_metric" not in emitted


def test_the_exporters_user_can_read_figures_and_nothing_else(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 1, first_port, cluster_enabled="no") as fleet:
        with fleet.client(first_port) as client:
            wanted = rights("redis_node", "__redis_node_exporter_rules")
            client.execute_command("ACL", "SETUSER", "exporter", "on", ">e", *wanted)
            client.set("key", "value")
        with redis.Redis("127.0.0.1", first_port, username="exporter", password="e") as user:
            assert user.info()
            for command in (
                ("CONFIG", "GET", "masterauth"),
                ("GET", "key"),
                ("KEYS", "*"),
                ("EVAL", "return 1", "0"),
                ("ACL", "LIST"),
                ("CLUSTER", "NODES"),
            ):
                with pytest.raises(redis.exceptions.NoPermissionError):
                    user.execute_command(*command)


def test_a_user_without_rights_is_told_by_the_exporter(
    any_engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path
) -> None:
    with Fleet(any_engine, 1, first_port, cluster_enabled="no") as fleet:
        with fleet.client(first_port) as client:
            client.execute_command("ACL", "SETUSER", "blind", "on", ">e", "-@all", "+ping")
        secrets = {f"redis://127.0.0.1:{first_port}": "e"}
        with Exporter(FIRST_PORT + 22, secrets, tmp_path, user="blind") as exporter:
            told = exporter.scrape(first_port)
    assert re.search(r"^redis_up 0$", told, re.MULTILINE)
    assert "NOPERM" in told
