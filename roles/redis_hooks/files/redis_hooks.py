# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Sentinel's hooks have in common: events, logging, webhooks, users' own scripts.

Only the standard library: these programs run on hosts where nothing else may be there.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import fnmatch
import hashlib
import json
import os
import re
import stat
import subprocess
import time
import typing as t
import urllib.error
import urllib.request

DONE, AGAIN, NEVER = 0, 1, 2  # Sentinel runs a hook again that ends with 1; 2 and more it gives up
LONGEST_TEXT = 4096
SET_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}")
ADDRESS = re.compile(r"[A-Za-z0-9._:%-]{1,255}")
RETRIED_STATUSES = (408, 425, 429)

Event = dict[str, t.Any]


def now() -> str:
    """Return the time as RFC 3339 has it, in UTC and with milliseconds."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def endpoint(address: str, port: str) -> str:
    """Return ``address:port``, with an IPv6 address in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def parse_event(event: str, text: str) -> Event:
    """Return what an event of Sentinel contains: its set, and the primary before and after it.

    The texts are those of Sentinel's documentation: ``+switch-master`` has ``NAME IP PORT IP PORT``, all
    others ``TYPE NAME IP PORT @ SET IP PORT``, without the second half for the primary itself.
    """
    words = text[:LONGEST_TEXT].split()
    found: Event = {"set": "", "instance": "", "old_primary": "", "new_primary": "", "master": ""}
    if event == "+switch-master" and len(words) >= 5:
        found["set"] = words[0]
        found["old_primary"], found["new_primary"] = endpoint(*words[1:3]), endpoint(*words[3:5])
        found["master"] = found["new_primary"]
    elif "@" in words[:8] and len(words) >= words.index("@") + 4:
        at = words.index("@")
        found["set"], found["master"] = words[at + 1], endpoint(*words[at + 2 : at + 4])
        found["instance"] = " ".join(words[:at])
    elif len(words) >= 4:
        found["set"], found["master"] = words[1], endpoint(*words[2:4])
        found["instance"] = " ".join(words[:4])
    return {"event": event[:200], **found, "text": text[:LONGEST_TEXT]}


def matches(event: str, patterns: t.Iterable[str]) -> bool:
    """Return whether an event's type is among those that are wanted."""
    return any(fnmatch.fnmatchcase(event, pattern) for pattern in patterns)


def append(path: str, entry: t.Mapping[str, t.Any]) -> None:
    """Append one line to a log, in one write: many hooks run at the same time."""
    line = json.dumps(entry, sort_keys=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def replace(path: str, text: str, mode: int = 0o640) -> None:
    """Write a file as a whole: a reader, or a crash, meets the old one or the new one."""
    os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)
    temporary = f"{path}.{os.getpid()}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def event_id(*words: str) -> str:
    """Return a short name for an event: Sentinel runs a hook again with the same words."""
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def post_all(webhooks: t.Sequence[t.Mapping[str, t.Any]], body: Event, seconds: float, attempts: int) -> dict[str, str]:
    """Post a body to all webhooks, side by side, and return how each of them took it, by URL.

    ``delivered``, ``again`` (no answer, or one that may become better) or ``never``, each with a reason.
    """
    deadline = time.monotonic() + seconds
    with concurrent.futures.ThreadPoolExecutor(max(1, len(webhooks))) as pool:
        outcomes = pool.map(lambda one: deliver(one, body, deadline, attempts), webhooks)
        return {str(one["url"]): outcome for one, outcome in zip(webhooks, outcomes)}


def deliver(webhook: t.Mapping[str, t.Any], body: Event, deadline: float, attempts: int) -> str:
    """Post a body to one webhook until it is taken, refused for good, or time is up."""
    outcome = "again: no time left"
    for attempt in range(attempts):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        outcome = post(webhook, body, min(float(webhook.get("timeout", 5)), left))
        if not outcome.startswith("again"):
            break
        pause = min(2.0**attempt, deadline - time.monotonic())
        if attempt + 1 < attempts and pause > 0:
            time.sleep(pause)
    return outcome


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An event goes where it was sent, or nowhere."""

    def redirect_request(self, *_arguments: t.Any, **_more: t.Any) -> None:
        """Follow nothing."""


def post(webhook: t.Mapping[str, t.Any], body: Event, timeout: float) -> str:
    """Post a body once and return how it was received."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({}), _NoRedirect()]
    try:
        if webhook.get("ca_file"):
            import ssl

            context = ssl.create_default_context(cafile=webhook["ca_file"])
            handlers.append(urllib.request.HTTPSHandler(context=context))
        request = urllib.request.Request(
            webhook["url"],
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(webhook.get("headers") or {})},
            method="POST",
        )
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
            return f"delivered: {answer.status}"
    except urllib.error.HTTPError as error:
        temporary = error.code >= 500 or error.code in RETRIED_STATUSES
        return f"{'again' if temporary else 'never'}: it answered {error.code}"
    except ValueError as error:
        return f"never: {error}"
    except OSError as error:  # refused, timed out, no such host, a certificate that is not right yet
        return f"again: {getattr(error, 'reason', None) or error}"


def run_scripts(directory: str, arguments: t.Sequence[str], seconds: float) -> dict[str, str]:
    """Run the users' own scripts of a directory one after the other; return what became of each.

    Only what root alone can change is run. One that fails or hangs does not stop the others.
    """
    outcomes: dict[str, str] = {}
    deadline = time.monotonic() + seconds
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = os.path.join(directory, name)
        problem = not_runnable(path)
        if problem:
            outcomes[name] = problem
            continue
        try:
            done = subprocess.run(
                [path, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=max(deadline - time.monotonic(), 0.1),
                check=False,
            )
            outcomes[name] = f"ended with {done.returncode}"
        except subprocess.TimeoutExpired:
            outcomes[name] = "ran too long and was killed"
        except OSError as error:
            outcomes[name] = f"could not be run: {error.strerror}"
    return outcomes


def not_runnable(path: str) -> str:
    """Return why a script is not run; empty where it may be."""
    seen = os.lstat(path)
    if not stat.S_ISREG(seen.st_mode):
        return "not run: not a regular file"
    if seen.st_uid != 0 or seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "not run: others than root can change it"
    return "" if os.access(path, os.X_OK) else "not run: not executable"


def sentinel_view(path: str, set_name: str) -> tuple[str, int] | None:
    """Return the primary (``address:port``) and the config epoch of a set in Sentinel's own file, or None."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = [line.split() for line in stream]
    except OSError:
        return None
    primary, epoch = "", 0
    for words in lines:
        if words[:2] == ["sentinel", "monitor"] and words[2:3] == [set_name] and len(words) >= 5:
            primary = endpoint(words[3], words[4])
        elif words[:2] == ["sentinel", "config-epoch"] and words[2:3] == [set_name] and words[3:4]:
            epoch = int(words[3]) if words[3].isdigit() else 0
    return (primary, epoch) if primary else None


def load(path: str) -> dict[str, t.Any]:
    """Return a configuration."""
    with open(path, encoding="utf-8") as stream:
        found = json.load(stream)
    if not isinstance(found, dict):
        raise ValueError(f"{path} is not a configuration")
    return found
