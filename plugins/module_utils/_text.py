# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How nodes are named and secrets are blanked in everything that people read."""

from __future__ import annotations

import re
import typing as t

SECRET_SETTINGS = frozenset(
    "masterauth primaryauth requirepass tls-key-file-pass tls-client-key-file-pass auth-pass sentinel-pass".split()  # noqa: SIM905
)
MASK = "********"
# A word of ACL SETUSER that begins so gives or takes a password, or the hash of one.
PASSWORD_SIGNS = (">", "<", "#", "!")


def node_name(host: str, port: int) -> str:
    """Return ``host:port``, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def shown(value: object) -> str:
    """Return a value as messages show it: of a list or a dictionary, which may hold secrets, only what it is."""
    if isinstance(value, t.Mapping):
        return "(a dictionary)"
    if isinstance(value, (list, tuple)):
        return "(a list)"
    return repr(value)


def masked(command: t.Sequence[object]) -> str:
    """Return a command as text for a record, with passwords and the values of secret settings blanked.

    Whatever follows a word that is the name of such a setting is blanked, also where that word is the name of a set:
    too much is hidden rather than too little.
    """
    words = [str(word) for word in command]
    secret = False
    for index, word in enumerate(words):
        if secret or word.startswith(PASSWORD_SIGNS):
            words[index] = MASK
        secret = word.lower() in SECRET_SETTINGS
    return " ".join(words)


def without_echo(reply: str) -> str:
    """Return a server's refusal without the arguments that it repeats: cut short, Ansible does not know them again."""
    # A password may itself have what ends the quotation: it ends at the last place where it can.
    reply = re.sub(r",? with args beginning with:.*", "", reply, flags=re.DOTALL)
    return re.sub(r"modifier '[>#<!].*'(?=: |$)", f"modifier '{MASK}'", reply, flags=re.DOTALL)


def misplaced_secrets(given: object) -> dict[str, list[str]]:
    """Return the values of directives that are secrets, by the directive's name, in settings that are shown.

    ``given`` are settings, or anything that has them inside as ``config`` or ``settings``.
    """
    found: dict[str, list[str]] = {}
    for settings in _settings(given, isinstance(given, t.Mapping)):
        for name, value in settings.items():
            texts = [
                str(one) for one in (value if isinstance(value, (list, tuple)) else [value]) if one not in (None, "")
            ]
            if any(_is_secret(str(name).lower(), text) for text in texts):
                found.setdefault(str(name).lower(), []).extend(texts)
    return found


def _is_secret(name: str, text: str) -> bool:
    # Lines of users hold passwords or their hashes, and so do some of what Sentinel has under one name.
    return name in SECRET_SETTINGS or name == "user" or (name == "sentinel" and "-pass" in text)


def _settings(given: object, are_settings: bool) -> t.Iterator[t.Mapping[object, object]]:
    if isinstance(given, t.Mapping):
        if are_settings:
            yield given
        for name, value in given.items():
            yield from _settings(value, name in ("config", "settings"))
    elif isinstance(given, (list, tuple)):
        for one in given:
            yield from _settings(one, False)


def everywhere(address: str) -> frozenset[str]:
    """Return the words of directive ``bind`` that mean all addresses of this one's family, the other's not included."""
    return frozenset(["::", "::*"]) if ":" in address else frozenset(["*", "0.0.0.0"])
