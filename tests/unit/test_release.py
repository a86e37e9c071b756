# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions and release notes agree: galaxy.yml, the changelog, the front page, and what modules and roles say."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
import yaml

import changelog
import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASES = yaml.safe_load(changelog.NOTES.read_text(encoding="utf-8"))["releases"]
NEXT = str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])
ROLES = sorted((ROOT / "roles").glob("*/meta/argument_specs.yml"))


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


NEWEST = max(RELEASES, key=numbers)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_next_version_is_not_older_than_the_notes() -> None:
    assert numbers(NEXT) >= numbers(NEWEST)


def test_the_front_page_and_the_security_policy_name_the_newest_version() -> None:
    assert re.findall(r"badge/version-([\d.]+)-", read("README.md")) == [NEWEST]
    assert f"[Version {NEWEST}]" in read("README.md")
    assert f"| {NEWEST.rpartition('.')[0]} | yes" in read("SECURITY.md")


def test_the_changelog_is_made_from_the_notes(tmp_path: pathlib.Path) -> None:
    made = tmp_path / "CHANGELOG.md"
    command = [sys.executable, "-m", "antsibull_changelog", "generate", "--output", str(made)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert read("CHANGELOG.md") == made.read_text(encoding="utf-8"), "run antsibull-changelog generate"


@pytest.mark.parametrize("path", [*sorted((ROOT / "plugins").rglob("*.py")), *ROLES], ids=lambda path: path.name)
def test_what_was_added_belongs_to_a_version_that_there_is_or_will_be(path: pathlib.Path) -> None:
    added = re.findall(r"^ *version_added: \"?([\d.]+)\"?$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(added) <= {*RELEASES, NEXT}


@pytest.mark.parametrize("path", ROLES, ids=lambda path: path.parts[-3])
def test_a_role_says_since_when_it_is_there(path: pathlib.Path) -> None:
    # The release notes list as new only what says so.
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"].get("version_added")


def new(release: t.Mapping[str, t.Any]) -> set[str]:
    """Return the names of modules and plugins that a release lists as new."""
    listed = [*release.get("modules", []), *(entry for kind in release.get("plugins", {}).values() for entry in kind)]
    return {entry["name"] for entry in listed}


def test_what_is_internal_is_not_announced() -> None:
    assert {"instance", "preflight", "witness"} <= generate.internal()
    assert not {"cluster", "health", "monitored_deployments"} & generate.internal()
    for release in RELEASES.values():
        assert new(release) & generate.internal() == set()
    assert {"cluster", "sentinel", "brief", "monitored_deployments"} <= new(RELEASES["0.2.0"])


def test_all_roles_are_announced() -> None:
    announced = {entry["name"] for release in RELEASES.values() for entry in release.get("objects", {}).get("role", [])}
    to_come = {
        path.parts[-3]
        for path in ROLES
        if yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["version_added"] not in RELEASES
    }
    assert announced | to_come == {path.parts[-3] for path in ROLES}


def test_the_rest_of_a_release_stays_as_it_is() -> None:
    release = {
        "changes": {"bugfixes": ["instance - a sentence."]},
        "modules": [{"name": "instance"}, {"name": "cluster"}],
        "plugins": {"filter": [{"name": "witness"}], "callback": [{"name": "brief"}]},
        "objects": {"role": [{"name": "redis_node"}]},
    }
    assert changelog.for_users(release, {"instance", "witness"}) == {
        **release,
        "modules": [{"name": "cluster"}],
        "plugins": {"filter": [], "callback": [{"name": "brief"}]},
    }
    assert changelog.for_users({"release_date": "2026-11-30"}, {"instance"}) == {"release_date": "2026-11-30"}


def test_a_published_version_is_not_written_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(command: t.Sequence[str], **_options: t.Any) -> subprocess.CompletedProcess[str]:
        assert command[:2] == ["git", "tag"]
        return subprocess.CompletedProcess(command, 0, stdout=f"{NEXT}\n")

    monkeypatch.setattr(subprocess, "run", run)
    assert changelog.main() == 1
    assert "Set the next version in galaxy.yml. Nothing has been changed." in capsys.readouterr().err
