# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users get: the archive holds what git knows and users need, and nothing that lies about in a checkout."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tarfile

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of the repository's top level; everything else is for whoever develops the collection.
PUBLISHED = {
    "CHANGELOG.md", "CONTRIBUTING.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md",
    "changelogs", "docs", "examples", "inventories", "meta", "playbooks", "plugins", "roles", "site.yml",
}  # fmt: skip


def tracked() -> set[str]:
    """Return the files that git knows, and new ones that it would not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(listed.stdout.splitlines())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Build the collection from this checkout and return the files in it."""
    directory = tmp_path_factory.mktemp("artifact")
    command = ["-m", "ansible", "galaxy", "collection", "build", "--output-path", str(directory), str(ROOT)]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(directory.glob("almashooq-redis-*.tar.gz"))) as content:
        return {member.name for member in content.getmembers() if not member.isdir()}


def test_the_archive_holds_only_what_git_knows(archive: set[str]) -> None:
    assert sorted(archive - tracked() - {"MANIFEST.json", "FILES.json"}) == []


def test_the_archive_holds_only_what_users_need(archive: set[str]) -> None:
    assert sorted({path.partition("/")[0] for path in archive} - PUBLISHED) == []


def test_the_archive_holds_everything_that_users_need(archive: set[str]) -> None:
    needed = {path for path in tracked() if path.partition("/")[0] in PUBLISHED and (ROOT / path).exists()}
    # What makes the local inventory keep its secrets out of git is of no use outside of git.
    assert sorted(path for path in needed - archive if not path.endswith("/.gitignore")) == []


def test_the_action_group_holds_the_modules_that_take_the_connection_options() -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    logging_in = {
        path.stem
        for path in (ROOT / "plugins" / "modules").glob("*.py")
        if "**CONNECTION" in path.read_text(encoding="utf-8")
    }
    assert set(groups["redis"]) == logging_in
