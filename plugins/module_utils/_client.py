# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that opens connections: redis-py's connection layer, deadlines, and error mapping.

redis-py is used at its small stable core (a connection, packed commands, replies), which is the
same from 4.3 (Debian 12) to the newest.  Whatever changed its default between versions is set
here: no retries, RESP2, no client library name, TLS host-name check.  Replies come back plain.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import inspect
import socket
import threading
import typing as t
from dataclasses import dataclass, field

from ._errors import (
    AuthenticationFailed,
    CollectionError,
    EngineRefused,
    Loading,
    PermissionDenied,
    Unreachable,
)
from ._text import MASK, masked, node_name, without_echo

try:
    import redis.connection
    import redis.exceptions
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    REDIS_IMPORT_ERROR: ImportError | None = None
except ImportError as error:
    REDIS_IMPORT_ERROR = error

if t.TYPE_CHECKING:
    from ._nodes import DesiredNode

Record = t.Callable[[str, str], None]
Reply = t.Any
Item = t.TypeVar("Item")
Value = t.TypeVar("Value")

# Seconds that a change may take to be answered: Sentinels and nodes of a cluster wait for their disk first, and on a
# busy machine that is longer than any answer of a server that is well.
CHANGE = 30.0
WORKERS = 8  # more only fight for the interpreter: at 60 nodes, 16 cost twice the processor time


@dataclass(frozen=True)
class Access:
    """How to log in to a deployment's nodes.  ``timeout`` bounds each exchange, in seconds.

    ``password_old`` is tried at servers that refuse the password: a run that changes it meets both.
    """

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    password_old: str | None = field(default=None, repr=False)
    tls: bool = False
    tls_ca_file: str | None = None
    tls_cert_file: str | None = None
    tls_key_file: str | None = None
    tls_check_hostname: bool = True
    timeout: float = 5.0


class Client:
    """One connection to one server, opened at first use; an error names the node and the remedy.

    Several threads may use it: each gets the answers to its own commands.
    """

    def __init__(
        self,
        host: str,
        port: int,
        access: Access,
        *,
        unix_socket: str | None = None,
        record: Record | None = None,
    ) -> None:
        self.host = host
        self.node = unix_socket or node_name(host, port)
        self._access = access
        self._record = record
        self._connection = _connection(host, port, access, unix_socket)
        # Steps of one phase are done side by side, and several may concern one server: each waits for its turn.
        self._turn = threading.Lock()
        self._other: t.Any = None
        if access.password_old is not None:
            old = dataclasses.replace(access, password=access.password_old)
            self._other = _connection(host, port, old, unix_socket)

    def __enter__(self) -> Client:
        """Return itself: ``with`` closes the connection."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the connection."""
        self.close()

    def command(self, *command: object, patience: float = 0.0) -> Reply:
        """Send one command and return its reply; raises the error that the server answers, or those of ``pipeline``."""
        reply = self.pipeline([command], patience)[0]
        if isinstance(reply, CollectionError):
            raise reply
        return reply

    def pipeline(self, commands: t.Sequence[t.Sequence[object]], patience: float = 0.0) -> list[Reply]:
        """Send commands in one go and return their replies; an error reply is a value in the list.

        Each answer is waited for up to ``patience`` seconds, and then for the time that every answer has.
        Raises Unreachable, Loading or AuthenticationFailed when there is no conversation at all.
        """
        if self._record is not None:
            for command in commands:
                self._record(self.node, masked(command))
        with self._turn:
            try:
                return self._exchange(commands, patience)
            except (redis.exceptions.RedisError, OSError) as error:
                self.close()
                raise self._mapped(error) from error

    def close(self) -> None:
        """Close the connection; the next command opens a new one."""
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            self._connection.disconnect()

    def _exchange(self, commands: t.Sequence[t.Sequence[object]], patience: float) -> list[Reply]:
        self._connect()
        self._connection.send_packed_command(self._connection.pack_commands(commands))
        replies: list[Reply] = []
        for command in commands:
            if patience:
                self._connection.can_read(timeout=patience)
            try:
                replies.append(self._connection.read_response())
            except redis.exceptions.ResponseError as error:
                replies.append(self._refusal(command, error))
        return replies

    def _connect(self) -> None:
        try:
            self._connection.connect()
        except (redis.exceptions.RedisError, OSError) as error:
            if self._other is None or not _is_login_refusal(error):
                raise
            self._connection, self._other = self._other, self._connection
            self._connection.connect()

    def _refusal(self, command: t.Sequence[object], error: Exception) -> CollectionError:
        reply = without_echo(str(error))
        if isinstance(error, redis.exceptions.NoPermissionError) or reply.startswith("NOPERM"):
            return PermissionDenied(
                f"user {self._access.username or 'default'!r} may not run {masked(command)!r}: {reply}",
                node=self.node,
                hint="Log in as a user with that right.",
            )
        return EngineRefused(f"{masked(command)!r} returned: {reply}", node=self.node, reply=reply)

    def _unauthenticated(self, error: Exception) -> AuthenticationFailed:
        return AuthenticationFailed(
            f"login as {self._access.username or 'default'!r} failed: {self._cause(error)}",
            node=self.node,
            hint="Check the user name and the password for this node.",
        )

    def _mapped(self, error: Exception) -> CollectionError:
        if isinstance(error, redis.exceptions.BusyLoadingError):
            return Loading("is still loading its data", node=self.node)
        if _is_login_refusal(error):
            return self._unauthenticated(error)
        if isinstance(error, redis.exceptions.InvalidResponse):
            return Unreachable(
                f"the server there does not speak the Redis protocol: {self._cause(error)}",
                node=self.node,
                hint="Check the port: another program may hold it, or it may require TLS.",
            )
        reason = self._cause(error)
        return Unreachable(f"no answer: {reason}", node=self.node, reason=reason)

    def _cause(self, error: Exception) -> str:
        """Return the reason without the passwords of the login, which some servers repeat."""
        text = without_echo(_reason(error))
        for password in filter(None, (self._access.password, self._access.password_old)):
            # Of another protocol redis-py shows the bytes.
            text = text.replace(password, MASK).replace(repr(password.encode(errors="backslashreplace"))[2:-1], MASK)
        return text


