# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services of a host answer over HTTP: all are asked at once, and again until each has answered."""

from __future__ import annotations

import concurrent.futures
import http.client
import re
import ssl
import typing as t
import urllib.error
import urllib.request
from dataclasses import dataclass

from .._wait import poll

AT_ONCE = 8
# Answers of the services in question are much smaller; one that never ends must not fill the memory.
LONGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back; ``problem`` says why it is none that counts, and is empty for one that does."""

    code: int = 0
    text: str = ""
    problem: str = "not asked yet"


def look(params: t.Mapping[str, t.Any], record: t.Callable[[str, str], None]) -> dict[str, t.Any]:
    """Return the answers, in the order of the addresses.

    Raises DeadlineExceeded, with the last problem of each that did not answer in time.
    """
    urls = list(dict.fromkeys(params["urls"]))
    answers = dict.fromkeys(urls, Answer())

    def ask_again() -> dict[str, Answer]:
        left = [url for url in urls if answers[url].problem]
        with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            answers.update(zip(left, pool.map(lambda url: _ask(url, params, record), left)))
        return answers

    poll(ask_again, lacking, awaiting="answers", timeout=params["within"], hint=params["hint"])
    kept = re.compile(params["lines"], re.MULTILINE) if params["lines"] else None
    return {
        "answers": [
            {"url": url, "code": answers[url].code, "text": only_lines(answers[url].text, kept)}
            for url in params["urls"]
        ]
    }


def lacking(answers: t.Mapping[str, Answer]) -> str:
    """Return which addresses have no answer that counts, and why, for people."""
    return "; ".join(f"{url}: {answer.problem}" for url, answer in answers.items() if answer.problem)


def only_lines(text: str, kept: re.Pattern[str] | None) -> str:
    """Return the lines of a text that hold a match, all without a pattern."""
    if kept is None:
        return text
    return "".join(line for line in text.splitlines(keepends=True) if kept.search(line))


def assess(code: int, text: str, params: t.Mapping[str, t.Any]) -> Answer:
    """Return an answer, with its problem where it does not count."""
    if code not in params["codes"]:
        return Answer(code, text, f"it answered {code}")
    if params["not_yet"] and re.search(params["not_yet"], text):
        return Answer(code, text, f"its answer holds {params['not_yet']!r}")
    return Answer(code, text, "")


def _ask(url: str, params: t.Mapping[str, t.Any], record: t.Callable[[str, str], None]) -> Answer:
    record(url, "GET")
    # The service is this host's own: no proxy is asked, and the names in a certificate are not checked.
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with opener.open(url, timeout=params["timeout"]) as answer:
            return assess(answer.status, _text(answer), params)
    except urllib.error.HTTPError as error:
        with error:
            return assess(error.code, _text(error), params)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(problem=str(getattr(error, "reason", "")) or str(error) or type(error).__name__)


def _text(answer: t.IO[bytes]) -> str:
    return answer.read(LONGEST).decode(errors="replace")
