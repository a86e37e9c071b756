# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the release notes of the version in galaxy.yml from the fragments, and remove the fragments.

As long as that version has no tag it can be done again: new fragments are added to its notes, and its date is today.
What is internal to the roles and playbooks is not listed as new, because nobody outside can use it.

    python tests/tools/changelog.py            docs/dev/releasing.md says when
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import typing as t

import yaml
from antsibull_fileutils.yaml import store_yaml_file

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTES = ROOT / "changelogs" / "changelog.yaml"


def main() -> int:
    """Write changelogs/changelog.yaml and CHANGELOG.md; changes nothing if the version is published."""
    version = str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    tags = subprocess.run(["git", "tag", "--list", version], cwd=ROOT, check=True, capture_output=True, text=True)
    if tags.stdout.strip():
        print(
            f"version {version} is published: tag {version} exists. Set the next version in galaxy.yml."
            " Nothing has been changed.",
            file=sys.stderr,
        )
        return 1
    subprocess.run(["antsibull-changelog", "release", "--update-existing", "--reload-plugins"], cwd=ROOT, check=True)
    notes = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    notes["releases"][version] = for_users(notes["releases"][version], generate.internal())
    store_yaml_file(NOTES, notes, nice=True, sort_keys=False)
    subprocess.run(["antsibull-changelog", "generate"], cwd=ROOT, check=True)
    return 0


def for_users(release: t.Mapping[str, t.Any], hidden: t.Collection[str]) -> dict[str, t.Any]:
    """Return a release of changelog.yaml without the modules and plugins of these names."""

    def shown(listed: t.Iterable[t.Mapping[str, str]]) -> list[t.Mapping[str, str]]:
        return [entry for entry in listed if entry["name"] not in hidden]

    kept = dict(release)
    if "modules" in kept:
        kept["modules"] = shown(kept["modules"])
    if "plugins" in kept:
        kept["plugins"] = {kind: shown(listed) for kind, listed in kept["plugins"].items()}
    return kept


if __name__ == "__main__":
    sys.exit(main())
