# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of host names: servers answer with addresses, inventories may have names."""

from __future__ import annotations

import functools
import socket

from ._errors import CollectionError, Unreachable
from ._text import node_name


def resolved(host: str) -> str:
    """Return the IP address of a host name (an address is returned as it is).

    Raises Unreachable for a name without a record.
    """
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise Unreachable(
            f"the host name {host} has no address: {error}", node=host, hint="Correct the name, or add its record."
        ) from error


@functools.lru_cache(maxsize=1024)
def every_address(host: str) -> tuple[str, ...]:
    """Return all IP addresses of a host name, the name itself where it has none; asked once a run."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return (host,)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def every_name(name: str) -> tuple[str, ...]:
    """Return ``host:port`` with each address of the host."""
    host, _colon, port = name.rpartition(":")
    if not port.isdigit():
        return (name,)
    return tuple(node_name(address, int(port)) for address in every_address(host.strip("[]")))


class Addresses:
    """Addresses of the host names that servers announce; a name without a record stays as it is."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, host: str) -> str:
        """Return the address of a host name."""
        if host not in self._known:
            try:
                self._known[host] = resolved(host) if host else host
            except CollectionError:
                self._known[host] = host
        return self._known[host]
