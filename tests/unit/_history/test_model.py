# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record as text: it comes back as it was, it has a size that nothing exceeds, and junk is no record."""

from __future__ import annotations

import dataclasses
import json

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._history import model
from ansible_collections.almashooq.redis.plugins.module_utils._history.model import Done, Record, decode, encode

WHOLE = Record(
    verb="cluster",
    began="2026-01-31T12:00:00.000Z",
    run="0123456789abcdef",
    host="redis1",
    deployments=("shop",),
    playbook="site.yml",
    user="alice",
    controller="control1",
    account="ansible",
    address="192.0.2.9",
    plan=("meet a", "add slots"),
    planned=2,
    done=(Done("meet a", 0.25),),
    steps=1,
    failed=("add slots",),
    step="add slots",
    left=3,
    part=True,
    ended="2026-01-31T12:00:01.000Z",
    seconds=1.5,
    outcome="failed",
    error="no answer",
)


def test_every_field_comes_back() -> None:
    values = {one.name: getattr(WHOLE, one.name) for one in dataclasses.fields(Record)}
    defaults = {one.name: one.default for one in dataclasses.fields(Record)}
    assert [name for name, value in values.items() if value == defaults[name]] == []
    assert decode(encode(WHOLE)) == WHOLE


def test_of_a_long_list_both_ends_are_kept_and_all_is_counted() -> None:
    lines = tuple(f"step {number}" for number in range(1000))
    found = decode(encode(dataclasses.replace(WHOLE, plan=lines, planned=1000)))
    assert found is not None
    half = model.MOST_LINES // 2
    assert found.plan == (*lines[:half], *lines[-half:])
    assert found.planned == 1000


@pytest.mark.parametrize("letter", ["x", "\N{SNOWMAN}", "\N{GRINNING FACE}", '"', "\\"], ids=ascii)
def test_no_record_is_larger_than_the_bound(letter: str) -> None:
    long = letter * 100_000
    names = dict.fromkeys(model._NAMES, long)
    steps = tuple(Done(long, 1e9) for _number in range(1000))
    record = Record(
        **{**vars(WHOLE), **names, "deployments": (long,) * 1000, "plan": (long,) * 1000, "done": steps,
           "failed": (long,) * 1000, "step": long, "error": long}
    )  # fmt: skip
    text = encode(record)
    assert len(text.encode()) <= model.MOST_BYTES
    found = decode(text)
    assert found is not None
    assert (found.planned, found.steps, found.outcome, found.ended) == (2, 1, "failed", WHOLE.ended)
    assert found.plan


def test_a_text_is_one_line_of_what_can_be_printed() -> None:
    found = decode(encode(dataclasses.replace(WHOLE, error="a\nb\tc\x1b[31m \udcff", user="\u202eali\x00ce")))
    assert found is not None
    assert (found.error, found.user) == ("a b c [31m", "ali ce")


def texts() -> dict[str, str]:
    """Return texts that are no record, by what is wrong with them."""
    good = json.loads(encode(WHOLE))
    return {
        "nothing": "",
        "torn": encode(WHOLE)[:-20],
        "no object": "[]",
        "another format": json.dumps({**good, "format": 2}),
        "no format": json.dumps({name: value for name, value in good.items() if name != "format"}),
        "a field too many": json.dumps({**good, "more": 1}),
        "a field too few": json.dumps({name: value for name, value in good.items() if name != "verb"}),
        "no list": json.dumps({**good, "plan": 1}),
        "a step without seconds": json.dumps({**good, "done": [{"step": "a"}]}),
        "seconds that are none": json.dumps({**good, "done": [{"step": "a", "seconds": "long"}]}),
        "a number for a text": json.dumps({**good, "began": 1}),
        "a text for a number": json.dumps({**good, "steps": "1"}),
        "nesting without end": "[" * 100_000,
    }


@pytest.mark.parametrize("text", texts().values(), ids=texts())
def test_what_is_no_record_is_not_read_as_one(text: str) -> None:
    assert decode(text) is None
