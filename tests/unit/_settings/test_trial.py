# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that the engine takes together only are set, and restored, together."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import EngineRefused
from ansible_collections.almashooq.redis.plugins.module_utils._settings import trial


class Engine:
    """Takes a certificate with its own key only; ``old``: one setting at a time."""

    def __init__(self, *, old: bool = False) -> None:
        self.values = {"tls-cert-file": "new.crt", "tls-key-file": "new.key", "hz": "10"}
        self._old = old

    def pipeline(self, commands: t.Sequence[t.Sequence[str]]) -> list[t.Any]:
        """Answer."""
        return [self._answer(*command) for command in commands]

    def _answer(self, _config: str, action: str, *words: str) -> t.Any:
        if action == "GET":
            return [words[0], self.values[words[0]]]
        if self._old and len(words) > 2:
            return EngineRefused("ERR wrong number of arguments")
        changed = {**self.values, **dict(zip(words[::2], words[1::2]))}
        if not self._old and changed["tls-cert-file"][:3] != changed["tls-key-file"][:3]:
            return EngineRefused("ERR Unable to update TLS configuration")
        self.values = changed
        return "OK"


CHANGES = (("tls-cert-file", "old.crt", "new.crt"), ("tls-key-file", "old.key", "new.key"), ("hz", "20", "30"))


@pytest.mark.parametrize("old", [False, True])
def test_a_certificate_and_its_key_are_put_back_together(old: bool) -> None:
    engine = Engine(old=old)
    trial._restore(t.cast(t.Any, engine), CHANGES)
    # Another client has changed hz meanwhile.
    assert engine.values == {"tls-cert-file": "old.crt", "tls-key-file": "old.key", "hz": "10"}
