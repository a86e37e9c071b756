# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: whole, well-formed, without anything from outside, and no value becomes markup."""

from __future__ import annotations

import html.parser
import json
import re
import typing as t

import jinja2
import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._report.checks import faults
from ansible_collections.almashooq.redis.plugins.module_utils._report.compare import changes
from ansible_collections.almashooq.redis.plugins.module_utils._report.compare_targets import with_availability
from ansible_collections.almashooq.redis.plugins.module_utils._report.render_drills import merged, silent
from ansible_collections.almashooq.redis.plugins.module_utils._report.render_plot import column, nice, sparkline
from ansible_collections.almashooq.redis.plugins.module_utils._report.render_topology import (
    shard_numbers,
    slot_ranges,
    zones,
)
from ansible_collections.almashooq.redis.plugins.plugin_utils._report.page import environment
from ansible_collections.almashooq.redis.plugins.plugin_utils._report.page import page as rendered

from . import results

HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202e\x00</style>"
RESULTS = {
    "cluster": results.result(),
    "replication": results.result("replication"),
    "failed": results.failed(),
    "large": results.large(),
    "nothing measured": results.result(drills=[], load=None, targets=[]),
}


class Page(html.parser.HTMLParser):
    """What a browser reads: elements in their order, attributes, text; raises where elements do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(result: results.Value, *earlier: results.Value) -> str:
    result = with_availability(result, 99.9, 1)
    return rendered(result, earlier, changes(result, earlier, 20), 20)


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_the_page_is_well_formed_and_tells_every_item_node_drill_and_finding(result: results.Value) -> None:
    read = Page(page(result, results.result()))
    assert "Acceptance of shop" in read.text
    for item in result["items"]:
        assert item["summary"] in read.text
        assert all(finding["message"] in read.text for finding in item["findings"])
    assert all(node["address"] in read.text for node in result["nodes"])
    assert all(f"shard {drill['shard']}" in read.text for drill in result["drills"])


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_nothing_comes_from_outside_and_nothing_runs(result: results.Value) -> None:
    text = page(result, results.result())
    read = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "base"}.intersection(read.tags)
    assert all(value.startswith("#") for name, value in read.attributes if name in ("href", "src"))
    assert not [name for name, _value in read.attributes if name.startswith("on") or name == "style"]
    assert not re.search(r"url\(|@import|https?:", text)
    assert ("http-equiv", "Content-Security-Policy") in read.attributes


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_drawings_have_a_name_or_are_decoration(result: results.Value) -> None:
    for attributes in re.findall(r"<svg ([^>]*)>", page(result, results.result())):
        assert 'role="img" aria-label="' in attributes or 'aria-hidden="true"' in attributes


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_no_anchor_is_there_twice_and_all_that_are_linked_are_there(result: results.Value) -> None:
    read = Page(page(result))
    ids = [value for name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for name, value in read.attributes if name == "href"} <= set(ids)


def poisoned(value: t.Any, key: str = "") -> t.Any:
    """Return a result in which every text that a server or a host may choose is hostile."""
    fixed = {"name", "status", "role", "fault", "severity", "scope", "topology", "started", "finished", "deployment"}
    if isinstance(value, dict):
        poison = {HOSTILE: HOSTILE} if key == "settings" else {}
        return {**{name: poisoned(one, name) for name, one in value.items()}, **poison}
    if isinstance(value, list):
        return [poisoned(one, key) for one in value]
    return HOSTILE + value if isinstance(value, str) and key not in fixed else value


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_no_value_becomes_markup(result: results.Value) -> None:
    evil = poisoned(json.loads(json.dumps(result)))
    assert list(faults(evil)) == []
    text = page(evil, evil)
    before = result
    honest, read = Page(page(result, before)), Page(text)
    assert "<script" not in text
    assert set(read.tags) <= set(honest.tags) | {
        "td",
        "tr",
        "code",
        "span",
        "li",
        "dd",
        "dt",
        "p",
        "strong",
        "ul",
        "div",
    }
    assert {name for name, _value in read.attributes} <= {name for name, _value in honest.attributes} | {"class"}
    assert read.tags.count("style") == 1
    assert "<script>alert(1)</script>" in read.text
    assert "\u202e" not in text
    assert "\x00" not in text


MACROS = "{% from 'macros.html.j2' import badge, card, table %}"


@pytest.mark.parametrize(
    ("template", "html"),
    [
        ("<p title=\"{{ value }}\">{{ value }}</p>", '<p title="a&lt;b&#34;c\ufffdd">a&lt;b&#34;c\ufffdd</p>'),
        ("{{ badge('passed') }}", '<span class="badge passed"><span '),
        ("{{ plots.meter(0.5) }}", "<svg "),
        ("{{ plots.sparkline([1, 2], value) }}", 'aria-label="a&lt;b&quot;c\ufffdd"'),
        ("{{ [value, badge('passed')] | join }}", 'a&lt;b&#34;c'),
    ],
    ids=["text and attribute", "macro", "drawing", "name of a drawing", "text beside markup"],
)  # fmt: skip
def test_values_are_escaped_and_markup_of_the_report_is_not(template: str, html: str) -> None:
    assert html in environment().from_string(MACROS + template).render(value='a<b"c\u202ed')


def test_a_name_that_a_template_misspells_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        environment().from_string("{{ result.deploymnt }}").render(result=results.result())


def test_a_cell_has_its_column_as_label_and_stays_in_one_line_if_it_is_short() -> None:
    text = environment().from_string(MACROS + "{{ table('C', ['A', 'B'], [['x', 'y' * 17]]) }}").render()
    assert '<th scope="row" role="rowheader" data-label="A" class="short">x</th>' in text
    assert f'<td role="cell" data-label="B">{"y" * 17}</td>' in text


def test_a_cell_that_is_empty_has_nothing_in_it_for_the_style_sheet_shows_a_dash_there() -> None:
    text = environment().from_string(MACROS + "{{ table('C', ['A', 'B'], [['x', '']]) }}").render()
    assert '<td role="cell" data-label="B" class="short"></td>' in text


def test_drawings_have_zero_at_the_bottom() -> None:
    assert column(0.5, 0.1, 0, 0.25, "ok") == '<rect x="500.0" y="225.0" width="100.0" height="75.0" class="ok"/>'
    assert 'points="3.2,20.0 156.8,3.2"' in sparkline([1, 2], "up")


def test_hosts_stand_in_their_zone_and_those_without_one_come_first() -> None:
    nodes = [{"zone": zone, "host": host, "address": host} for zone, host in (("b", "y"), (None, "z"), ("b", "x"))]
    assert [(zone, [host for host, _nodes in hosts]) for zone, hosts in zones(nodes)] == [
        ("", ["z"]),
        ("b", ["x", "y"]),
    ]


def test_shards_are_numbered_by_their_slots_and_replicas_follow() -> None:
    numbers = shard_numbers(results.cluster_nodes(3))
    assert numbers["192.0.2.11:7000"] == numbers["192.0.2.12:7001"] == 1
    assert numbers["192.0.2.13:7000"] == numbers["192.0.2.11:7001"] == 3


@pytest.mark.parametrize(
    ("slots", "ranges"),
    [("0-5460", [(0, 5460)]), ("7 9-10", [(7, 7), (9, 10)]), ("", []), (None, []), ("5-3 x 99999 [1->-a]", [])],
)
def test_slots_that_are_no_range_are_passed_over(slots: str | None, ranges: list[tuple[int, int]]) -> None:
    assert slot_ranges({"slots": slots}) == ranges


def test_the_longest_silence_is_the_gap() -> None:
    rows = [(0.0, 1, 0), (100.0, 0, 1), (200.0, 1, 0), (300.0, 0, 1), (400.0, 0, 0)]
    assert silent(rows, 100.0) == (300.0, 500.0)
    assert silent(rows[:1], 100.0) is None


def test_a_long_drill_has_no_more_bars_than_can_be_seen_and_loses_no_write() -> None:
    rows = [[at * 100, 2, 1] for at in range(3601)]
    fewer = merged(rows)
    assert len(fewer) <= 400
    assert sum(ok for _at, ok, _failed in fewer) == 7202


@pytest.mark.parametrize(("top", "scale"), [(0, 1), (1, 1), (3, 5), (95, 100), (101, 200), (0.3, 0.5)])
def test_scales_end_at_round_numbers(top: float, scale: float) -> None:
    assert nice(top) == pytest.approx(scale)
