# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of a throwaway server, and what of it the instance itself has otherwise: pure functions."""

from __future__ import annotations

import typing as t

from .directives import plain, quoted
from .model import Instance, Settings

# Of these the throwaway server has its own; a running instance has to have what its file says.
OVERRIDDEN = {
    "port": "0",
    "tls-port": "0",
    "cluster-enabled": "no",
    "daemonize": "no",
    "supervised": "no",
    "logfile": '""',
    "syslog-enabled": "no",
}
ALWAYS = ("port", "cluster-enabled", "daemonize", "supervised", "logfile")

# What no comparison covers: how an instance was started, and what the live topology decides.
# (The directory is how a running instance is recognised in the first place.)
NOT_COMPARED = frozenset(["dir", "pidfile", "daemonize", "supervised", "replicaof", "slaveof"])

# Different per instance, so that instances which differ in nothing else share one question.
PER_PORT = frozenset(["port", "dir", "dbfilename", "logfile", "aclfile", "cluster-config-file"])


def question(instance: Instance) -> tuple[tuple[str, str], ...]:
    """Return what makes an instance differ to the engine; equal ones need to be asked once."""
    return tuple((one.name, one.text) for one in instance.directives if not (one.derived and one.name in PER_PORT))


def probe_text(instance: Instance, directory: str, users_file: str) -> str:
    """Return the configuration of the throwaway server: the candidate, then what keeps it private."""
    given = [f"{one.name} {one.text}" for one in instance.directives if one.name not in ("dir", "aclfile")]
    # A directive that a build does not know (TLS) is overridden only where the user gave it.
    names = [name for name in OVERRIDDEN if name in ALWAYS or instance.value(name) is not None]
    own = [f"{name} {OVERRIDDEN[name]}" for name in names]
    own += [f"dir {quoted(directory)}", f"aclfile {quoted(users_file)}", f"unixsocket {quoted(directory + '/s')}"]
    return "\n".join([*given, *own, ""])


def overlaid(instance: Instance, settings: t.Mapping[str, str]) -> Settings:
    """Return the settings that a running instance shows, from those of its throwaway server."""
    result = dict(settings)
    for name in (*OVERRIDDEN, "unixsocket", "aclfile", "maxclients", *PER_PORT):
        text = instance.value(name)
        if text is not None:
            result[name] = _shown(plain(text))
    if instance.value("unixsocket") is None:
        result["unixsocket"] = ""
    return tuple(sorted((name, value) for name, value in result.items() if name not in NOT_COMPARED))


def _shown(value: str) -> str:
    return value.lower() if value.lower() in ("yes", "no") else value
