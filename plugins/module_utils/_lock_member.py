# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock's connection to one member: sets the run's mark there, notices its loss, lists the marks of others."""

from __future__ import annotations

import contextlib
import math
import threading
import typing as t
from dataclasses import dataclass

from ._errors import CollectionError
from ._lock_rules import FLAGS, Mark, Seen, flags, marks_in

if t.TYPE_CHECKING:
    from ._client import Client

NAME = ("CLIENT", "GETNAME")
# A mark is on a normal connection; those of replicas and subscribers need not be sent.
LIST = ("CLIENT", "LIST", "TYPE", "normal")
CLOSE_WITHIN = 2.0  # seconds that giving back waits for an exchange that hangs


@dataclass(frozen=True)
class Look:
    """What one exchange with a member showed: the own mark, and all marks.

    ``clear`` is since when (by the lock's clock) the own mark has been a flag without a break, and every
    list has shown no other flag; infinite if there is one now.
    """

    node: str
    mark: Mark
    clear: float
    seen: list[Seen]


class Member:
    """One member of the deployment, as this run marks it.  A run's own thread and its keeper may both call it.

    ``mark`` is what stood there at the last exchange, None: nothing.  ``losses`` counts how often a
    mark was lost, or set later than the others.  ``hangs``: the last exchange got no answer in time.
    """

    def __init__(self, client: Client, clock: t.Callable[[], float]) -> None:
        self.node = client.node
        self.mark: Mark | None = None
        self.losses = 0
        self.hangs = False
        self._client = client
        self._clock = clock
        self._clear = math.inf
        self._mutex = threading.Lock()
        self._closed = False

    def put(self, mark: Mark) -> Look:
        """Set the mark, or change its form, and list the marks after that; raises what the member answers."""
        with self._mutex:
            return self._put(mark)

    def look(self, regaining: Mark) -> Look:
        """List the marks while the own one stands; one that was lost is set again, as ``regaining``.

        Raises what the member answers, and then there is no mark.
        """
        with self._mutex:
            if self.mark is not None:
                with contextlib.suppress(CollectionError):
                    look = self._shown_if_marked(self._check(LIST))
                    if look is not None:
                        return look
            return self._regain(regaining)

    def hold(self, held: Mark, look: Look) -> None:
        """Change the flag that stood at that look, and only that, to the form of one who has the lock; never raises."""
        with self._mutex, contextlib.suppress(CollectionError):
            if self.mark == look.mark and self._clear == look.clear:
                self._check(("CLIENT", "SETNAME", held.text()))
                if self.mark is not None:
                    self.mark = held

    def keep(self, regaining: Mark) -> None:
        """Use the connection, so that it is not idle, and set a mark that was lost again; never raises.

        Does nothing while another thread talks to the member, which comes to the same.
        """
        if self._closed or not self._mutex.acquire(blocking=False):
            return
        try:
            with contextlib.suppress(CollectionError):
                if self.mark == regaining:
                    # Whose flag stands beside the own one is asked only then: the list may be long.
                    self._shown_if_marked(self._check(LIST))
                elif self.mark is not None:
                    self._check()
            with contextlib.suppress(CollectionError):
                if self.mark is None and not self._closed:
                    self._regain(regaining)
            if self._closed:  # by drop, which did not wait any longer
                self._client.close()
        finally:
            self._mutex.release()

    def drop(self) -> None:
        """Take the mark away for good and close the connection; never raises."""
        self._closed = True
        if not self._mutex.acquire(timeout=CLOSE_WITHIN):
            return  # the thread that talks to the member closes the connection
        try:
            if self.mark is not None:
                # Answered before the connection closes, so that the next run does not see it any more.
                with contextlib.suppress(CollectionError):
                    self._client.command("CLIENT", "SETNAME", "")
            self.mark = None
            self._client.close()
        finally:
            self._mutex.release()

    def _put(self, mark: Mark) -> Look:
        stood = self.mark
        name, _ok, listing = self._exchange(NAME, ("CLIENT", "SETNAME", mark.text()), LIST)
        if stood is not None and name != stood.text():
            self._lose()
            stood = None
        if stood is None or stood.form not in FLAGS:
            self._clear = math.inf
        self.mark = mark
        return self._shown(listing, mark)

    def _regain(self, regaining: Mark) -> Look:
        look = self._put(regaining)
        self.losses += 1
        return look

    def _check(self, *commands: tuple[str, ...]) -> list[t.Any]:
        """Send commands on the connection that has the mark, and forget the mark if it is another connection."""
        name, *replies = self._exchange(NAME, *commands)
        if self.mark is not None and name != self.mark.text():
            self._lose()
        return replies

    def _exchange(self, *commands: tuple[str, ...]) -> list[t.Any]:
        """Return the replies; an error, also of one command, means that no mark can be relied on."""
        try:
            replies = self._client.pipeline(commands)
            for reply in replies:
                if isinstance(reply, CollectionError):
                    raise reply
        except CollectionError as error:
            self._lose()
            self.hangs = error.data.get("reason") == "timed out"
            raise
        self.hangs = False
        return replies

    def _lose(self) -> None:
        self.losses += self.mark is not None
        self.mark = None

    def _shown_if_marked(self, replies: t.Sequence[t.Any]) -> Look | None:
        return None if self.mark is None else self._shown(replies[0], self.mark)

    def _shown(self, listing: object, mark: Mark) -> Look:
        seen = marks_in(str(listing), self.node)
        if flags(seen, mark):
            self._clear = math.inf
        elif self._clear == math.inf:
            self._clear = self._clock()
        return Look(self.node, mark, self._clear, seen)
