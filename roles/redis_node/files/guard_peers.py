# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks other instances and Sentinels, all at the same time, each for a bounded time."""

from __future__ import annotations

import concurrent.futures.thread
import encodings.idna
import errno
import socket
import time
import typing as t

import guard_disk
import guard_rules

Address = guard_rules.Address
Login = t.Tuple[str, str]
Reply = t.Union[str, None, t.List["Reply"]]

# What the library would load later is loaded while it can be read.
LOADED = (concurrent.futures.thread, encodings.idna)

TIMEOUT = 1.0  # seconds for one server, from connecting to its last answer
MOST = 32  # threads


class Answered(Exception):
    """An error that the server answered."""


def ask_all(ask: t.Callable[[Address], t.Any], addresses: t.Sequence[Address]) -> list[t.Any]:
    """Return what each answers."""
    if not addresses:
        return []
    with concurrent.futures.ThreadPoolExecutor(min(len(addresses), MOST)) as pool:
        return list(pool.map(ask, addresses))


def peer(address: Address, login: Login, *, cluster: bool) -> guard_rules.Peer:
    """Return what an instance reports of itself, and of the cluster."""
    commands = [["CLUSTER", "NODES"]] if cluster else []
    try:
        replies = converse(address, login, [*commands, ["INFO", "replication"], ["INFO", "keyspace"]])
    except ConnectionRefusedError:
        return guard_rules.Peer(address, guard_rules.REFUSED)
    except (OSError, ValueError, Answered) as error:
        return guard_rules.Peer(address, guard_rules.UNKNOWN, why=reason(error))
    info = dict(line.split(":", 1) for text in replies[-2:] for line in str(text).splitlines() if ":" in line)
    view = guard_disk.members(str(replies[0])) if cluster else ()
    return guard_rules.Peer(address, guard_rules.ANSWERED, info, view)


def sentinel(address: Address, login: Login, name: str) -> guard_rules.Sentinel:
    """Return which primary a Sentinel names for a set."""
    try:
        reply, listed = converse(address, login, [["SENTINEL", "MASTER", name], ["SENTINEL", "REPLICAS", name]])
        reported = _pairs(reply)
        primary = (_resolved(reported["ip"]), int(reported["port"]))
        found = [_pairs(one) for one in listed or ()]
        replicas = frozenset((_resolved(one["ip"]), int(one["port"])) for one in found)
    except ConnectionRefusedError:
        return guard_rules.Sentinel(guard_rules.REFUSED)
    except (OSError, ValueError, KeyError, Answered):
        return guard_rules.Sentinel(guard_rules.UNKNOWN)
    return guard_rules.Sentinel(
        guard_rules.ANSWERED, primary, frozenset(reported.get("flags", "").split(",")), replicas
    )


def converse(address: Address, login: Login, commands: t.Sequence[t.Sequence[str]]) -> list[Reply]:
    """Log in and send commands; return the replies.  Raises OSError, ValueError or Answered within the time."""
    deadline = time.monotonic() + TIMEOUT
    words = ["AUTH", *login] if login[0] else ["AUTH", login[1]]
    sent = [words, *commands] if login[1] else [*commands]
    with socket.create_connection(address, timeout=TIMEOUT) as connection:
        connection.sendall(b"".join(_encoded(command) for command in sent))
        reader = _Reader(connection, deadline)
        replies = [reader.reply() for _command in sent]
    return replies[len(sent) - len(commands) :]


class _Reader:
    """Reads replies (RESP2) until a deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline, self._buffer = connection, deadline, b""

    def reply(self) -> Reply:
        """Return the next reply; raises Answered for an error."""
        line = self._until_line()
        kind, rest = line[:1], line[1:].decode(errors="replace")
        if kind == b"-":
            raise Answered(rest)
        if kind in (b"+", b":"):
            return rest
        if kind == b"$":
            return None if rest == "-1" else self._exactly(int(rest)).decode(errors="replace")
        if kind == b"*":
            return [self.reply() for _item in range(int(rest))]
        raise ValueError("this is not a Redis server")

    def _until_line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            self._more()
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size + 2:
            self._more()
        found, self._buffer = self._buffer[:size], self._buffer[size + 2 :]
        return found

    def _more(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "no answer in time")
        self._connection.settimeout(left)
        received = self._connection.recv(65536)
        if not received:
            raise ConnectionResetError(errno.ECONNRESET, "it closed the connection")
        self._buffer += received


def _encoded(words: t.Sequence[str]) -> bytes:
    items = [word.encode(errors="surrogateescape") for word in words]
    return b"*%d\r\n" % len(items) + b"".join(b"$%d\r\n%s\r\n" % (len(item), item) for item in items)


def _pairs(reply: Reply) -> dict[str, str]:
    words = [str(word) for word in reply] if isinstance(reply, list) else []
    return dict(zip(words[0::2], words[1::2]))


def _resolved(host: str) -> str:
    # With announce-hostnames a Sentinel names a host; instances are compared by address.
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])


def reason(error: Exception) -> str:
    """Return why a server gave no answer, without anything that it was sent."""
    # An answer's first word says what it is; the rest may quote what was sent.
    return str(error).split(" ", 1)[0] if isinstance(error, Answered) else str(error) or type(error).__name__
