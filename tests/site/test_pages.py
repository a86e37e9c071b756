# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site in a real browser: on a desk, on a phone, in light and in dark.

`make docs` runs this after it has made the site; SITE names another directory than the one that it is made in.
"""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest

import docs
from tests.integration.browser import PHONE, Shown, browser

SITE = pathlib.Path(os.environ.get("SITE", docs.WORK / "html"))
DESK = 1280
# One page of each kind: prose, wide tables, a reference, a module, a role, long messages, release notes.
PAGES = (
    "index.html", "docs/tutorial.html", "docs/ports-and-users.html", "docs/variables.html",
    "docs/troubleshooting.html", "docs/runbooks/RedisDown.html", "docs/dev/architecture.html", "CHANGELOG.html",
    "collection/index.html", "collection/cluster_module.html", "collection/redis_node_role.html",
)  # fmt: skip
# What is wider than the window and in nothing that scrolls to the side.
CUT = """width => [...document.querySelectorAll('article *')].filter(one => {
    if (one.closest('svg') || one.getBoundingClientRect().width === 0) return false;
    if (one.getBoundingClientRect().right <= width + 0.5) return false;
    for (let at = one.parentElement; at && at.tagName !== 'ARTICLE'; at = at.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return false;
    return !['auto', 'scroll'].includes(getComputedStyle(one).overflowX);
  }).map(one => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`)"""
# Words of titles that take more than a line; long names of modules may.
BROKEN = """() => [...document.querySelectorAll('h1, h2, h3')].flatMap(title => {
    const found = [], walker = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) for (const word of walker.currentNode.data.matchAll(/[^\\s#]+/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, word.index); range.setEnd(walker.currentNode, word.index + word[0].length);
      const long = word[0].includes('.') && word[0].length > 24;
      if (!long && new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
    }
    return found; })"""
OPTIONS = "table.ansible-option-table"


@pytest.fixture(scope="module")
def opened() -> t.Iterator[t.Callable[[str], Shown]]:
    with browser() as open_file:
        yield lambda page: open_file(str(SITE / page))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits(opened: t.Callable[[str], Shown], page: str) -> None:
    shown = opened(page)
    for width in (DESK, PHONE):
        shown.page.set_viewport_size({"width": width, "height": 800})
        assert shown.page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert shown.page.evaluate(CUT, width) == []
    assert shown.page.evaluate(BROKEN) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_leads_back(opened: t.Callable[[str], Shown], page: str) -> None:
    shown = opened(page)
    assert [url for url in shown.asked if not url.startswith(("file://", "data:"))] == []
    assert shown.complaints == []
    for width, brand in ((DESK, ".sidebar-brand"), (PHONE, ".header-center a")):
        shown.page.set_viewport_size({"width": width, "height": 800})
        assert shown.page.is_visible(brand)
        target = shown.page.eval_on_selector(brand, "one => one.href").partition("#")[0]
        assert target in ("", (SITE / "index.html").as_uri())


@pytest.mark.parametrize("page", ["collection/cluster_module.html", "collection/redis_node_role.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_options_can_be_read(opened: t.Callable[[str], Shown], page: str, scheme: t.Literal["light", "dark"]) -> None:
    shown = opened(page)
    assert shown.page.query_selector(OPTIONS)
    # Whichever way the reader takes to it: by the system, or by the theme's own button against the system.
    assert inside(shown, shown.pale(scheme)) == []
    other: t.Literal["light", "dark"] = "light" if scheme == "dark" else "dark"
    shown.page.evaluate("scheme => { document.body.dataset.theme = scheme }", scheme)
    assert inside(shown, shown.pale(other)) == []


def inside(shown: Shown, texts: t.Iterable[str]) -> list[str]:
    """Return those of these texts that are in an option table."""
    tables = " ".join(shown.page.eval_on_selector_all(OPTIONS, "all => all.map(one => one.textContent)"))
    return [text for text in texts if text.partition(": ")[2] in tables]


def test_the_picture_can_be_read_on_a_phone(opened: t.Callable[[str], Shown]) -> None:
    shown = opened("index.html")
    shown.page.set_viewport_size({"width": PHONE, "height": 800})
    picture = shown.page.query_selector("img[src$='architecture.svg']")
    assert picture
    box = picture.bounding_box()
    # 12 of the 1200 units of its width are the height of its smallest text.
    assert box
    assert box["width"] * 12 / 1200 >= 9


def test_the_index_of_options_says_what_is_internal(opened: t.Callable[[str], Shown]) -> None:
    text = opened("collection/index.html").text()
    assert "almashooq.redis" in text
    assert "Almashooq" not in text
    lines = [line for line in text.splitlines() if " module " in line]
    assert [line for line in lines if line.startswith("cluster module") and "internal" in line] == []
    assert [line for line in lines if line.startswith("preflight module") and "(internal)" in line]
