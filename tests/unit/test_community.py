# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GitHub makes of the repository: the workflow, the forms of issues, the badges, and links into the repository."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
ADDRESS = "https://github.com/almashooq/redis"
README = (ROOT / "README.md").read_text(encoding="utf-8")
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
# Addresses of GitHub itself below the repository's, which no file stands for.
OF_GITHUB = re.compile(
    r"security/(policy|advisories/new)|issues|actions/workflows/(?P<workflow>\w+\.yml)(/badge\.svg)?"
)


def read(path: pathlib.Path) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_workflow_runs_the_stages_of_the_pipeline_and_may_only_read() -> None:
    workflow = read(GITHUB / "workflows" / "ci.yml")
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[-1] == "bash .ci/run"
    assert [command for command in commands if re.search(r"^(make|pytest|molecule) ", command, re.MULTILINE)] == []
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"
    assert workflow["permissions"] == {"contents": "read"}
    # The engines of the tests are packages of Debian.
    assert job["container"]["image"].startswith("debian:")


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_a_form_is_one_that_github_shows(form: pathlib.Path) -> None:
    content = read(form)
    assert content["name"]
    assert content["description"]
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert all(field["attributes"]["label"] for field in fields)
    names = [field["id"] for field in fields]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "SECURITY.md", *sorted(path for path in GITHUB.rglob("*") if path.is_file())],
    ids=lambda path: path.name,
)
def test_an_address_of_the_repository_leads_somewhere(page: pathlib.Path) -> None:
    for place in re.findall(rf"{re.escape(ADDRESS)}/([^\s)>\"?#]+)", page.read_text(encoding="utf-8")):
        known = OF_GITHUB.fullmatch(place)
        path = f".github/workflows/{known['workflow']}" if known and known["workflow"] else None
        if not known:
            path = place.removeprefix("blob/main/")
            assert path != place
        assert path is None or (ROOT / path).exists()


def test_the_badges_say_what_the_metadata_say() -> None:
    needed = read(ROOT / "meta" / "runtime.yml")["requires_ansible"]
    assert f"ansible-core {needed.removeprefix('>=').removesuffix('.0')} or newer]" in README
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("GNU GENERAL PUBLIC LICENSE")
