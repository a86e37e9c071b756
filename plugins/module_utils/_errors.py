# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one hierarchy of errors: raised anywhere, mapped to a module's JSON in ``_engine/module.py`` alone."""

from __future__ import annotations

import typing as t

UNCHANGED = "Nothing has been changed."


def concluded(
    message: str, done: t.Sequence[str] = (), failed: t.Sequence[str] = (), unchanged: str = UNCHANGED
) -> str:
    """Return the message of a run that an error has ended, with what has become of its steps.

    ``done`` are the steps that were done, as lines for people; ``failed`` those that may be half done; ``unchanged``
    is the text where there are neither.
    """
    said = "; ".join([*_some("done before", done), *_some("failed, possibly half done", failed)])
    text = f"{said[0].upper()}{said[1:]}." if said else unchanged
    # A list ends in a line of its own.
    if "\n" in message:
        return f"{message}\n{text}"
    return f"{message} {text}" if message.endswith((".", "?", "!")) else f"{message}. {text}"


def _some(title: str, lines: t.Sequence[str], most: int = 5) -> list[str]:
    """Return the first few lines under a title, with the number of those left out; nothing without lines."""
    more = [f"and {len(lines) - most} more"] if len(lines) > most else []
    return [f"{title}: {'; '.join([*lines[:most], *more])}"] if lines else []


class CollectionError(Exception):
    """Something the user has to know: what was attempted, on which node, what came back, what to do.

    ``message`` is what happened, ``node`` where (``host:port``), ``hint`` the remedy.  Further
    keywords are data for the module's result, never prose.
    """

    kind: str = "error"

    def __init__(self, message: str, *, node: str | None = None, hint: str | None = None, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.node = node
        self.hint = hint
        self.data = data

    def __str__(self) -> str:
        """Return the sentence for people: node, message, remedy."""
        where = f"{self.node}: " if self.node and self.node not in self.message else ""
        what = f"{where}{self.message}"
        if not self.hint:
            return what
        return f"{what.rstrip('.')}. {self.hint}"

    def result(self) -> dict[str, object]:
        """Return what a failing module hands to Ansible: ``msg``, ``error``, ``node`` and the data."""
        result: dict[str, object] = {"msg": str(self), "error": self.kind, **self.data}
        if self.node:
            result["node"] = self.node
        return result


class Unreachable(CollectionError):
    """No answer: refused, timed out, no such host, or not a Redis server."""

    kind = "unreachable"


class Loading(CollectionError):
    """The node answers, and is still loading its data."""

    kind = "loading"


class AuthenticationFailed(CollectionError):
    """The node does not accept the user name or the password."""

    kind = "authentication"


class PermissionDenied(CollectionError):
    """The user may not run the command that was needed."""

    kind = "permission"


class EngineRefused(CollectionError):
    """The server answered a command with an error."""

    kind = "refused_by_engine"


class Refused(CollectionError):
    """The planner will not act on what it observed; nothing has been changed."""

    kind = "refused"


class Unsettled(Refused):
    """Nothing is begun while something is wrong with the members; it may be over in a moment."""


class Locked(CollectionError):
    """Another run is at work on the same deployment."""

    kind = "locked"


class DeadlineExceeded(CollectionError):
    """A wait ended without its condition: what was awaited, where, and what was last seen."""

    kind = "deadline"


class Unhealthy(CollectionError):
    """The deployment is not as it should be; the findings are among the data."""

    kind = "unhealthy"
