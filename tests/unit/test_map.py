# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of the code is true: it has every package in its order, and pages for maintainers name files that exist."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from .test_layers import ORDER

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEV = ROOT / "docs" / "dev"
UTILS = ROOT / "plugins" / "module_utils"
NAMED = re.compile(r"`([\w./*-]+\.(?:py|yml|sh|md|json|j2))`")
# What pages name that is on hosts, not in the repository.
ELSEWHERE = {"manifest.json", "pending.json", "start-guard.json"}


def tracked() -> list[str]:
    """Return the paths of all files that could be meant."""
    skipped = {".git", ".venv", ".cache", ".collections", ".ansible"}
    return [
        path.relative_to(ROOT).as_posix()
        for folder in ROOT.iterdir()
        if folder.name not in skipped
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        if path.is_file()
    ]


FILES = tracked()


def test_the_map_has_every_package_in_its_order() -> None:
    table = (
        (DEV / "architecture.md").read_text(encoding="utf-8").partition("## Packages")[2].partition("\nFiles have")[0]
    )
    rows = re.findall(r"^\| (`_.*?) \|", table, flags=re.MULTILINE)
    assert tuple(name for row in rows for name in re.findall(r"`(\w+)`", row)) == ORDER


def names(page: pathlib.Path) -> t.Iterator[str]:
    """Yield the files that a page names."""
    yield from dict.fromkeys(NAMED.findall(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", sorted(DEV.glob("*.md")), ids=lambda page: page.name)
def test_a_page_names_files_that_exist(page: pathlib.Path) -> None:
    assert [name for name in names(page) if name not in ELSEWHERE and not exists(name)] == []


def exists(name: str) -> bool:
    """Return whether a file of that name, or that ends in that path, is there; ``*`` and NAME stand for any text."""
    text = re.sub(r"\*|\b[A-Z]+\b", "<any>", name)
    pattern = re.compile(rf"(?:.*/)?{re.escape(text).replace('<any>', '[^/]*')}")
    return any(pattern.fullmatch(path) for path in FILES)
