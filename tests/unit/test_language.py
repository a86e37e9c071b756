# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages are in plain English, without words that a reader would have to translate, and wrapped at 120 columns.

To check more pages, add a pattern to WHERE.
"""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WHERE = ("docs/*.md", "docs/dev/*.md", "docs/runbooks/*.md", "*.md", "roles/*/README.md")
# From the documentation of modules and roles, and from fragments: test_language_code.py checks those.
GENERATED = {"docs/modules.md", "docs/variables.md", "CHANGELOG.md"}
PAGES = sorted({path.relative_to(ROOT).as_posix() for where in WHERE for path in ROOT.glob(where)} - GENERATED)
WIDTH = 120

# Words to avoid (patterns of whole words), and what to write instead.
INSTEAD = {
    "wish(es|ed)?": "want, desired state",
    "heirs?": "candidate",
    "judg(e[ds]?|ing|e?ments?)": "validate, evaluate",
    "tells?|told|telling": "report, show",
    "mend(s|ed|ing)?": "fix, repair",
    "ailing": "failing",
    "merely": "only",
    "whoever|whom|(some|any|every|no)body": "the server that, another client, no member",
    "ways? out": "remedy",
    "manners?": "type, mode",
    "besides": "also",
    "of one mind": "agree",
    "(?<!there )(is|are|was|were) no (primary|master|replica|member|result)": "is not a primary",
    "look(s|ed|ing)? (at|after)": "inspect, check",
    "(is|are|be) let in": "accept",
    "(is|are|be) had": "is installed, is available",
    "put(s|ting)? back": "restore",
}
HABITS = {
    re.compile(rf"(?<!\w)({words})(?!\w)".replace(" ", r"\s"), re.IGNORECASE): instead
    for words, instead in INSTEAD.items()
}
# A condition that reads like a question: "Is it the primary, switch over first."
INVERTED = re.compile(r"(?:^|(?<=[.:;|] ))(?:Is|Are|Was|Were|Has|Had|Should)\s[^.?|]*,[^.?|]*\.(?=\s|$)", re.MULTILINE)

CODE = re.compile(r"^ *```.*?^ *```$|(?<=\n\n)(?: {4}[^\n]*\n)+", re.MULTILINE | re.DOTALL)
# Commands, names and messages in backticks, texts in quotation marks, and the targets of links.
QUOTED = re.compile(r"`[^`]+`|\"[^\"\n]+\"|(?<=\])\([^)]*\)")


def blank(pattern: re.Pattern[str], text: str) -> str:
    """Return a text with a placeholder for each match, and its lines where they were."""
    return pattern.sub(lambda match: "X" + "\n" * match[0].count("\n"), text)


def habits(text: str) -> list[str]:
    """Return what is not plain English in a page, each with its line and what to write instead."""
    prose = blank(QUOTED, blank(CODE, text))
    found = [(match, instead) for habit, instead in HABITS.items() for match in habit.finditer(prose)]
    found += [(match, "If it is ..., ...") for match in INVERTED.finditer(prose)]
    return [f"{prose.count(chr(10), 0, match.start()) + 1}: {match[0]} -> {instead}" for match, instead in found]


def long_lines(text: str) -> list[int]:
    """Return the numbers of lines that could be wrapped and are not: tables and code cannot be."""
    lines = enumerate(blank(CODE, text).splitlines(), 1)
    return [
        number
        for number, line in lines
        if len(line) > WIDTH and not line.startswith("|") and " " in QUOTED.sub("X", line).strip(" -")
    ]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_plain_english(page: str) -> None:
    assert habits((ROOT / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_wrapped(page: str) -> None:
    assert long_lines((ROOT / page).read_text(encoding="utf-8")) == []


def test_there_are_pages() -> None:
    assert {"docs/cluster.md", "docs/sentinel.md"} <= set(PAGES)


@pytest.mark.parametrize(
    "text",
    [
        "The wish of the user.",
        "The heir takes over.",
        "The settings are judged.",
        "A change is told.",
        "Mend the host.",
        "Nobody answers.",
        "A run that\nnobody wanted.",
        "The host is looked\nat.",
        "It is no primary.",
        "The host is looked at.",
        "Is it the primary, switch over first.",
        "Take the host out. Is it the\nprimary, switch over first.",
        "- **Fewer**: remove it. Should it fail, run again.",
        "| seen | Tell the user |",
    ],
)
def test_a_habit_is_found(text: str) -> None:
    assert len(habits(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The user is `nobody`.",
        "The message is `PROBLEM: a link or somebody else's`.",
        'It logs "told 3 Sentinels".',
        "As:\n\n    nobody said so\n\nand then.",
        "```text\nwhoever\n```\n",
        "[as before](tell.md#judge)",
        "A recommended heirloom, commended intelligence.",
        "Is it healthy, and complete?",
        "It waits while there is no primary.",
        "If it is the primary, switch over first.",
    ],
)
def test_code_quotations_and_plain_words_are_none(text: str) -> None:
    assert habits(text) == []


def test_a_finding_has_its_line() -> None:
    assert habits("# A\n\n```text\nx\n```\n\nHow the\nheir waits.\n") == ["8: heir -> candidate"]


def test_only_prose_has_to_be_wrapped() -> None:
    long = "word " * 40
    assert long_lines(f"{long}\n\n| {long} |\n\n    {long}\n\n```text\n{long}\n```\n- `{long}`\n- {long}\n") == [1, 11]


@pytest.mark.parametrize("page", sorted({*PAGES, *GENERATED} - {"README.md", "CHANGELOG.md"}))
def test_a_page_leads_back(page: str) -> None:
    # Each page can be where a search has led: to the front page, or to the list of its kind, which leads there.
    text = (ROOT / page).read_text(encoding="utf-8")
    lists = {"docs/dev": ("../../CONTRIBUTING.md",), "docs/runbooks": ("README.md", "../../README.md")}
    folder = str(pathlib.PurePath(page).parent)
    up = "../" * folder.count("/") + ("" if folder == "." else "../")
    ends = lists.get(folder, (f"{up}README.md", f"{up}docs/variables.md", f"{up}docs/dev/releasing.md"))
    assert any(f"]({end})" in text.splitlines()[-1] for end in ends), "end it with a link to where it belongs"
