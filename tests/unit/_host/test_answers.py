# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking services of a host: what counts as an answer, and until when it is waited for."""

from __future__ import annotations

import contextlib
import http.server
import threading
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import DeadlineExceeded
from ansible_collections.almashooq.redis.plugins.module_utils._host import answers

PARAMS = {"codes": [200], "not_yet": None, "lines": None, "timeout": 5.0, "within": 5.0, "hint": "See its log."}


class Server(http.server.ThreadingHTTPServer):
    """A service that gives its answers one after the other, and the last one from then on."""

    def __init__(self, given: t.Sequence[tuple[int, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.given = list(given)
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server

    def do_GET(self) -> None:
        """Answer."""
        self.server.paths.append(self.path)
        code, text = self.server.given.pop(0) if len(self.server.given) > 1 else self.server.given[0]
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(*given: tuple[int, str]) -> t.Iterator[Server]:
    """Serve these answers."""
    with Server(given) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def look(urls: list[str], **options: t.Any) -> list[dict[str, t.Any]]:
    """Return the answers of these addresses."""
    found = answers.look({**PARAMS, "urls": urls, **options}, lambda _url, _method: None)
    return t.cast("list[dict[str, t.Any]]", found["answers"])


def test_all_are_asked_and_answer_in_their_order() -> None:
    with serving((200, "first")) as one, serving((503, "second")) as two:
        found = look([one.url, two.url], codes=[200, 503])
        assert found == [
            {"url": one.url, "code": 200, "text": "first"},
            {"url": two.url, "code": 503, "text": "second"},
        ]


def test_no_addresses_have_no_answers() -> None:
    assert look([]) == []


@pytest.mark.parametrize(
    ("first", "options"),
    [((500, "no"), {}), ((200, "not asked yet"), {"not_yet": "not asked"})],
    ids=["another code", "not yet"],
)
def test_only_what_has_no_answer_that_counts_is_asked_again(first: tuple[int, str], options: dict[str, t.Any]) -> None:
    with serving(first, (200, "good")) as slow, serving((200, "quick")) as quick:
        found = look([slow.url, quick.url], **options)
        assert [one["text"] for one in found] == ["good", "quick"]
        assert (len(slow.paths), len(quick.paths)) == (2, 1)


def test_what_never_answers_is_an_error_that_names_each_with_its_reason() -> None:
    with serving() as gone:
        closed = gone.url
    with serving((200, "good")) as good, serving((404, "no")) as bad:
        with pytest.raises(DeadlineExceeded) as caught:
            look([good.url, bad.url, closed], within=0.1)
        said = str(caught.value)
        assert f"{bad.url}: it answered 404" in said
        assert f"{closed}: " in said
        assert "refused" in said
        assert said.endswith("See its log.")
        assert good.url not in said


def test_only_the_lines_that_are_asked_for_are_returned() -> None:
    with serving((200, "# up\nup 1\nother 2\nerror{a} 3\n")) as server:
        (found,) = look([server.url], lines="^(up|error)[ {]")
        assert found["text"] == "up 1\nerror{a} 3\n"
