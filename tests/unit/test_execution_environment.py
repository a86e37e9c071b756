# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images for AWX: ansible-builder takes the example, and finds what the collection says that it needs."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "examples" / "execution-environment" / "execution-environment.yml"


def builder(*arguments: str) -> str:
    """Run ansible-builder, which has to succeed, and return what it says."""
    program = pathlib.Path(sys.executable).parent / "ansible-builder"
    ended = subprocess.run([str(program), *arguments], check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_example_becomes_a_build_that_installs_the_collection(tmp_path: pathlib.Path) -> None:
    # By itself it looks for podman, and names the file after what it found.
    name = ["--output-filename", "Containerfile"]
    builder("create", *name, "--file", str(DEFINITION), "--context", str(tmp_path))
    asked = yaml.safe_load((tmp_path / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert [collection["name"] for collection in asked["collections"]] == ["almashooq.redis"]
    assert "ansible-galaxy collection install" in (tmp_path / "Containerfile").read_text(encoding="utf-8")


def test_the_example_has_the_ansible_that_is_tested(tmp_path: pathlib.Path) -> None:
    wanted = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))["dependencies"]["ansible_core"]["package_pip"]
    assert wanted in (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()


def test_an_image_with_the_collection_gets_what_it_needs(tmp_path: pathlib.Path) -> None:
    python, system = tmp_path / "python.txt", tmp_path / "system.txt"
    outputs = ["--write-pip", str(python), "--write-bindep", str(system)]
    builder("introspect", *outputs, str(ROOT / ".collections"))
    needed = [line.partition("  #")[0] for path in (python, system) for line in path.read_text().splitlines()]
    assert needed == ["redis>=4.3.4", "openssh-clients [platform:rpm]", "openssh-client [platform:dpkg]"]
