# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed file, and what of it may be shown."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._managed.model import Directive
from ansible_collections.almashooq.redis.plugins.module_utils._managed.render import (
    blanked,
    changed_names,
    config_text,
    directive_lines,
    directive_names,
    shown,
)

from .instances import an_instance


def body(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_derived_directives_come_before_the_users():
    lines = body(config_text(an_instance(settings={"hz": 20}), ()))
    assert lines[0] == "port 7000"
    assert lines[-1] == "hz 20"


def test_overruling_lines_come_first_because_they_may_be_other_names_of_later_ones():
    lines = body(config_text(an_instance(settings={"slave-priority": 5}), (Directive("replica-priority", "100"),)))
    assert lines.index("replica-priority 100") < lines.index("port 7000") < lines.index("slave-priority 5")


def test_names_and_values_are_read_from_a_file():
    text = "# x\n\nHZ 10\n save  900 1\nsave 300 10\n"
    assert directive_names(text) == {"hz", "save"}
    assert directive_lines(text, "save") == ["900 1", "300 10"]


def test_only_the_names_that_changed_are_told():
    assert changed_names("hz 10\nmaxmemory 1\n", "hz 20\nmaxmemory 1\ntimeout 5\n") == ["hz", "timeout"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('masterauth "x"\n', "masterauth ********\n"),
        ("tls-key-file-pass x y\n", "tls-key-file-pass ********\n"),
        ("hz 10\n\n", "hz 10\n\n"),
        (f"user a on #{'0' * 64} +get #{'f' * 64}\n", "user a on #******** +get #********\n"),
    ],
)
def test_secrets_are_blanked(text, expected):
    assert blanked(text) == expected


def test_a_secret_setting_shows_only_whether_it_is_set():
    assert (shown("MasterAuth", "x"), shown("masterauth", ""), shown("hz", "10")) == ("********", "", "10")
