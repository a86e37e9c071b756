# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cuts a member off, or has begun to: a replica that refuses what its primary sends, and addresses that moved."""

from __future__ import annotations

import ipaddress
import typing as t

from .._nodes import Finding
from .._text import everywhere
from .checks_common import finding
from .desired import Desired
from .model import Observed, Server

# Where peers and Sentinels connect to an instance, in a cluster and in a set.
ANNOUNCED = {True: "cluster-announce-ip", False: "replica-announce-ip"}
ERRORS_HINT = (
    "Its data may differ from those of its primary, and stay so until it synchronizes in full. Its log names the "
    "command: correct the cause, mostly a renamed command or a module that it lacks. CONFIG RESETSTAT there starts the "
    "count anew."
)


def cutoff(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """Yield replicas that answer their primary with errors, and members with another address than the inventory's."""
    for server in observed.answering:
        yield from _errors(server)
        yield from _bound(server)
        yield from _announced(server, observed, desired)


def _errors(server: Server) -> t.Iterator[Finding]:
    # Up to 6.2 engines do not count them.
    count = server.figure("unexpected_error_replies") or 0
    if server.role == "replica" and count:
        growth = server.growth("unexpected_error_replies")
        yield finding(
            "replica-errors",
            f"{server.name} has answered its primary with {count:.0f} error(s)"
            + (f", {growth:.0f} of them in {server.seconds:g} s" if growth else ""),
            server.name,
            observed=f"unexpected_error_replies:{count:.0f}",
            expected="0",
            hint=ERRORS_HINT,
        )


def _bound(server: Server) -> t.Iterator[Finding]:
    bound = [_plain(word.lstrip("-")) for word in server.settings.get("bind", "").split()]
    own = _address(server)
    if not bound or everywhere(own).intersection(bound) or own in bound:
        return
    yield finding(
        "address",
        f"{server.name} listens at {', '.join(bound)}, and not at its address in the inventory",
        server.name,
        observed=f"bind {' '.join(bound)}",
        expected=_address(server),
        hint="Run site.yml, which sets bind; or correct redis_node_address if it is the inventory that is wrong.",
    )


def _announced(server: Server, observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    name = ANNOUNCED[observed.clustered]
    reported = _plain(server.settings.get(name, ""))
    expected = _plain(desired.announced.get(server.name, _address(server)))
    if reported in ("", expected):
        return
    yield finding(
        "address",
        f"{server.name} announces {reported}, and {expected} is its address in the inventory",
        server.name,
        observed=f"{name} {reported}",
        expected=expected,
        hint="Run site.yml, which sets what it announces; or set it in redis_node_config if others reach it there.",
    )


def _address(server: Server) -> str:
    return _plain(server.name.rpartition(":")[0].strip("[]"))


def _plain(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address
