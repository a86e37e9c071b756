# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages, docstrings and comments are in plain English: the word list of the guides, in code and inventories."""

from __future__ import annotations

import ast
import inspect
import io
import pathlib
import re
import tokenize
import typing as t

import pytest
import yaml

from .test_language import habits

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = ("plugins/**/*.py", "roles/*/files/*.py", "examples/*/*.py")
DATA = (
    "roles/*/*/**/*.yml", "playbooks/**/*.yml", "inventories/**/*.yml", "changelogs/changelog.yaml",
    "changelogs/fragments/*.yml", "meta/*.yml", "examples/*/*.yml", ".github/**/*.yml",
)  # fmt: skip
TEXT = (
    "roles/*/templates/**/*", "roles/*/files/**/*.json", "plugins/plugin_utils/_report/templates/*.j2",
    "examples/*/*.js",
)  # fmt: skip
DOCUMENTED = ("DOCUMENTATION", "EXAMPLES", "RETURN")
# A text of fewer words is a name, a key or an option.
SENTENCE = re.compile(r"[\w`'),:;.]+ \S+ \S")
COMMENT = re.compile(r"(?:^|(?<=\s))#+ (.*)$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def files(patterns: t.Iterable[str]) -> list[str]:
    """Return the files of these patterns, with their paths in the repository."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def texts_of_code(source: str) -> t.Iterator[str]:
    """Yield docstrings, messages and comments; what is put into a message counts as one word."""
    inside: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in DOCUMENTED:
            inside.add(node.value)
            yield from texts_of_data(ast.literal_eval(node.value))
        elif isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            parts = [str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values]
            yield sentence("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield sentence(inspect.cleandoc(node.value))
    yield from comments(source)


def comments(source: str) -> t.Iterator[str]:
    """Yield the comments of code; those of adjacent lines are one text."""
    lines: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield "\n".join(lines)
                lines = []
            lines.append(token.string.lstrip("#").strip())
            last = token.start[0]
    yield "\n".join(lines)


def sentence(text: str) -> str:
    """Return a text of several words, or nothing for a name."""
    return text if SENTENCE.search(text) else ""


def texts_of_data(source: str) -> t.Iterator[str]:
    """Yield the comments of a YAML file, and its values of several words."""
    yield from COMMENT.findall(source)
    for content in yaml.load_all(source, Loader=Loader):
        yield from values(content)


def values(content: t.Any) -> t.Iterator[str]:
    """Yield all texts of several words in data."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from values(item)
    elif isinstance(content, str):
        yield sentence(content)


class Loader(yaml.SafeLoader):
    """Reads inventories, whose encrypted values are no texts."""


Loader.add_multi_constructor("!", lambda *_args: None)


def found(texts: t.Iterable[str]) -> list[str]:
    """Return the habits in texts, each with the text that has it."""
    return [f"{habit} in {text!r}" for text in texts for habit in habits(text)]


@pytest.mark.parametrize("path", files(CODE))
def test_code_is_in_plain_english(path: str) -> None:
    assert found(texts_of_code((ROOT / path).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", files(DATA))
def test_roles_and_inventories_are_in_plain_english(path: str) -> None:
    assert found(texts_of_data((ROOT / path).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", files(TEXT))
def test_templates_are_in_plain_english(path: str) -> None:
    lines = PLACEHOLDER.sub("X", (ROOT / path).read_text(encoding="utf-8")).splitlines()
    assert found(sentence(line) for line in lines) == []


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused("the server tells nothing")',
        'raise Refused(f"{node} is no primary")',
        'raise Refused("the server"\n    " tells nothing")',
        'def f():\n    """Tell whether it runs."""',
        'class A:\n    """One.\n\n    The wish of a user.\n    """',
        "x = 1  # nobody answers",
        "# A run that\n# nobody wanted.",
        "# One.\nx = 1\n# It is looked\n# at later.",
    ],
)
def test_a_habit_in_code_is_found(source: str) -> None:
    assert len(found(texts_of_code(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'told = seen["told"]',
        'raise Refused(f"{told} is not one of {wish}")',
        "# The option `wish` of the `heir`.",
        'def f():\n    """Return ``told``."""',
        'RETURN = r"""\ntold:\n  description: What hosts have reported.\n"""',
    ],
)
def test_names_are_no_habits(source: str) -> None:
    assert found(texts_of_code(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "- debug:\n    msg: >-\n      a message that\n      somebody reads",
        "a: 1  # the heir",
        "# The user is told.\na: 1",
    ],
)
def test_a_habit_in_data_is_found(source: str) -> None:
    assert len(found(texts_of_data(source))) == 1


def test_all_kinds_of_files_are_checked() -> None:
    assert {"plugins/modules/cluster.py", "roles/redis_hooks/files/apply.py"} <= set(files(CODE))
    assert {"roles/redis_node/tasks/report.yml", "inventories/example/group_vars/all/users.yml"} <= set(files(DATA))
    assert "roles/redis_hooks/templates/apply.service.j2" in files(TEXT)
