# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do on the host of a Sentinel, whatever is there already."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._files import Directory, File
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.model import (
    Desired,
    Login,
    Seen,
    Validated,
)
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.plan import plan
from hypothesis import given
from hypothesis import strategies as st

OWN = "sentinel monitor main 192.0.2.11 6379 2\nsentinel auth-user main sentinel\nsentinel auth-pass main secret\n"
HOOKED = OWN.replace("2\n", "2\nsentinel notification-script main /notify\n", 1)
SCRIPTS = (("notification-script", "/notify"),)
WANTED = Desired(
    address="192.0.2.11",
    port=26379,
    directories=(Directory("/etc/s", 0, 9, 0o750), Directory("/var/s/26379", 8, 9, 0o750)),
    managed=File("/etc/s/26379.conf", "port 26379\n", 0, 9, 0o640),
    users=File("/etc/s/26379.acl", "user default off\n", 0, 9, 0o640),
    seed=File("/var/s/26379/sentinel.conf", "", 8, 9, 0o640),
    server="/usr/bin/redis-server",
    user=8,
    group=9,
    logins=(Login("main", "sentinel", "secret"),),
    scripts=(("notification-script", "/notify"), ("client-reconfig-script", "")),
)
VALIDATED = Validated(("user default off",), "redis 7.0.15")
DONE = Seen(
    directories=WANTED.directories,
    managed=WANTED.managed,
    users=WANTED.users,
    own=dataclasses.replace(WANTED.seed, text=HOOKED),
    pid=7,
    accounts=VALIDATED.accounts,
    sets=("main",),
    hooks=(("main", SCRIPTS),),
)


def words(seen: Seen) -> list[str]:
    return [step.describe() for step in plan(seen, WANTED, VALIDATED)]


def test_nothing_is_left_of_a_sentinel_that_is_as_wanted() -> None:
    assert words(DONE) == []


def test_a_fresh_host_gets_everything_in_the_order_in_which_it_can_be_interrupted() -> None:
    assert words(Seen()) == [
        "directory /etc/s, mode 0750",
        "directory /var/s/26379, mode 0750",
        "write /etc/s/26379.conf",
        "write /etc/s/26379.acl",
        "create /var/s/26379/sentinel.conf, which Sentinel then owns",
        "start 192.0.2.11:26379",
    ]


def own(text: str) -> File:
    return dataclasses.replace(WANTED.seed, text=text)


CASES = {
    "stopped: started": ({"pid": None}, ["start 192.0.2.11:26379"]),
    "stopped and without its hooks": (
        {"pid": None, "own": own(OWN)},
        ["start 192.0.2.11:26379 with the hooks in its file"],
    ),
    "other users are loaded, without a restart": (
        {"accounts": ("user x",)},
        ["192.0.2.11:26379: load users (default, x)"],
    ),
    "another login is set, without a restart": (
        {"own": own(HOOKED.replace("secret", "old"))},
        ["192.0.2.11:26379: log in at the instances of main as sentinel"],
    ),
    "written but not restarted, by a run that was killed": (
        {"older": True},
        ["192.0.2.11:26379: restart for its settings"],
    ),
    "no hooks yet": ({"hooks": (("main", ()),)}, ["192.0.2.11:26379: restart for the hooks of main"]),
    "two reasons are one restart": (
        {"older": True, "hooks": (("main", ()),)},
        ["192.0.2.11:26379: restart for its settings and the hooks of main"],
    ),
    "other settings": (
        {"managed": dataclasses.replace(WANTED.managed, text="port 1\n")},
        ["write /etc/s/26379.conf", "192.0.2.11:26379: restart for its settings"],
    ),
}


@pytest.mark.parametrize(("changes", "steps"), CASES.values(), ids=CASES)
def test_what_differs_is_all_that_is_done(changes: dict[str, object], steps: list[str]) -> None:
    assert words(dataclasses.replace(DONE, **changes)) == steps


def test_a_login_that_the_primary_does_not_take_is_not_set() -> None:
    seen = dataclasses.replace(DONE, own=own(HOOKED.replace("secret", "old")), locked_out=(("main", "WRONGPASS"),))
    with pytest.raises(Refused, match="refuses the login of Sentinel"):
        plan(seen, WANTED, VALIDATED)


@st.composite
def hosts(draw: st.DrawFn) -> Seen:
    runs = draw(st.booleans())
    text = draw(st.sampled_from(["", OWN, HOOKED, HOOKED.replace("secret", "old")]))
    watches = runs and "monitor" in text
    return Seen(
        directories=tuple(one for one in WANTED.directories if draw(st.booleans())),
        managed=draw(st.sampled_from([None, WANTED.managed, dataclasses.replace(WANTED.managed, mode=0o600)])),
        users=draw(st.sampled_from([None, WANTED.users])),
        own=own(text) if text or runs else draw(st.sampled_from([None, own("")])),
        pid=7 if runs else None,
        older=runs and draw(st.booleans()),
        accounts=draw(st.sampled_from([(), VALIDATED.accounts])) if runs else (),
        sets=("main",) if watches else (),
        hooks=(("main", draw(st.sampled_from([(), SCRIPTS]))),) if watches else (),
    )


def started(seen: Seen) -> Seen:
    """What a Sentinel that has been started shows of its file: the model's side of a start."""
    text = seen.own.text if seen.own else ""
    scripts = tuple(pair for pair in SCRIPTS if f"{pair[0]} main {pair[1]}" in text)
    watches = "monitor" in text
    return dataclasses.replace(
        seen,
        accounts=VALIDATED.accounts,
        sets=("main",) if watches else (),
        hooks=(("main", scripts),) if watches else (),
    )


@given(seen=hosts(), cut=st.integers(0, 8))
def test_a_run_that_is_cut_anywhere_is_finished_by_the_next(seen: Seen, cut: int) -> None:
    for limit in (cut, 99):
        for step in plan(seen, WANTED, VALIDATED)[:limit]:
            stopped = seen.pid is None
            seen = step.apply(seen)
            if stopped and seen.pid is not None:
                seen = started(seen)
    assert plan(seen, WANTED, VALIDATED) == () or words(seen) == [
        "192.0.2.11:26379: log in at the instances of main as sentinel"
    ]
    assert seen.own is not None
    assert seen.pid is not None


@given(seen=hosts())
def test_sentinels_own_file_is_created_once_and_never_replaced_while_it_runs(seen: Seen) -> None:
    steps = plan(seen, WANTED, VALIDATED)
    seeds = [step for step in steps if "which Sentinel then owns" in step.describe()]
    assert len(seeds) == (seen.own is None)
    assert sum("start" in step.describe() for step in steps) <= 1
