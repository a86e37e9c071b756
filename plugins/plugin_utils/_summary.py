# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run shows of its results: the topology, how to connect, the next command, and all warnings together."""

from __future__ import annotations

import os
import shlex
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name

Value = t.Mapping[str, t.Any]
WARNING = "warning"
ERROR = "error"


def table(result: Value) -> str:
    """Return the head and the table of a module's ``summary``; the findings below it are shown among the warnings."""
    return "\n\n".join(str(result.get("summary", "")).strip().split("\n\n")[:2])


def failures(result: Value) -> list[str]:
    """Return what keeps a deployment from being healthy."""
    return [_text(one) for one in _findings(result, ERROR)] + [_text(one) for one in result.get("refused_writes", ())]


def warnings(result: Value) -> list[str]:
    """Return what a deployment lacks that works."""
    return [_text(one) for one in _findings(result, WARNING)]


def restart_warnings(
    address: str, restarts: t.Iterable[Value], unit_of: t.Sequence[int], restarted: t.Container[str] = ()
) -> list[str]:
    """Return what takes effect only when an instance is restarted: settings, and the unit of the instances.

    Nothing of those that were ``restarted`` meanwhile, as ``address:port``.
    """
    restarts = [one for one in restarts if node_name(address, one["port"]) not in restarted]
    unit_of = [port for port in unit_of if node_name(address, port) not in restarted]
    needs = "needs a restart (playbook rolling_restart)"
    # Another version is more than a restart.
    upgrade = "needs a restart (playbook upgrade)"
    lines = [
        f"{address}:{one['port']} {upgrade if one['setting'] == '(version)' else needs}: "
        f"{one['setting']} is {one['running']}, configured as {one['wanted']}"
        for one in restarts
    ]
    ports = ", ".join(str(port) for port in unit_of)
    return lines + ([f"{address}:{ports} {needs}: the unit has changed"] if ports else [])


def connect(result: Value, user: str, engine: str) -> str:
    """Return the command that connects to a primary, and asks for the password; nothing where there is none."""
    shards = result.get("topology", {}).get("shards")
    primary = shards[0]["primary"] if shards else result.get("primary")
    if not user or not primary:
        return ""
    options = ["-c"] if shards else []
    place = ["-h", str(primary["address"]), "-p", str(primary["port"])]
    return shlex.join([f"{engine}-cli", *options, *place, "--user", user, "--askpass"])


def next_command(command: str, playbook: str, collection: str, cwd: str, arguments: t.Sequence[str]) -> str:
    """Return the command that shows the status of what a playbook has deployed.

    ``playbook`` is as it was given: a path below ``collection`` is a checkout's, where playbooks have paths; elsewhere
    they have names. ``arguments`` are those of the run that the next one needs, too.
    """
    given, root = os.path.realpath(os.path.join(cwd, playbook)), os.path.realpath(collection)
    status = "almashooq.redis.status"
    if os.path.commonpath([given, root]) == root and os.path.exists(given):
        status = os.path.relpath(os.path.join(root, "playbooks", "status.yml"), os.path.realpath(cwd))
    return shlex.join([_short(command, cwd), status, *(_short(one, cwd) for one in arguments)])


def lines(reports: t.Sequence[Value], next_command: str, restarted: t.Container[str] = ()) -> list[str]:
    """Return the block at the end of a run; reports are results of action ``show_result``.

    ``restarted`` are the members that the run has restarted since: nothing waits for that any more.
    """
    tables = [one["table"] for one in reports if one.get("table")]
    commands = dict.fromkeys(one["connect"] for one in reports if one.get("connect"))
    found = dict.fromkeys(line for one in reports for line in _notes(one, restarted))
    block = [line for one in tables for line in (*one.split("\n"), "")]
    if commands:
        block += ["Connect:", *(f"  {one}" for one in commands)]
    if tables:
        block += ["Next:", f"  {next_command}"]
    return block + (["Warnings:", *(f"  - {one}" for one in found)] if found else ["Warnings: none"])


def _notes(report: Value, restarted: t.Container[str]) -> list[str]:
    waiting = report.get("waiting")
    return [*report.get("notes", ()), *(restart_warnings(**waiting, restarted=restarted) if waiting else ())]


def _short(path: str, cwd: str) -> str:
    """Return a path below the working directory as it is seen from there, and everything else as it is."""
    return os.path.relpath(path, cwd) if path.startswith(os.path.join(cwd, "")) else path


def _findings(result: Value, severity: str) -> list[Value]:
    return [one for one in result.get("findings", ()) if one["severity"] == severity]


def _text(finding: Value) -> str:
    return f"{finding['message']}. {finding['hint']}" if finding.get("hint") else str(finding["message"])
