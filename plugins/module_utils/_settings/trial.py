# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A live change on trial: it stays only if the instance is still reached and still stands in its deployment.

The connection that is open before the change stays open until the new values are proven: it survives a change of the
addresses and ports that the server listens on, and so is the way in to put the values back.  What they were is on
record in a file that root alone can read, so that the next run undoes what a killed one has left.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import typing as t

from .._client import Client
from .._errors import CollectionError, DeadlineExceeded, EngineRefused, Unreachable
from .._files import File
from .._managed import files
from .._managed.connection import Login, checked, connect
from .._wait import poll
from .observe_standing import standing
from .standing import Standing, is_known, is_local, unheard, worse

if t.TYPE_CHECKING:
    from .._managed.model import Instance
    from .model import Desired, Trial

# Bounds of a proof, in seconds; within a cluster, three node timeouts where that is longer.
PROOF = 12.0
NODE_TIMEOUTS = 3
# Replicas and their primaries hear from each other once a second.
DWELL = 2.5
INTERVAL = 0.25
MODE = 0o600

Send = t.Callable[[Client], None]


def path_of(wanted: Desired, port: int) -> str:
    """Return the path of the record of an instance's trial."""
    return wanted.layout.trial_file(port)


def remember(wanted: Desired, port: int, changes: Trial) -> None:
    """Write what the values were and are to be, before they are changed."""
    text = json.dumps({"changes": [list(one) for one in changes]}, indent=1) + "\n"
    files.replace_file(File(path_of(wanted, port), text, wanted.owner, wanted.group, MODE))


def read_trial(text: str) -> Trial:
    """Return what a record of a trial says; one that cannot be read is no record: no value is guessed."""
    try:
        changes = json.loads(text)["changes"]
        return tuple((str(name), str(before), str(after)) for name, before, after in changes)
    except (ValueError, TypeError, KeyError):
        return ()


def forget(wanted: Desired, port: int) -> None:
    """Remove the record: the values are proven, or restored."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path_of(wanted, port))


def attempt(wanted: Desired, one: Instance, changes: Trial, login: Login, send: Send) -> None:
    """Change settings by ``send``, prove that nothing depends on the old values, or put those back and raise."""
    with connect(one, login) as kept:
        before = standing(kept, one, login)
        limit = _limit(kept, one, changes)
        remember(wanted, one.port, changes)
        try:
            send(kept)
            _prove(kept, one, before, changes, login, limit)
        except CollectionError as error:
            _give_up(wanted, one, changes, kept, error)


def put_back(wanted: Desired, one: Instance, changes: Trial, login: Login) -> None:
    """Give an instance the values that it had before a trial that was never concluded."""
    with connect(one, login) as client:
        _restore(client, changes)
    forget(wanted, one.port)


def _prove(kept: Client, one: Instance, before: Standing, changes: Trial, login: Login, limit: float) -> None:
    names = [name for name, _before, _after in changes]
    local, started = is_local(names), time.monotonic()
    baseline: list[Standing] = []

    def look() -> Standing:
        try:
            return standing(kept, one, login, reach=True)
        except Unreachable as error:
            # Sentinels close all connections of an instance that they reconfigure; the next look opens one.
            return Standing(unreached=error.message)

    def missing(now: Standing) -> str:
        lost = worse(before, now)
        if lost or local:
            return lost
        if not is_known(now):
            baseline.clear()
            return "its peers do not have its new address yet"
        if not baseline:
            baseline.append(now)
        if now.sights:
            return unheard(baseline[0], now)
        if (now.replicas or now.link) and time.monotonic() - started < DWELL:
            return "it has to be heard of again by its replicas or its primary"
        return f"a replica was last heard of {now.lag} s ago" if now.lag > DWELL else ""

    poll(
        look,
        missing,
        awaiting=f"the instance to be reached and in its deployment with {', '.join(names)} changed",
        timeout=limit,
        node=one.node,
        longest_interval=INTERVAL,
    )


def _limit(client: Client, one: Instance, changes: Trial) -> float:
    if not one.cluster_enabled:
        return PROOF
    values = [*client.command("CONFIG", "GET", "cluster-node-timeout")[1:]]
    values += [value for name, *both in changes for value in both if name == "cluster-node-timeout"]
    return max(PROOF, NODE_TIMEOUTS * max((int(value) for value in values if value.isdigit()), default=0) / 1000)


def _give_up(wanted: Desired, one: Instance, changes: Trial, kept: Client, error: CollectionError) -> None:
    """Put the values back, and raise what was observed with them."""
    seen = str(error.data["last_seen"]) if isinstance(error, DeadlineExceeded) else error.message
    names = ", ".join(name for name, _before, _after in changes)
    try:
        _restore(kept, changes)
    except CollectionError as failure:
        raise EngineRefused(
            f"changing {names} failed ({seen}), and the previous values could not be restored: {failure.message}",
            node=one.node,
            hint=f"The next run restores them from {path_of(wanted, one.port)}; a restart of this instance takes them "
            "from its managed file, which has not been changed.",
        ) from error
    forget(wanted, one.port)
    raise EngineRefused(
        f"changing {names} failed: {seen}",
        node=one.node,
        hint="The previous values are in force again, the managed file has not been written, and no other instance "
        "has been changed since. Correct the setting, or what keeps it from working, and run again.",
        settings=[name for name, _before, _after in changes],
    ) from error


def _restore(client: Client, changes: Trial) -> None:
    """Set what still has the value on trial to what it was; another client may have changed the rest."""
    now = checked(client.pipeline([("CONFIG", "GET", name) for name, _before, _after in changes]))
    shown = {name: value for reply in now for name, value in zip(reply[::2], reply[1::2])}
    set_values(client, [(name, before) for name, before, after in changes if shown.get(name) == after])


def set_values(client: Client, values: t.Sequence[tuple[str, str]]) -> None:
    """Set them in one command: the engine takes all of them or none, and certificate and key only together."""
    if not values:
        return
    reply = client.pipeline([("CONFIG", "SET", *(word for pair in values for word in pair))])[0]
    if isinstance(reply, EngineRefused) and "wrong number of arguments" in str(reply):
        # Redis 6.2 takes one setting at a time.
        checked(client.pipeline([("CONFIG", "SET", *pair) for pair in values]))
    elif isinstance(reply, CollectionError):
        raise reply
