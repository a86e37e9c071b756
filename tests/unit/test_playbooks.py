# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of all playbooks."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

PLAYBOOKS = pathlib.Path(__file__).parents[2] / "playbooks"
FACTS = PLAYBOOKS / "parts" / "facts.yml"
# It looks at no host, and says before that what is wrong with the names and the values that hosts are reached by.
INVENTORY = PLAYBOOKS / "parts" / "inventory.yml"
FIRST = (INVENTORY, FACTS)
ALL = sorted(path for path in (*PLAYBOOKS.glob("*.yml"), *PLAYBOOKS.glob("parts/*.yml")) if path not in FIRST)
IMPORT = "ansible.builtin.import_playbook"


def plays(path: pathlib.Path) -> t.Iterator[tuple[pathlib.Path, dict[str, t.Any]]]:
    """Yield the plays that a playbook runs, in their order, each with the file that it stands in."""
    for item in yaml.safe_load(path.read_text()):
        if IMPORT in item:
            yield from plays(path.parent / item[IMPORT])
        else:
            yield path, item


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(PLAYBOOKS)))
def test_every_playbook_gathers_facts_before_anything_else(path: pathlib.Path) -> None:
    first, *_others = [each for each, _play in plays(path) if each != INVENTORY]
    assert first == FACTS


@pytest.mark.parametrize("path", sorted(PLAYBOOKS.glob("*.yml")), ids=lambda path: path.name)
def test_every_playbook_checks_the_inventory_before_it_connects(path: pathlib.Path) -> None:
    first, *_others = plays(path)
    assert first[0] == INVENTORY


@pytest.mark.parametrize("path", [FACTS, *ALL], ids=lambda path: str(path.relative_to(PLAYBOOKS)))
def test_no_play_gathers_facts_that_are_there(path: pathlib.Path) -> None:
    assert [play["name"] for _path, play in plays(path) if play["gather_facts"]] == []


def test_facts_are_gathered_whatever_tags_a_run_has() -> None:
    assert [task["tags"] for _path, play in plays(FACTS) for task in play["tasks"]] == [["always"]] * 2
