# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user has several passwords at a time: both work while one is changed.  Ports 21700 to 21729."""

from __future__ import annotations

import hashlib
import pathlib
import typing as t

import pytest
import redis

from .engines import name, servers
from .fleet import until
from .instances import Instances
from .module_runner import converged, refused

PORT = 21700
OLD, NEW = "the old secret", 'the "new" secret'
RULES = "~app:* -@all +get +set +acl|whoami"


@pytest.fixture(params=servers(), ids=name)
def pair(request: pytest.FixtureRequest) -> t.Iterator[Instances]:
    """A primary with a replica: of some versions a replica does not survive ACL LOAD."""
    with Instances(request.param, PORT, count=2) as made:
        converged("instance", made.config({"repl-diskless-sync-delay": 0}))
        made.start()
        made.client(made.ports[1]).replicaof("127.0.0.1", made.ports[0])
        until(lambda: linked(made), "the link of the replica")
        yield made


@pytest.fixture
def single() -> t.Iterator[Instances]:
    """One instance that runs, for what is refused before an engine is asked."""
    with Instances(servers()[0], PORT + 20) as made:
        converged("instance", made.config())
        made.start()
        yield made


def linked(pair: Instances) -> bool:
    return pair.client(pair.ports[1]).info("replication")["master_link_status"] == "up"


def options(given: Instances, *, password: str | None = None, passwords: t.Sequence[str] = ()) -> dict[str, t.Any]:
    user = {"name": "app", "password": password, "passwords": list(passwords), "rules": RULES}
    return given.config({"repl-diskless-sync-delay": 0}, users=[user])


def lets_in(given: Instances, password: str) -> list[bool]:
    """Return whether each instance lets the user in, over a new connection."""
    return [_logs_in(given, port, password) for port in given.ports]


def _logs_in(given: Instances, port: int, password: str) -> bool:
    with given.client(port, username="app", password=password) as client:
        try:
            return client.execute_command("ACL", "WHOAMI") == "app"
        except redis.exceptions.AuthenticationError:
            return False


def hashes(*passwords: str) -> set[str]:
    return {hashlib.sha256(one.encode()).hexdigest() for one in passwords}


def told(given: Instances) -> list[set[str]]:
    """Return the hashes that ACL GETUSER shows of the user, by instance."""
    shown = [given.client(port).execute_command("ACL", "GETUSER", "app") for port in given.ports]
    return [
        {one.lstrip("#") for one in (each if isinstance(each, dict) else dict(zip(each[::2], each[1::2])))["passwords"]}
        for each in shown
    ]


def users_file(given: Instances) -> str:
    return given.managed().with_suffix(".acl").read_text(encoding="utf-8")


def test_a_password_is_changed_while_both_work(pair: Instances) -> None:
    pids = [pair.pid(port) for port in pair.ports]
    converged("instance", options(pair, password=OLD))
    assert (lets_in(pair, OLD), lets_in(pair, NEW)) == ([True, True], [False, False])

    both = options(pair, password=OLD, passwords=[NEW])
    planned = converged("instance", both, check=True)
    assert lets_in(pair, NEW) == [False, False]
    done = converged("instance", both)
    assert planned["plan"] == done["plan"] != []
    assert (lets_in(pair, OLD), lets_in(pair, NEW)) == ([True, True], [True, True])
    assert told(pair) == [hashes(OLD, NEW)] * 2
    assert converged("instance", both)["changed"] is False

    converged("instance", options(pair, password=NEW))
    assert (lets_in(pair, OLD), lets_in(pair, NEW)) == ([False, False], [True, True])
    assert told(pair) == [hashes(NEW)] * 2
    assert converged("instance", options(pair, password=NEW))["changed"] is False
    assert linked(pair)
    assert [pair.pid(port) for port in pair.ports] == pids


def test_passwords_last_and_the_file_has_none_in_clear_text(pair: Instances) -> None:
    result = converged("instance", options(pair, passwords=[OLD, NEW]), diff=True)
    assert OLD not in users_file(pair)
    assert NEW not in users_file(pair)
    line = next(line for line in users_file(pair).splitlines() if line.startswith("user app "))
    assert {word[1:] for word in line.split() if word.startswith("#")} == hashes(OLD, NEW)
    assert not [one for one in (OLD, NEW, *hashes(OLD, NEW)) if one in str({**result, "invocation": None})]
    primary = pair.ports[0]
    pair.end(primary)
    pair.start(primary)
    assert (lets_in(pair, OLD), lets_in(pair, NEW)) == ([True, True], [True, True])


def test_the_order_of_passwords_makes_no_difference(pair: Instances) -> None:
    converged("instance", options(pair, password=OLD, passwords=[NEW]))
    for same in (options(pair, password=NEW, passwords=[OLD]), options(pair, passwords=[NEW, OLD])):
        assert converged("instance", same)["changed"] is False
    # As if they were changed by hand before the inventory was, on one of them in this order ...
    for port, order in zip(pair.ports, ((OLD, NEW), (NEW, OLD))):
        words = [f">{password}" for password in order]
        pair.client(port).execute_command("ACL", "SETUSER", "app", "resetpass", *words)
    assert converged("instance", options(pair, passwords=[OLD, NEW]))["changed"] is False


def test_a_password_that_is_not_listed_goes(pair: Instances) -> None:
    converged("instance", options(pair, password=OLD, passwords=[NEW]))
    for port in pair.ports:
        pair.client(port).execute_command("ACL", "SETUSER", "app", ">a third")
        pair.client(port).execute_command("ACL", "SETUSER", "app", f"<{OLD}")
    done = converged("instance", options(pair, password=OLD, passwords=[NEW]))
    assert len([step for step in done["plan"] if "load users (app)" in step]) == len(pair.ports)
    assert (lets_in(pair, "a third"), lets_in(pair, OLD)) == ([False, False], [True, True])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"password": OLD, "passwords": [NEW, OLD]}, "user 'app' has one password twice"),
        ({"passwords": [NEW, NEW]}, "user 'app' has one password twice"),
        ({"passwords": [NEW, ""]}, "user 'app' has an empty password"),
        ({"passwords": [f"{NEW}\nuser evil on nopass"]}, "the password of user 'app' contains a control character"),
    ],
)
def test_passwords_that_cannot_be_are_refused(single: Instances, given: dict[str, t.Any], says: str) -> None:
    before = users_file(single)
    result = refused("instance", options(single, **given))
    assert says in result["msg"]
    assert not [secret for secret in (OLD, NEW) if secret in str({**result, "invocation": None})]
    assert users_file(single) == before


@pytest.mark.parametrize("other", [server for server in servers()[1:] if "valkey" in str(server)][:1], ids=name)
def test_another_engine_that_still_runs_is_compared_in_its_own_words(single: Instances, other: pathlib.Path) -> None:
    both = options(single, password=OLD, passwords=[NEW])
    converged("instance", both)
    single.server = other
    planned = converged("instance", options(single, passwords=[NEW, OLD]))["plan"]
    # The replicas of that engine need another right: of the application nothing has changed.
    assert not [step for step in planned if "load users" in step and "app" in step]
    converged("instance", options(single, password=NEW))
    assert (lets_in(single, OLD), lets_in(single, NEW)) == ([False], [True])
