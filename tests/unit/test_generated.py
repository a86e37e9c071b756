# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is generated and committed is what the generator makes; the matrix reports nothing as passed that is not."""

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


MADE = {path.relative_to(ROOT).as_posix(): text for path, text in generate.files().items()}


@pytest.mark.parametrize("path", MADE)
def test_a_generated_file_is_what_the_generator_makes(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == MADE[path], "run make generate"


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


def test_the_summary_names_only_what_passed_in_every_lane() -> None:
    other = matrix.Lane("core/2.19/site", "site", "2.19.14")
    old, new = PASSED, dataclasses.replace(PASSED, what="ansible-core 2.19.14", date="2026-11-27")
    results = {SITE.name: old, other.name: new}
    lines = generate.summary([SITE, SANITY, other], {name: dataclasses.asdict(one) for name, one in results.items()})
    assert lines == "Passed everything in the support matrix (last run: 2026-11-27): ansible-core 2.19.14.\n"


@pytest.mark.parametrize("lost", ["<!-- x: made by make generate -->\n", "<!-- end of x -->\n"], ids=["begin", "end"])
def test_a_page_without_a_place_for_a_table_is_an_error(lost: str) -> None:
    page = "a\n<!-- x: made by make generate -->\nold\n<!-- end of x -->\nb\n"
    assert generate.with_block(page, "x", "new").splitlines()[2:4] == ["", "new"]
    with pytest.raises(ValueError, match="there is no place for x"):
        generate.with_block(page.replace(lost, ""), "x", "new")


@pytest.mark.parametrize("begin", ["- name: 1\n", "# Two lines\n# of one sentence.\n"])
def test_a_playbook_says_first_what_it_is_for(begin: str, tmp_path: pathlib.Path) -> None:
    playbook = tmp_path / "a.yml"
    playbook.write_text(f"# Copyright\n---\n# Do it.\n{begin}")
    assert generate.purpose(playbook) == "Do it"
    playbook.write_text(f"# Copyright\n---\n{begin}")
    with pytest.raises(ValueError, match=r"a\.yml does not begin with a comment of one sentence"):
        generate.purpose(playbook)


def test_the_readme_lists_what_is_for_users() -> None:
    tables = generate.contents()
    internal = generate.modules_page(sorted((ROOT / "plugins" / "modules").glob("*.py"))).partition("## Internal")[2]
    for kind in ("playbooks/*.yml", "roles/*", "plugins/modules/*.py"):
        for path in ROOT.glob(kind):
            named = f"({path.relative_to(ROOT).as_posix()}" in tables
            assert named != (path.suffix == ".py" and f"`{path.stem}`" in internal)


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
        ("README.md", "[a](roles/redis_health/README.md)", "[a](collection/redis_health_role.rst)"),
        ("README.md", "[a](plugins/modules/cluster.py)", "[a](collection/cluster_module.rst)"),
        ("docs/a.md", "![a](images/architecture.svg)", "![a](images/architecture.svg)"),
        ("README.md", "a\n<!-- badges -->\n![b](https://c)\n<!-- end of badges -->\nd", "a\nd"),
        ("docs/health.md", "[a](https://elsewhere/x.md) [b](#c)", "[a](https://elsewhere/x.md) [b](#c)"),
    ],
    ids=[
        "page", "front page", "directory", "file", "specification", "role", "module", "image", "badges", "elsewhere",
    ],
)  # fmt: skip
def test_a_link_leads_to_the_same_from_the_site(page: str, text: str, site: str) -> None:
    assert docs.rewrite(text, page, docs.guides(), "https://host/r") == site


def test_a_link_to_nothing_is_an_error() -> None:
    with pytest.raises(docs.Broken, match=r"docs/health\.md: nowhere\.md is not there"):
        docs.rewrite("[a](nowhere.md)", "docs/health.md", docs.guides(), "https://host/r")


def test_the_list_of_options_has_the_name_as_it_is_and_marks_what_is_internal() -> None:
    index = """Almashooq.Redis
===============

* :ansplugin:`cluster module <almashooq.redis.cluster#module>` -- Create a cluster
* :ansplugin:`preflight module <almashooq.redis.preflight#module>` -- Check a host
* :ansplugin:`witness filter <almashooq.redis.witness#filter>` -- Find a host
"""
    assert docs.marked(index, {"preflight", "witness"}).splitlines() == [
        "almashooq.redis",
        "===============",
        "",
        "* :ansplugin:`cluster module <almashooq.redis.cluster#module>` -- Create a cluster",
        "* :ansplugin:`preflight module <almashooq.redis.preflight#module>` -- (internal) Check a host",
        "* :ansplugin:`witness filter <almashooq.redis.witness#filter>` -- (internal) Find a host",
    ]
