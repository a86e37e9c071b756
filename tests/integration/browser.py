# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser that opens a report: what it loads, what it shows, whether that fits and can be read."""

from __future__ import annotations

import contextlib
import shutil
import typing as t

from playwright.sync_api import Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE = 360
PAPER = 680  # CSS pixels of 180 mm: A4 without its margins

# What reaches beyond the right edge; what is only there for readers aloud is not shown.
BEYOND = """width => [...document.querySelectorAll('body *')]
  .filter(one => !(one.closest('thead') && getComputedStyle(one.closest('thead')).position === 'absolute'))
  .filter(one => { const box = one.getBoundingClientRect(); return box.width > 0 && box.right > width + 0.5; })
  .map(one => `${one.tagName}.${one.getAttribute('class')}: ${one.textContent.slice(0, 40)}`)"""

# Texts of which colour and background are less apart than WCAG 2 AA wants of text of ordinary size.
PALE = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = one => { for (; one; one = one.parentElement) {
    const colour = parse(getComputedStyle(one).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour; } return [255, 255, 255]; };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || one.closest('svg')) continue;
    const pair = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`);
  }
  return found; }"""


class Shown:
    """A page in the browser, and what it requested while it was open."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"file://{path}")

    def beyond(self, width: int) -> list[str]:
        """Return what does not fit into a window so wide."""
        self.page.set_viewport_size({"width": width, "height": 800})
        scroll = self.page.evaluate("document.scrollingElement.scrollWidth")
        return [*([f"the page is {scroll} wide"] if scroll > width else []), *self.page.evaluate(BEYOND, width)]

    def pale(self, scheme: t.Literal["light", "dark"]) -> list[str]:
        """Return the texts that are hard to read in light or in dark."""
        self.page.emulate_media(color_scheme=scheme)
        return list(self.page.evaluate(PALE))

    def text(self) -> str:
        """Return the text as it is shown: what is hidden is not in it."""
        return str(self.page.inner_text("body"))


@contextlib.contextmanager
def browser() -> t.Iterator[t.Callable[[str], Shown]]:
    """Start Chromium with a profile of its own; the block gets a function that opens a file."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("no chromium: run make browser")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield lambda path: Shown(started.new_page(), path)
        finally:
            started.close()
