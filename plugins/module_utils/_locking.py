# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on one deployment, wherever the controllers are.

The lock is a mark, the name of a connection, at **every member that answers**: nodes, Sentinels, or
both.  It needs no place to store it, every controller sees it, and a server drops it when its holder
dies.  Two runs exclude each other when they have one member in common that answers both; so it does
not matter that a node list has grown, that a verb names some nodes only, or which member is down.

How it is taken, and why two runs never have it: see ``_lock_rules.py``.

Keeping.  A mark is lost with its connection: idle ``timeout``, CLIENT KILL TYPE normal (Sentinel sends
it at a change of roles), a restart.  One thread for each member (``KEEP_EVERY``) uses the connection,
so that it is not idle, and sets a lost mark again as ``regaining``.  That member counts once it has
shown no other flag for ``GRACE`` seconds.  If another run holds it by then, ``verify`` raises Locked: of
two runs, the one stops that cannot prove that it was alone.  Two that both regain a member both stop.
``verify`` returns False after any loss, also if marks stood elsewhere: another run that has only the
lost member in common with us could have had the lock, and have given it back.

What GRACE is for.  A run that has seen another's flag, or has lost a mark of its own, takes the lock
only when there has been no flag for that long.  So when all members lose all marks at once (all are
restarted), a waiting run does not take the lock while the first is about to regain it; and of two
that regain, none goes on before the other had time to show itself.  This is the one place where
safety depends on time: a controller that stands still for longer than GRACE, and loses its marks
meanwhile, finds out at its next ``verify`` only.

What it does not protect from:

- A run that begins within ``KEEP_EVERY`` of the loss of *all* marks that it could have seen, or of the
  return of the only member that both share.  The first run finishes its phase beside it, and stops.
- Two controllers that reach no common member (a partition between them).
- Members that are not among ``clients``: one that joins later is not marked.
- People with redis-cli, other tools, and older versions of this collection that lock nothing.

