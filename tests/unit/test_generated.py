# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is generated and committed is what the generator makes; the matrix tells nothing as passed that is not."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest

import docs
import generate
import matrix

ROOT = pathlib.Path(__file__).resolve().parents[2]

SITE = matrix.Lane("core/2.18/site", "site", "2.18.19")
SANITY = matrix.Lane("core/2.18/sanity", "sanity", "2.18.19")
PASSED = matrix.Result("ansible-core 2.18.19", "site.yml", "passed", "2026-11-26", 60, "abc")


@pytest.mark.parametrize("path", [path.relative_to(ROOT).as_posix() for path in generate.files()])
def test_a_generated_file_is_what_the_generator_makes(path: str) -> None:
    made = generate.files()[ROOT / path]
    assert (ROOT / path).read_text(encoding="utf-8") == made, "run make generate"


def table(results: t.Mapping[str, matrix.Result]) -> list[str]:
    as_read = {name: dataclasses.asdict(result) for name, result in results.items()}
    return generate.support([SITE, SANITY], as_read).splitlines()[2:]


def test_a_row_tells_what_passed_and_what_was_never_run() -> None:
    assert table({SITE.name: PASSED}) == [
        "| ansible-core 2.18.19 | site.yml | ansible-test sanity: not run yet | 2026-11-26 |"
    ]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("failed", "site.yml: **failed**"), ("not run", "site.yml: not run, no Python 3.12")],
)
def test_what_failed_or_could_not_be_run_is_told_as_such(outcome: str, told: str) -> None:
    ended = dataclasses.replace(PASSED, outcome=outcome, reason="no Python 3.12")
    assert table({SITE.name: ended})[0].split(" | ")[1:3] == ["", f"{told}; ansible-test sanity: not run yet"]


def test_a_lane_run_again_replaces_its_own_result_only() -> None:
    site, sanity = "core/2.18/site", "core/2.18/sanity"
    old = {sanity: {"outcome": "passed"}, site: {"outcome": "failed"}, "core/2.1/gone": {"outcome": "passed"}}
    new = matrix.merged(old, site, PASSED)
    assert list(new) == [site, sanity]
    assert [new[site]["outcome"], new[sanity]["outcome"]] == ["passed", "passed"]


def test_a_pattern_that_no_lane_has_is_refused() -> None:
    with pytest.raises(SystemExit, match="no lane is named 'engine/keydb-\\*'"):
        matrix.chosen(["engine/keydb-*"])


def test_an_ansible_whose_python_is_missing_is_not_run() -> None:
    with pytest.raises(matrix.NotRun, match=r"ansible-core 2\.99 takes Python 3\.99, and none of them is here"):
        matrix.environment(matrix.Lane("core/2.99/site", "site", "2.99", ("3.99",)))


@pytest.mark.parametrize(
    ("page", "text", "site"),
    [
        ("docs/dev/cluster.md", "[a](../cluster.md#b)", "[a](../cluster.md#b)"),
        ("docs/cluster.md", "[a](../README.md)", "[a](../index.md)"),
        ("README.md", "[a](inventories/example)", "[a](https://host/r/tree/main/inventories/example)"),
        ("docs/dev/testing.md", "[a](../../Makefile)", "[a](https://host/r/blob/main/Makefile)"),
        ("docs/a.md", "[a](../roles/redis_health/meta/argument_specs.yml)", "[a](../collection/redis_health_role.rst)"),
        ("docs/health.md", "[a](https://elsewhere/x.md) [b](#c)", "[a](https://elsewhere/x.md) [b](#c)"),
    ],
    ids=["page", "front page", "directory", "file", "specification", "elsewhere"],
)  # fmt: skip
def test_a_link_leads_to_the_same_from_the_site(page: str, text: str, site: str) -> None:
    assert docs.rewrite(text, page, docs.guides(), "https://host/r") == site


def test_a_link_to_nothing_is_an_error() -> None:
    with pytest.raises(docs.Broken, match=r"docs/health\.md: nowhere\.md is not there"):
        docs.rewrite("[a](nowhere.md)", "docs/health.md", docs.guides(), "https://host/r")
