# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No message makes a reader who follows it literally destroy what may be the only copy."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for where in (
        "plugins/module_utils",
        "plugins/plugin_utils",
        "plugins/filter",
        "plugins/action",
        "roles",
        "playbooks",
    )
    for path in (ROOT / where).rglob("*")
    if path.suffix in (".py", ".yml", ".j2") and "meta" not in path.parts
)
DESTRUCTIVE = re.compile(
    r"flush ?(all|db)|\breset\b|\bdelet|\bremov|\bdiscard|\bforg[eo]t|\bempt(y|ied) (it|them|the)\b|\bwip(e|ing)|\brm -"
    r"|\beras|\bunlink|\bdrop (it|them|the)\b|\bgiv(e|ing) (it |them )?up\b|\btruncat",
    re.IGNORECASE,
)
# A message may have these words for a reason: what it says (all of it after "="), and why no data is lost by it.
ALLOWED = {
    "read it back on their replicas, and remove it": "the keys that the acceptance itself has written",
    "and remove its keys": "the keys that the acceptance itself has written",
    "remove its file in": "a note of a drill about an instance that is not in the inventory",
    "cannot be removed": "a failure, not an advice",
    "forget the record of instance": "a note of a drill",
    "the others forget the id": "what a run does with an id that no node has",
    "which no node has any more": "a step: an id that no node has",
    "before anything is started or removed": "a warning not to",
    "=remove {}.json and .html": "a step: an old report",
    "=remove the mark of {}: {}": "a step: the mark of a host that is in service again",
    "=remove {}": "a step: a build of an engine that is not wanted any more",
    "=forget {} {}": "the name of a phase: Sentinel's memory",
    "for example -flushall": "a rule that denies the command",
    "name this node in `discard`": "the consent to lose data, by name, after saving them; not for an empty primary",
    "redis_sentinel_forget": "Sentinel forgets what is down; no data are touched",
    "or name it among those to remove": "Sentinel stops watching a set; no data are touched",
    "is to be watched and to be removed": "two options that contradict each other",
    "the Sentinel that forgot": "Sentinel's memory; no data are touched",
    "came back after a reset": "Sentinel's memory; no data are touched",
    "before one Sentinel forgets": "Sentinel's memory; no data are touched",
    "nothing is forgotten": "Sentinel's memory; no data are touched",
    "={}: forget {} of {}": "a step: Sentinel's memory; no data are touched",
    "until they are forgotten": "Sentinel's memory; no data are touched",
    "giving up {}": "a step that was agreed to by name (discard)",
    "Take the right to use it from users": "an advice to deny commands",
    "from erasing what its replicas have": "what a restart may erase: a warning",
    "cannot erase what its replicas have": "what a restart may erase: a warning",
    "may erase what its replicas have": "what a restart may erase: a warning",
    "reset-failed": "a command of systemd",
}


def is_allowed(text: str) -> bool:
    return any(text == one[1:] if one.startswith("=") else one in text for one in ALLOWED)


def messages(path: pathlib.Path) -> t.Iterator[str]:
    """Yield what people may read: texts of several words in code, and lines of msg in tasks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from texts_of_code(ast.parse(text))
    elif path.suffix == ".yml":
        # A message may go on over several lines: up to the next key.
        for found in re.finditer(
            r"^ *(?:msg|fail_msg|success_msg): (.*?)(?=^ *[\w.-]+:|\Z)", text, re.MULTILINE | re.DOTALL
        ):
            yield " ".join(found.group(1).split())
    else:
        yield from re.findall(r"^ *(?:summary|description): (.*)$", text, re.MULTILINE)


def texts_of_code(tree: ast.Module) -> t.Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    passed = {
        id(node.body[0].value)  # type: ignore[attr-defined]
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node) is not None
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed.update(map(id, node.values))
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_message_advises_to_destroy(path: pathlib.Path) -> None:
    found = [one for one in messages(path) if " " in one.strip() and DESTRUCTIVE.search(one) and not is_allowed(one)]
    # Documentation of modules and filters is no message; neither is what a template's program writes.
    assert [one for one in found if not one.startswith("\n")] == []


def test_every_exception_is_needed() -> None:
    everything = [one for path in SOURCES for one in messages(path)]
    needed = {key for one in everything for key in ALLOWED if (one == key[1:] if key.startswith("=") else key in one)}
    assert sorted(ALLOWED.keys() - needed) == []


@pytest.mark.parametrize(
    "text",
    ["FLUSHALL it by hand", "Empty it by hand", "Reset the node", "delete its nodes file", "remove the directory"],
)
def test_such_words_are_found(text: str) -> None:
    assert DESTRUCTIVE.search(text)
    assert not is_allowed(text)