class Connections:
    """One connection to each wanted node, by its name, kept for the whole run."""

    def __init__(self, nodes: t.Iterable[DesiredNode], access: Access, record: Record) -> None:
        self._clients = {node.name: Client(node.address, node.port, access, record=record) for node in nodes}

    def __getitem__(self, name: str) -> Client:
        """Return the connection to the node of that name."""
        return self._clients[name]

    def __enter__(self) -> Connections:
        """Return itself: ``with`` closes all connections."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close them."""
        for client in self._clients.values():
            client.close()


def gather(
    function: t.Callable[[Item], Value], items: t.Sequence[Item], workers: int = WORKERS
) -> list[Value | CollectionError]:
    """Call the function for each item, side by side; a CollectionError becomes the item's value."""

    def one(item: Item) -> Value | CollectionError:
        try:
            return function(item)
        except CollectionError as error:
            return error

    if len(items) < 2:
        return [one(item) for item in items]
    with concurrent.futures.ThreadPoolExecutor(min(workers, len(items))) as pool:
        return list(pool.map(one, items))


def _connection(host: str, port: int, access: Access, unix_socket: str | None) -> t.Any:
    settings: dict[str, t.Any] = {
        "username": access.username,
        "password": access.password,
        "socket_timeout": access.timeout,
        "socket_connect_timeout": access.timeout,
        "decode_responses": True,
        "encoding_errors": "backslashreplace",
        "health_check_interval": 0,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "lib_name": None,
        "lib_version": None,
        "driver_info": None,
    }
    if unix_socket is not None:
        settings["path"] = unix_socket
        return _build(redis.connection.UnixDomainSocketConnection, settings)
    settings.update(host=host, port=port, socket_keepalive=True)
    if not access.tls:
        return _build(redis.connection.Connection, settings)
    settings.update(
        ssl_ca_certs=access.tls_ca_file,
        ssl_certfile=access.tls_cert_file,
        ssl_keyfile=access.tls_key_file,
        ssl_cert_reqs="required",
        ssl_check_hostname=access.tls_check_hostname,
    )
    return _build(redis.connection.SSLConnection, settings)


def _build(kind: t.Any, settings: dict[str, t.Any]) -> t.Any:
    """Leave out the settings that this version of redis-py does not know yet or knows no more."""
    known = _parameters(kind)
    if "driver_info" in known:  # what it replaced still has its place, and a warning
        known -= {"lib_name", "lib_version"}
    return kind(**{name: value for name, value in settings.items() if name in known})


@functools.cache
def _parameters(kind: t.Any) -> frozenset[str]:
    names: set[str] = set()
    for base in kind.__mro__[:-1]:
        parameters = inspect.signature(base.__init__).parameters
        names |= set(parameters)
        # One that takes no further names hands none on either: in 4.x that of a Unix socket.
        if not any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            break
    return frozenset(names)


def _is_login_refusal(error: Exception) -> bool:
    # redis-py derives AuthenticationError from ConnectionError, and 4.x wraps what the server
    # said at connect time in a plain ConnectionError or ResponseError.
    if isinstance(error, redis.exceptions.AuthenticationError):
        return True
    return any(word in str(error) for word in ("WRONGPASS", "NOAUTH", "invalid username-password"))


def _reason(error: BaseException) -> str:
    if isinstance(error, (redis.exceptions.TimeoutError, socket.timeout)):
        return "timed out"
    return str(error).strip().rstrip(".") or type(error).__name__
