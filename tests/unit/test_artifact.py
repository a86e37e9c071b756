# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users get: the archive holds what git knows and users need, and nothing that lies about in a checkout."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tarfile
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOGIN, SENTINEL_LOGIN

from tests.unit.test_secrets import options_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of the repository's top level; everything else is for the developers of the collection.
PUBLISHED = {
    "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md",
    "SECURITY.md",
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
    # What is about git itself, such as secrets of the local inventory that are kept out of it, is of no use elsewhere.
    assert sorted(path for path in needed - archive if not path.endswith(("/.gitignore", "/.gitkeep"))) == []


@pytest.mark.parametrize(("group", "login"), [("redis", LOGIN), ("redis_sentinel", SENTINEL_LOGIN)])
def test_an_action_group_holds_the_modules_that_take_its_login(group: str, login: dict[str, t.Any]) -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    modules = [path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")]
    # Those that take any of it have to take all of it: module_defaults give the same to the whole group.
    missing = {
        module: sorted(login.keys() - options_of(module).keys())
        for module in modules
        if login.keys() & options_of(module).keys()
    }
    assert missing == {module: [] for module in groups[group]}
