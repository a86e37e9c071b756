# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every alert rule by promtool: series in which it fires, series in which it is silent; its words and its runbook."""

from __future__ import annotations

import pathlib
import re
import subprocess
import typing as t

import jinja2
import pytest
import yaml

from .monitoring import ROOT, program

ROLE = ROOT / "roles" / "redis_monitoring"
RUNBOOKS = ROOT / "docs" / "runbooks"
INSTANCE = 'job="redis",kind="instance",deployment="main",topology="replication"'
SENTINEL = 'job="redis",kind="sentinel",deployment="",topology="sentinel"'
LABELS = {
    "A": f'{INSTANCE},instance="192.0.2.1:6379",host="alpha",zone="a"',
    "B": f'{INSTANCE},instance="192.0.2.2:6379",host="bravo",zone="b"',
    "S": f'{SENTINEL},instance="192.0.2.1:26379",host="alpha",zone="a"',
    "T": f'{SENTINEL},instance="192.0.2.2:26379",host="bravo",zone="b"',
    "X": 'job="redis-exporter",instance="192.0.2.1:9121",host="alpha",zone="a"',
    "Y": 'job="redis-exporter",instance="192.0.2.2:9121",host="bravo",zone="b"',
    "E": 'job="redis-endpoint",instance="192.0.2.1:6379",host="alpha",zone="a"',
}
CASES: dict[str, t.Any] = yaml.safe_load((ROOT / "tests" / "rules" / "cases.yml").read_text(encoding="utf-8"))


def rendered() -> str:
    """Return the rules as the role writes them with its defaults."""
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    _options, _line, text = (ROLE / "templates" / "redis.rules.yml.j2").read_text(encoding="utf-8").partition("\n")
    environment = jinja2.Environment(
        variable_start_string="[%", variable_end_string="%]", undefined=jinja2.StrictUndefined, autoescape=False
    )
    return environment.from_string(text).render(**defaults, ansible_managed="test")


RULES: dict[str, dict[str, t.Any]] = {
    rule["alert"]: rule for group in yaml.safe_load(rendered())["groups"] for rule in group["rules"]
}


def series(text: str) -> dict[str, str]:
    """Return promtool's form of a line of cases.yml."""
    name, values = re.fullmatch(r"(\S+?\{.*?\}) (.*)", text).groups()  # type: ignore[union-attr]
    return {"series": re.sub(r"\{([A-Z])", lambda match: "{" + LABELS[match[1]], name), "values": values}


def test_there_are_enough_rules_and_each_has_a_case() -> None:
    assert len(RULES) >= 25
    assert sorted(CASES) == sorted(RULES)


def case(alert: str, kind: str) -> dict[str, t.Any]:
    """Return promtool's form of a case."""
    number = CASES[alert].get("fires", 1) if kind == "firing" else 0
    expected = {
        "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
        "eval_time": "130m",
        "exp_samples": [{"labels": "{}", "value": number}] if number else [],
    }
    return {
        "name": f"{alert} {kind}",
        "interval": "1m",
        "input_series": [series(line) for line in CASES[alert][kind]],
        "promql_expr_test": [expected],
    }


@pytest.mark.parametrize("kind", ["firing", "silent"])
def test_each_rule_fires_when_it_has_to_and_only_then(kind: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "rules.yml").write_text(rendered(), encoding="utf-8")
    suite = {"rule_files": ["rules.yml"], "tests": [case(alert, kind) for alert in sorted(RULES)]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    command = [program("promtool"), "test", "rules", "test.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", sorted(RULES))
def test_a_rule_says_how_grave_it_is_and_where_to_read_on(alert: str) -> None:
    rule = RULES[alert]
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert rule["annotations"]["runbook_url"].endswith(f"/docs/runbooks/{alert}.md")
    assert len(rule["annotations"]["summary"]) > 20
    severity = rule["labels"]["severity"]
    page = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {alert}\n\nSeverity: {severity}. ")
    assert {"## Diagnose", "## Fix"} <= set(page.splitlines())
    assert f"| [{alert}]({alert}.md) | {severity} | " in (RUNBOOKS / "README.md").read_text(encoding="utf-8")


def test_there_is_no_page_without_a_rule() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == set(RULES)