A holder whose machine dies without closing its connections has the lock until the members' TCP
keepalive ends them (``tcp-keepalive``, 300 s by default).
"""

from __future__ import annotations

import dataclasses
import os
import pwd
import secrets
import socket
import threading
import time
import typing as t

from ._client import gather
from ._errors import CollectionError, DeadlineExceeded, Loading, Locked, Unreachable
from ._lock_member import Look, Member
from ._lock_rules import (
    ASKING,
    HELD,
    REGAINING,
    WAITING,
    Holder,
    Mark,
    Seen,
    flags,
    make_holder,
    obstacles,
    winners,
)
from ._wait import poll

if t.TYPE_CHECKING:
    from ._client import Client

# Seconds.  GRACE has to be longer than a keeper of any other run may take to set a lost mark again.
KEEP_EVERY = 0.5
GRACE = 2.0
PATIENCE = 30.0  # that verify waits for a mark to count again

VERBS = {WAITING: "waits for the lock, before this one,", ASKING: "is taking the lock"}


def holder(run_by: t.Mapping[str, t.Any] | None = None) -> Holder:
    """Return who runs this, from option ``run_by`` (dict of host, user, playbook) and what this host knows."""
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = str(os.geteuid())
    return make_holder(run_by, os.environ, socket.gethostname(), user)


class Lock:
    """The lock of one deployment, for one run.

    ``clients`` are connections of the lock's own, one to each member; threads use them while the lock
    is held.  They should record nothing: each is used ``1 / keep_every`` times a second.
    ``keep_every`` None starts no threads: the caller calls ``keep`` that often.  ``now`` returns
    seconds since 1970, for the queue and for people.  Locks with the same ``key`` do not exclude each
    other: those of the processes of one run.
    """

    def __init__(
        self,
        clients: t.Sequence[Client],
        holder: Holder,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        now: t.Callable[[], float] = time.time,
        keep_every: float | None = KEEP_EVERY,
        key: str | None = None,
    ) -> None:
        self._members = [Member(client, clock) for client in {client.node: client for client in clients}.values()]
        self._clock, self._sleep, self._now = clock, sleep, now
        self._keep_every = keep_every
        self._stop = threading.Event()
        start = int(now())
        self._mark = Mark(WAITING, start, key or secrets.token_hex(8), start, holder)
        self._ready = True  # to ask: no obstacle was seen
        self._wary = False  # another run may be about to regain the lock
        self._losses: list[int] = []
        self._broken: set[str] = set()
        self._seen: list[Seen] = []  # the marks that were last in the way
        self._errors: list[CollectionError] = []

    def take(self, timeout: float) -> None:
        """Take the lock, waiting up to ``timeout`` seconds for another run to end.

        Members that do not answer are left out, and marked when they come back.  Raises Locked, which
        names who holds the lock and since when; Unreachable when no member answers; and what a member
        answers that does not let us in.
        """
        try:
            poll(self._attempt, str, awaiting="the lock", timeout=timeout, clock=self._clock, sleep=self._sleep)
        except CollectionError as error:
            refusal = self._refusal() if isinstance(error, DeadlineExceeded) else error
            self.release()
            raise refusal from error
        if self._keep_every is not None:
            for member in self._members:
                threading.Thread(target=self._keeper, args=(member,), daemon=True).start()

    def verify(self) -> bool:
        """Return whether the lock was held without a gap since the last call, or since it was taken.

        False: it is held, but there was a moment in which another run could have had it: observe and
        plan again.  Returns without a wait if no mark was lost, and otherwise once all members that
        answer count again, ``GRACE`` seconds after they were marked.  Raises Locked when another run
        has the lock, and Unreachable when no member answers, each at the latest after ``PATIENCE``.
        """
        try:
            poll(
                self._verified,
                str,
                awaiting="the lock to be regained",
                timeout=PATIENCE,
                first_interval=GRACE / 10,
                clock=self._clock,
                sleep=self._sleep,
            )
        except DeadlineExceeded as error:
            raise self._refusal() from error
        before, self._losses = self._losses, self._lost()
        return before == self._losses

    def release(self) -> None:
        """Give the lock back and close its connections; never raises."""
        self._stop.set()
        gather(Member.drop, self._members)

    def keep(self) -> None:
        """Keep the marks once: what the threads do."""
        for member in self._members:
            member.keep(self._in_form(REGAINING))

    def _attempt(self) -> str:
        """Try to take the lock; return what is in the way, empty when it is taken."""
        began = self._clock()
        form = ASKING if self._ready else WAITING
        looks = self._put(form)
        closed = self._newly_broken()
        if closed:  # once more: that is not a dead member, and another run may have lost its mark there just now
            self._wary = self._wary or any(flags(look.seen, look.mark) for look in looks)
            looks = self._put(form)
            self._wary = self._wary or any(look.node in closed for look in looks)
        if not looks:
            if self._ready and not self._wary:
                raise self._errors[0]
            return str(self._errors[0])
        seen = [each for look in looks for each in look.seen]
        self._wary = self._wary or bool(flags(seen, self._mark)) or any(self._lost())
        found = obstacles(seen, self._mark)
        if found:
            self._seen = found
            if self._ready:
                self._put(WAITING)
            self._ready = False
            return _described(found[0])
        if not self._ready or (self._wary and any(began < look.clear + GRACE for look in looks)):
            self._ready = True
            return "another run had the lock a moment ago"
        self._mark = dataclasses.replace(self._mark, since=int(self._now()))
        self._losses = self._lost()
        return self._hold(looks)

    def _newly_broken(self) -> list[str]:
        """Return the members that broke off now, but not the time before: only who hangs or is down is left out."""
        broken = {member.node for member in self._members if member.mark is None and not member.hangs}
        new, self._broken = broken - self._broken, broken
        return sorted(new)

    def _put(self, form: str) -> list[Look]:
        """Mark the members that answer; one that answers but does not let us in is an error."""
        mark = self._in_form(form)
        looks = self._gather(lambda member: member.put(mark), self._members)
        for error in self._errors:
            if not isinstance(error, (Unreachable, Loading)):
                raise error
        return looks

    def _verified(self) -> str:
        """Inspect every member that is marked; return what has to be awaited before the lock is sure."""
        began = self._clock()
        regaining = self._in_form(REGAINING)
        # One that hung before, and is not marked yet, is its keeper's.
        looked = [member for member in self._members if member.mark is not None or not member.hangs] or self._members
        looks = self._gather(lambda member: member.look(regaining), looked)
        broken = self._newly_broken()
        for look in looks:
            self._refuse_winner(look)
        if broken or not looks:
            return f"{', '.join(broken) or 'no member'} does not answer"
        regained = [look for look in looks if look.mark.form == REGAINING]
        for look in regained:
            found = flags(look.seen, self._mark)
            if found:
                self._seen = found
                return _described(found[0])
            if began < look.clear + GRACE:
                return f"the mark at {look.node} was lost a moment ago"
        return self._hold(regained) if regained else ""

    def _hold(self, looks: t.Sequence[Look]) -> str:
        """Make held what stood at those looks; return what is in the way."""
        held = self._in_form(HELD)
        by_node = {look.node: look for look in looks}
        members = [member for member in self._members if member.node in by_node]
        gather(lambda member: member.hold(held, by_node[member.node]), members)
        broken = [member.node for member in members if member.mark != held]
        return f"the mark at {', '.join(broken)} was lost a moment ago" if broken else ""

    def _refuse_winner(self, look: Look) -> None:
        for found in winners(look.seen, look.mark):
            raise Locked(
                f"another run took the lock of this deployment, after this one had lost its mark at {look.node} (its "
                f"connection was closed): {_described(found)}",
                node=look.node,
                hint="Run again when it has ended.",
                locked_by=found.data(),
            )

    def _refusal(self) -> CollectionError:
        """Return why the wait for the lock was in vain."""
        if not self._marked() or not self._seen:
            return (
                self._errors[0]
                if self._errors
                else Locked("the lock of this deployment was lost, and not regained in time")
            )
        seen = self._seen[0]
        return Locked(
            f"another run is at work on this deployment: {_described(seen)}",
            node=seen.node,
            hint="Wait until it has ended, and run again. If it has died with its machine, CLIENT KILL ADDR "
            f"{seen.address} on {seen.node} ends its connection.",
            locked_by=seen.data(),
        )

    def _gather(self, function: t.Callable[[Member], Look], members: t.Sequence[Member]) -> list[Look]:
        outcomes = gather(function, members)
        self._errors = [outcome for outcome in outcomes if isinstance(outcome, CollectionError)]
        return [outcome for outcome in outcomes if isinstance(outcome, Look)]

    def _lost(self) -> list[int]:
        return [member.losses for member in self._members]

    def _marked(self) -> list[Member]:
        return [member for member in self._members if member.mark is not None]

    def _in_form(self, form: str) -> Mark:
        return dataclasses.replace(self._mark, form=form)

    def _keeper(self, member: Member) -> None:
        while not self._stop.wait(self._keep_every):
            member.keep(self._in_form(REGAINING))


def _described(seen: Seen) -> str:
    verb = VERBS.get(seen.mark.form, "has the lock")
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seen.mark.since))
    return f"{seen.mark.holder.text()} {verb} since {since} (seen at {seen.node}, from {seen.address})"
