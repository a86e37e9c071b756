# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a throwaway server is asked, and how its answers read: pure functions."""

from __future__ import annotations

import re
import typing as t

from .._text import MASK, SECRET_SETTINGS
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

# Told apart per instance, so that instances which differ in nothing else share one question.
PER_PORT = frozenset(["port", "dir", "dbfilename", "logfile", "aclfile", "cluster-config-file"])

LOG_LINES = 5
USERS_LINE = re.compile(r"\S*/users\.acl:(\d+): ")
# What an engine says around its list of errors in a users file.
ACL_FRAME = re.compile(r"Aborting \w+ startup because of ACL errors: |WARNING: ACL errors detected, .*")
# A line of the log at the level of warnings, without process and time.
WARNING = re.compile(r"\d+:[A-Z] .*?\d\d:\d\d:\d\d\.\d+ # (.*)")


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


def reason(output: str, instance: Instance) -> str:
    """Return why a server did not start, from what it printed; secret values are blanked."""
    # Before it is divided: what the engine takes for one line may be several here.
    lines = [line.strip() for line in _blanked(output, instance).splitlines() if line.strip()]
    heads = [index for index, line in enumerate(lines) if "FATAL CONFIG FILE ERROR" in line]
    if heads:
        told = [line for line in lines[heads[-1] + 1 :] if not line.startswith("Reading the configuration")]
        text = ": ".join(line.removeprefix(">>> ") for line in told[:2])
    else:
        warned = [match.group(1) for match in map(WARNING.match, lines) if match]
        text = " | ".join(line.removeprefix(">>> ") for line in (warned or lines)[-LOG_LINES:])
    return text or "it ended without a word"


def with_users(text: str, users: str) -> str:
    """Return a reason with the names of users where the engine tells the lines of a file that is gone by now."""
    lines = users.splitlines()

    def named(found: re.Match[str]) -> str:
        number = int(found[1]) - 1
        words = lines[number].split() if 0 <= number < len(lines) else []
        return f"user {words[1]!r}: " if len(words) > 1 else "users: "

    return USERS_LINE.sub(named, ACL_FRAME.sub("", text)).strip()


def _blanked(output: str, instance: Instance) -> str:
    for directive in instance.directives:
        value = plain(directive.text)
        if directive.name in SECRET_SETTINGS and value:
            output = output.replace(directive.text, MASK).replace(value, MASK)
    # What users log in with, as their file has it.
    return re.sub(r"#[0-9a-fA-F]{64}", MASK, output)


def _shown(value: str) -> str:
    return value.lower() if value.lower() in ("yes", "no") else value
