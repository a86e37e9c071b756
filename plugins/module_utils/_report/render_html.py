# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML from elements and text: what is not an element is escaped, so no value of a server becomes markup."""

from __future__ import annotations

import html
import re
import typing as t

# What a browser would drop or an editor would show wrongly: control characters, and those that turn text around.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_VOID = frozenset(["br", "meta", "col", "line", "rect", "path", "polyline", "circle"])


class Html(str):
    """Text that is markup already; only the functions of this file make it."""

    __slots__ = ()


SHORT = 16  # characters, as an IPv4 address with its port has

Child = t.Union[Html, str, int, float, None, t.Iterable[t.Any]]


def escape(value: object) -> Html:
    """Return a value as text of a page."""
    return Html(html.escape(_INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", str(value)), quote=True))


def join(children: t.Iterable[Child]) -> Html:
    """Return children one after the other, without an element around them."""
    return Html("".join(_child(child) for child in children))


def el(tag: str, *children: Child, **attributes: object) -> Html:
    """Return an element; ``class_`` is class, ``data_label`` data-label, an attribute that is None is not there."""
    words = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _VOID and not children:
        return Html(f"<{tag}{words}/>")
    return Html(f"<{tag}{words}>{join(children)}</{tag}>")


def constant(text: str) -> Html:
    """Return markup that this collection itself has written: the style sheet, the first line."""
    return Html(text)


def table(caption: str, heads: t.Sequence[str], rows: t.Iterable[t.Sequence[Child]], class_: str = "") -> Html:
    """Return a table whose rows become cards on a narrow screen; the first cell of a row is its head.

    The roles are said aloud, for a browser forgets them once a style sheet shows rows as blocks.
    """
    head = el("tr", *(el("th", one, scope="col", role="columnheader", class_=_short(one)) for one in heads), role="row")
    body = [el("tr", *(_cell(heads[at], cell, at == 0) for at, cell in enumerate(row)), role="row") for row in rows]
    return el(
        "table",
        el("caption", caption),
        el("thead", head, role="rowgroup"),
        el("tbody", *body, role="rowgroup"),
        role="table",
        class_=f"stack {class_}".strip(),
    )


def section(title: str, anchor: str, *children: Child) -> Html:
    """Return a section with its heading."""
    return el("section", el("h2", title, id=f"{anchor}-title"), *children, id=anchor, aria_labelledby=f"{anchor}-title")


def figure(caption: Child, *children: Child) -> Html:
    """Return a figure with its caption below."""
    return el("figure", *children, el("figcaption", caption))


def _cell(label: str, cell: Child, first: bool) -> Html:
    if first:
        return el("th", cell, scope="row", role="rowheader", data_label=label, class_=_short(cell))
    return el("td", cell, role="cell", data_label=label, class_=_short(cell))


def _short(cell: Child) -> str | None:
    """Return the class of a cell whose text stays in one line; in a longer one any place may break."""
    return "short" if isinstance(cell, str) and not isinstance(cell, Html) and len(cell) <= SHORT else None


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, (str, int, float)):
        return escape(child)
    return join(child)
