# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that stands for one secret, and all forms in which it would give the secret away."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import typing as t
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Marker:
    """One marked value. A piece of it is searched for, so that one that was cut short is found, too."""

    number: int
    name: str

    @property
    def stem(self) -> str:
        """Return the piece: nothing in it is changed by quotes, and what an address or a pattern has to escape is.

        There is no ``@``: from a colon to one Ansible takes all for the password in an address, and blanks it.
        """
        return f"Marked+{self.number:02}/=Value"

    @property
    def value(self) -> str:
        return f"{self.stem}-of-{self.name}"

    def forms(self) -> dict[str, str]:
        """Return what is searched for, by the name of the form."""
        whole = self.value.encode()
        return {
            "plain": self.stem,
            "URL": urllib.parse.quote(self.stem, safe=""),
            "URL with slashes": urllib.parse.quote(self.stem),
            "sha1": hashlib.sha1(whole).hexdigest(),
            "sha256": hashlib.sha256(whole).hexdigest(),
            **{f"base64 at {offset}": _base64_within(self.stem.encode(), offset) for offset in range(3)},
        }


def _base64_within(piece: bytes, offset: int) -> str:
    """Return what of a piece's base64 does not depend on what stands around it, ``offset`` bytes into three."""
    text = base64.b64encode(b"\0" * offset + piece).decode()
    # Without the characters that hold bits of a neighbour, before and after.
    first = (0, 2, 3)[offset]
    whole = (offset + len(piece)) * 8 // 6
    return text[first:whole]


@dataclasses.dataclass(frozen=True)
class Leak:
    """A secret that was found where none may be."""

    marker: str
    form: str
    where: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.marker} ({self.form}) in {self.where}: {self.excerpt}"


class Search:
    """Finds the forms of many markers in text."""

    def __init__(self, markers: t.Iterable[Marker]) -> None:
        known = {form: (marker.name, kind) for marker in markers for kind, form in marker.forms().items()}
        self._folded = {form.lower(): one for form, one in known.items()}

    def leaks(self, text: str, where: str) -> list[Leak]:
        """Return what is found, each marker and form once per line."""
        # One pattern of all forms would take minutes for what a site writes: most texts hold none of them.
        folded = text.lower()
        there = [form for form in self._folded if form in folded]
        if not there:
            return []
        pattern = re.compile("|".join(map(re.escape, there)), re.IGNORECASE)
        found = []
        for number, line in enumerate(text.splitlines(), 1):
            seen = set()
            for match in pattern.finditer(line):
                known = self._folded[match[0].lower()]
                if known not in seen:
                    seen.add(known)
                    excerpt = line[max(0, match.start() - 60) : match.end() + 20].strip()
                    found.append(Leak(*known, f"{where}:{number}", excerpt))
        return found
