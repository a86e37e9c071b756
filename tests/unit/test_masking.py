# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret stands in a recorded command, in the line of a step, or in an error of the client.

Secrets here have a mark at each end, so that a part of one is found as well as the whole.
"""

from __future__ import annotations

import contextlib
import socketserver
import threading
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access, Client
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives import plain, quoted
from ansible_collections.almashooq.redis.plugins.module_utils._managed.model import Directive, Instance
from ansible_collections.almashooq.redis.plugins.module_utils._managed.start_output import reason
from ansible_collections.almashooq.redis.plugins.module_utils._report.store import without_secrets
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.steps import Configure, Tune
from ansible_collections.almashooq.redis.plugins.module_utils._text import MASK, SECRET_SETTINGS, masked, without_echo
from hypothesis import example, given
from hypothesis import strategies as st

FIRST, LAST = "Q0Q", "Q9Q"
SESAME = f"{FIRST}sesame{LAST}"
EVERY_SETTING = sorted(SECRET_SETTINGS)
# Neither mark can come about from what stands between them.
SECRETS = st.text(st.characters(exclude_characters="Q", exclude_categories=["Cs"]), max_size=20).map(
    lambda text: f"{FIRST}{text}{LAST}"
)
CASINGS: tuple[t.Callable[[str], str], ...] = (str.lower, str.upper, str.title, str.swapcase)


def leaks(text: str) -> bool:
    """Return whether a text has the beginning or the end of a secret."""
    return FIRST in text or LAST in text


@pytest.mark.parametrize("name", EVERY_SETTING)
@pytest.mark.parametrize(
    "before",
    [("CONFIG", "SET"), ("CONFIG", "SET", "maxmemory", 1), ("SENTINEL", "SET", "main"), ("SENTINEL", "CONFIG", "SET")],
    ids=lambda words: " ".join(map(str, words)),
)
def test_the_value_of_each_secret_setting_is_blanked_and_nothing_else(name: str, before: tuple[object, ...]) -> None:
    assert masked((*before, name, SESAME, "hz", 10)) == " ".join([*map(str, before), name, MASK, "hz", "10"])


@pytest.mark.parametrize("casing", CASINGS, ids=lambda casing: casing.__name__)
def test_the_name_of_a_setting_may_be_written_in_any_case(casing: t.Callable[[str], str]) -> None:
    assert [name for name in map(casing, EVERY_SETTING) if leaks(masked(("CONFIG", "SET", name, SESAME)))] == []


def test_a_set_with_the_name_of_a_setting_does_not_uncover_the_value() -> None:
    assert not leaks(masked(("SENTINEL", "SET", "auth-pass", "auth-pass", SESAME)))


@pytest.mark.parametrize("sign", [">", "<", "#", "!"])
def test_passwords_and_hashes_that_a_user_gets_or_loses_are_blanked(sign: str) -> None:
    assert masked(("ACL", "SETUSER", "app", "on", f"{sign}{SESAME}", "~*")) == f"ACL SETUSER app on {MASK} ~*"


def test_a_command_without_a_secret_is_recorded_as_it_is() -> None:
    assert masked(("SENTINEL", "MONITOR", "main", "192.0.2.1", 6379, 2)) == "SENTINEL MONITOR main 192.0.2.1 6379 2"
    assert masked(("CONFIG", "GET", "requirepass")) == "CONFIG GET requirepass"


NAMES = st.one_of(
    st.tuples(st.sampled_from(EVERY_SETTING), st.sampled_from(CASINGS)).map(lambda pair: pair[1](pair[0])),
    st.sampled_from(["maxmemory", "hz", "save"]),
)
BEGINNINGS = st.sampled_from(
    [
        ("CONFIG", "SET"),
        ("SENTINEL", "SET", "main"),
        ("SENTINEL", "SET", "masterauth"),
        ("SENTINEL", "CONFIG", "SET"),
        ("ACL", "SETUSER", "requirepass", "reset"),
    ]
)


@st.composite
def commands(draw: st.DrawFn) -> tuple[object, ...]:
    """Draw a command that sets several things, secrets among them, and rules of users."""
    words: list[object] = [*draw(BEGINNINGS)]
    for name in draw(st.lists(NAMES, max_size=4)):
        secret = name.lower() in SECRET_SETTINGS
        words += [name, draw(SECRETS) if secret else draw(st.sampled_from([1, "noeviction", "", "masterauth"]))]
    rules = draw(st.lists(st.tuples(st.sampled_from("><#!"), SECRETS), max_size=2))
    return (*words, *(sign + secret for sign, secret in rules))


@given(commands())
def test_no_secret_of_any_command_is_recorded(command: tuple[object, ...]) -> None:
    assert not leaks(masked(command))


REFUSALS = (
    "ERR Error in ACL SETUSER modifier '{sign}{secret}': Syntax error",
    "ERR Error in ACL SETUSER modifier '{sign}{secret}': The password hash must be exactly 64 characters",
    "ERR Error in ACL SETUSER modifier '{sign}{secret}'",
    "ERR unknown command 'AUTH', with args beginning with: 'admin' '{secret}' ",
    "ERR unknown command `AUTH`, with args beginning with: `admin`, `{secret}`, ",
    "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'admin' '{secret}",
)


@given(st.sampled_from(REFUSALS), st.sampled_from("><#!"), SECRETS)
@example(REFUSALS[0], ">", f"{FIRST}': {LAST}")
@example(REFUSALS[2], ">", f"{FIRST}'{LAST}")
@example(REFUSALS[0], ">", f"{FIRST}\n{LAST}")
def test_no_secret_that_a_server_repeats_is_shown(refusal: str, sign: str, secret: str) -> None:
    assert not leaks(without_echo(refusal.format(sign=sign, secret=secret)))


def test_of_a_refusal_the_reason_stays() -> None:
    assert without_echo(REFUSALS[0].format(sign=">", secret="it's: so")).endswith(f"'{MASK}': Syntax error")


@given(st.text())
def test_a_reply_that_repeats_nothing_stays_as_it_is(reply: str) -> None:
    assert without_echo(f"ERR {reply}") == f"ERR {reply}"


@contextlib.contextmanager
def answering(reply: str) -> t.Iterator[int]:
    """Serve one fixed answer on loopback to whatever is asked; the value is the port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.request.recv(4096):
                self.request.sendall(f"{reply}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


ANSWERS = {
    "an AUTH of another name": f"-ERR unknown command 'AUTH', with args beginning with: 'admin' '{SESAME}'",
    "the same, cut short": f"-ERR unknown command `AUTH`, with args beginning with: `admin`, `{FIRST}ses",
    "a refused login": f"-WRONGPASS invalid username-password pair: {SESAME}",
    "another protocol": f"500 what is {SESAME}?",
    "another protocol, with a password that is no ASCII": f"500 what is {SESAME}é?",
    "an error of its own": f"-ERR no {SESAME} here",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("password", ["password", "password_old"])
def test_no_error_of_a_login_shows_the_password(answer: str, password: str) -> None:
    # Ansible blanks whole values of its options, and no part of one.
    # What is no ASCII is another text where redis-py shows the bytes.
    secret = f"{SESAME}é" if "é" in answer else SESAME
    passwords = {"password": "another", "password_old": "one more", password: secret}
    with answering(answer) as port, pytest.raises(CollectionError) as caught:
        Client("127.0.0.1", port, Access("admin", timeout=2.0, **passwords)).command("PING")
    assert not leaks(f"{caught.value.result()}")


@pytest.mark.parametrize("name", EVERY_SETTING)
@pytest.mark.parametrize("casing", CASINGS, ids=lambda casing: casing.__name__)
def test_steps_of_sentinels_show_no_secret(name: str, casing: t.Callable[[str], str]) -> None:
    settings = ((casing(name), SESAME), ("quorum", "2"))
    for step in (Configure("192.0.2.1:26379", settings), Tune("192.0.2.1:26379", "main", settings)):
        assert not leaks(step.describe())
        assert not leaks(" ".join(map(masked, step.commands(Observed(())))))
        assert "quorum 2" in step.describe()


@pytest.mark.parametrize("name", EVERY_SETTING)
@pytest.mark.parametrize("casing", CASINGS, ids=lambda casing: casing.__name__)
def test_reports_hold_no_secret(name: str, casing: t.Callable[[str], str]) -> None:
    kept = without_secrets({"nodes": [{"settings": {casing(name): SESAME, "hz": "10"}}]})
    assert kept == {"nodes": [{"settings": {casing(name): MASK, "hz": "10"}}]}


@given(st.sampled_from(EVERY_SETTING), SECRETS)
def test_the_representation_of_a_login_holds_no_password(name: str, secret: str) -> None:
    assert not leaks(repr(Access(name, password=secret, password_old=secret)))


@given(st.sampled_from(EVERY_SETTING), SECRETS, st.booleans())
def test_the_reason_of_an_engine_that_does_not_start_shows_no_secret(name: str, secret: str, quotes: bool) -> None:
    text = quoted(secret)
    instance = Instance(7000, "192.0.2.1", True, (Directive(name, text),))
    printed = f">>> '{name} {text if quotes else plain(text)}'"
    assert not leaks(reason(f"*** FATAL CONFIG FILE ERROR ***\n{printed}\nBad directive", instance))


def test_a_secret_that_is_empty_changes_no_message() -> None:
    instance = Instance(7000, "192.0.2.1", True, (Directive("tls-key-file-pass", '""'),))
    assert reason("it broke", instance) == "it broke"
