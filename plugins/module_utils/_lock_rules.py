# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a mark of the lock reads, and what one run concludes from the marks of others: values only.

Taking.  A run sets the mark ``asking`` at each member, and lists the marks there after that.  If it
sees no flag (``asking``, ``regaining``, ``held``) of another run at any member, its marks become
``held``.  Otherwise they become ``waiting``, which keeps no run out, and it tries again when it sees
no flag and no run that has been waiting for longer.

Why two never have it.  A run *counts* a member when a list there shows no flag of another, after its
own flag was set on the same connection, which still stands.  Suppose X and Y both count member m,
and both flags stand.  One was set first, say X's.  Y listed after it had set its own, hence after
X's, which stood: Y saw it, and does not count m.  Each run has the lock only when it counts every
member that answers it, hence also one that both share.  That takes no clock, and no order of the
marks: this decides only who gives way.  In particular:

- *A member answers one of them only*: it proves nothing for the other, who does not count it.  The
  member that answers both decides.
- *A mark is lost between set and list*: name and list are asked on one connection in one go.  If it
  broke, there is an error instead of a list; the next connection has no name, which is checked.
- *Equal times*: the random part of the mark decides who waits.  Both may give way at the same moment;
  then both wait, see each other, and one goes first.
- *Clocks that differ*: the queue is not in the order of arrival, nothing else.

A run of a controller may be several processes, one on each host: their marks have one key, and are not marks of
another run to any of them.  What is said above of a run holds for each of its processes.
"""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass

PREFIX = "almashooq.redis:"

# The forms of a mark.  A waiting run only queues; the three others are flags, which keep others out.
WAITING = "waiting"  # sees another run
ASKING = "asking"  # about to take the lock, if it sees no other flag
REGAINING = "regaining"  # holds the lock, and lost its mark at this member
HELD = "held"
FLAGS = (HELD, REGAINING, ASKING)  # the strongest first

# CLIENT SETNAME takes '!' to '~' only; '%' and ':' have a meaning here.
_KEPT = re.compile(r"[A-Za-z0-9._@/+=,-]")
_ENCODED = re.compile(r"%([0-9A-F]{2})")
LONGEST_FIELD = 64  # characters, encoded: a mark stays below 300


@dataclass(frozen=True)
class Holder:
    """Who asks for the lock, as a run that waits reports it: the controller's host, user and playbook.

    Each may be empty where it is unknown.
    """

    host: str
    user: str
    playbook: str

    def text(self) -> str:
        """Return it for people: ``playbook site.yml of alice on control1``."""
        playbook = f"playbook {self.playbook}" if self.playbook else "a run"
        return f"{playbook} of {self.user or 'an unknown user'} on {self.host or 'an unknown host'}"


@dataclass(frozen=True)
class Mark:
    """One run at one member: the name of its connection.

    ``key`` identifies the run: random, or what ``shared_key`` returns.  With ``start`` (seconds of the clock where it
    runs) it orders the queue; nothing else depends on them.  ``since`` is when the run took the lock, or began to wait.
    """

    form: str
    start: int
    key: str
    since: int
    holder: Holder

    @property
    def order(self) -> tuple[int, str]:
        """Return the place in the queue: of two runs that wait, the smaller goes first."""
        return (self.start, self.key)

    def text(self) -> str:
        """Return the connection name."""
        holder = self.holder
        who = ":".join(_encode(field) for field in (holder.host, holder.user, holder.playbook))
        return f"{PREFIX}{self.form}:{self.start}:{self.key}:{self.since}:{who}"


@dataclass(frozen=True)
class Seen:
    """A mark at a member: ``node`` is the member, ``address`` where the connection comes from."""

    mark: Mark
    node: str
    address: str

    def data(self) -> dict[str, object]:
        """Return who set it, as a module's result has it: ``since`` in seconds since 1970."""
        holder = self.mark.holder
        return {
            "host": holder.host,
            "user": holder.user,
            "playbook": holder.playbook,
            "since": self.mark.since,
            "address": self.address,
        }


