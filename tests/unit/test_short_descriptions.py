# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short descriptions of modules, filters, roles and their entry points are in the imperative mood."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
# First words that short descriptions may have; add the verb of yours.
VERBS = {
    "Apply", "Assert", "Attach", "Bring", "Check", "Choose", "Configure", "Create", "Evaluate", "Export", "Find",
    "Gather", "Generate", "Hold", "Install", "List", "Measure", "Move", "Pass", "Plan", "Print", "Read",
    "Record", "Refuse", "Report", "Restart", "Restore", "Run", "Set", "Show", "Start", "Stop", "Validate", "Wait",
    "Write",
}  # fmt: skip
# Words of which a reader has to find out what is meant.
VAGUE = re.compile(r"\b(tells?|told|looks?|knows?|judged?|wish|heir|whoever|somebody|nobody)\b", re.IGNORECASE)


def of_plugin(path: pathlib.Path) -> str:
    """Return the short description of a module or a filter."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return str(yaml.safe_load(ast.literal_eval(node.value))["short_description"])
    raise ValueError(f"{path.name} documents nothing")


def short_descriptions() -> t.Iterator[tuple[str, str]]:
    """Yield all short descriptions, each after its place."""
    kinds = ("modules", "filter", "callback")
    for path in sorted(path for kind in kinds for path in ROOT.glob(f"plugins/{kind}/*.py")):
        yield path.relative_to(ROOT).as_posix(), of_plugin(path)
    for role in sorted(ROOT.glob("roles/*/meta")):
        place = role.parent.name
        yield f"{place} galaxy", yaml.safe_load((role / "main.yml").read_text())["galaxy_info"]["description"]
        for entry, about in yaml.safe_load((role / "argument_specs.yml").read_text())["argument_specs"].items():
            yield f"{place} {entry}", about["short_description"]


ALL = dict(short_descriptions())


def problems(text: str) -> list[str]:
    """Return what is wrong with a short description."""
    found = [] if text.partition(" ")[0] in VERBS else ["does not begin with a verb in the imperative"]
    if VAGUE.search(text):
        found.append("has a word that says too little")
    if text.endswith("."):
        found.append("ends with a period")
    return found


@pytest.mark.parametrize("place", ALL)
def test_a_short_description_is_in_the_imperative(place: str) -> None:
    assert problems(ALL[place]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Converges the managed configuration of the instances of one host",
        "A client that writes",
        "The files that applications connect by",
        "Kernel settings of a host",
        "What services of a host answer over HTTP",
        "Have Sentinels watch replication sets",
        "Tell whether instances can run on this host",
        "Refuse what nobody can become",
        "Run instances.",
    ],
)
def test_other_forms_are_found(text: str) -> None:
    assert problems(text) != []


def test_each_verb_is_used() -> None:
    assert {text.partition(" ")[0] for text in ALL.values()} == VERBS