def parse(name: str) -> Mark | None:
    """Read a connection name; None for one that is not ours.

    What has our prefix and cannot be read is of another version of the collection, and holds the lock.
    """
    if not name.startswith(PREFIX):
        return None
    fields = name[len(PREFIX) :].split(":")
    if len(fields) == 7 and fields[0] in (WAITING, *FLAGS) and fields[1].isdecimal() and fields[3].isdecimal():
        form, start, key, since = fields[:4]
        return Mark(form, int(start), key, int(since), Holder(*map(_decode, fields[4:])))
    return Mark(HELD, 0, name, 0, Holder("", "", ""))


def marks_in(listing: str, node: str) -> list[Seen]:
    """Read the marks in what CLIENT LIST of a member answers (``id=3 addr=192.0.2.1:50000 ... name=x``)."""
    seen = []
    for line in listing.splitlines():
        fields = dict(word.partition("=")[::2] for word in line.split(" "))
        mark = parse(fields.get("name", ""))
        if mark is not None:
            seen.append(Seen(mark, node, fields.get("addr", "")))
    return seen


def others(seen: t.Iterable[Seen], mine: Mark) -> list[Seen]:
    """Return the marks of other runs, the strongest form first."""
    found = [each for each in seen if each.mark.key != mine.key]
    return sorted(found, key=lambda each: (*_strength(each), each.node))


def obstacles(seen: t.Iterable[Seen], mine: Mark) -> list[Seen]:
    """Return the marks for which a run that has not the lock yet has to wait: any flag, and who queues before it.

    Where another process of this run holds it already, who queues has to wait for both.
    """
    seen = list(seen)
    joins = any(each.mark.key == mine.key and each.mark.form == HELD for each in seen)
    found = others(seen, mine)
    return [each for each in found if each.mark.form in FLAGS or (each.mark.order < mine.order and not joins)]


def flags(seen: t.Iterable[Seen], mine: Mark) -> list[Seen]:
    """Return the flags of other runs."""
    return [each for each in others(seen, mine) if each.mark.form in FLAGS]


def winners(seen: t.Iterable[Seen], mine: Mark) -> list[Seen]:
    """Return the marks at one member that end the claim of a run that holds the lock, whose own mark there is ``mine``.

    That is who holds the member.  Of two that both regain it neither knows which of them was the
    last: both stop.  Where the own mark has stood, one that regains sees it, and stops itself.
    """
    fatal = (HELD, REGAINING) if mine.form == REGAINING else (HELD,)
    return [each for each in others(seen, mine) if each.mark.form in fatal]


def make_holder(run_by: t.Mapping[str, t.Any] | None, environ: t.Mapping[str, str], hostname: str, user: str) -> Holder:
    """Return who runs this: option ``run_by``, and for what it leaves open what this host knows.

    A module does not learn its controller from Ansible.  This host knows the address from which a user
    is logged in by SSH, where ``become`` does not hide it; without that it is its own controller.
    """
    said = {name: str(value) for name, value in (run_by or {}).items() if value}
    login = environ.get("SSH_CONNECTION") or environ.get("SSH_CLIENT") or ""
    return Holder(
        said.get("host") or login.partition(" ")[0] or hostname,
        said.get("user") or environ.get("SUDO_USER") or user,
        said.get("playbook", ""),
    )


def shared_key(run_by: t.Mapping[str, t.Any] | None) -> str | None:
    """Return the key of a controller's run, from option ``run_by``; None where it does not identify a run."""
    known = run_by or {}
    if not known.get("run"):
        return None
    words = [str(known.get(name) or "") for name in ("host", "user", "run")]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def _strength(seen: Seen) -> tuple[int, tuple[int, str]]:
    form = seen.mark.form
    return (FLAGS.index(form) if form in FLAGS else len(FLAGS), seen.mark.order)


def _encode(text: str) -> str:
    """Return the end of a text (of a path the file) in the characters that a connection name may have."""
    encoded = ""
    for character in reversed(text):
        if _KEPT.fullmatch(character):
            code = character
        else:
            code = "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        if len(code) + len(encoded) > LONGEST_FIELD:
            break
        encoded = code + encoded
    return encoded


def _decode(text: str) -> str:
    """Return what was encoded; another's mark is nothing to trust, so what cannot be printed is left out."""
    raw = _ENCODED.sub(lambda found: chr(int(found[1], 16)), text).encode("latin-1", "replace")
    return "".join(character for character in raw.decode("utf-8", "replace") if character.isprintable())
