# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the user's settings to the lines of the managed file: validated, merged, completed."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refused
from .._text import SECRET_SETTINGS
from .directives_lists import joined
from .layout import Layout
from .model import Directive, Instance

Lines = list[Directive]

NAME = re.compile(r"[a-z][a-z0-9_.-]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Directives that stand in no settings, each with the remedy.
OWNED = {
    "port": "An instance's port is its option 'port'",
    "cluster-enabled": "Cluster mode is the instance's option 'cluster_enabled'",
    "cluster-config-file": "nodes-PORT.conf in the instance's data directory belongs to the engine",
    "dir": "Choose the base directory with the option 'data_dir'; each instance has its own below it",
    "aclfile": "Users are listed in the option 'users'",
    "user": "Users are listed in the option 'users'",
    "requirepass": "With a users file it changes nothing that lasts: list the user 'default' in the option 'users'",
    "include": "List the directives themselves",
    "daemonize": "How an instance is started is up to the service manager",
    "supervised": "How an instance is started is up to the service manager",
    "pidfile": "Choose the directory with the option 'run_dir'",
    "replicaof": (
        "Which instance replicates which is decided by the live topology, and the engine keeps it in its own file: "
        "a line in the managed file would undo every failover at the next start"
    ),
}
LOGIN = "The replication login is given by 'replication_user' and 'replication_password'"
OWNED.update(dict.fromkeys(("masteruser", "masterauth", "primaryuser", "primaryauth"), LOGIN))
OWNED["slaveof"] = OWNED["replicaof"]

# Two instances of one host cannot share a value of these.
ONE_EACH = ("unixsocket", "logfile", "tls-port", "cluster-port", "cluster-announce-port", "cluster-announce-bus-port")


def quoted(value: str) -> str:
    """Return a value as one argument of a directive, whatever it contains."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def plain(text: str) -> str:
    """Return the value of a directive with one argument: the inverse of ``quoted``."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("\\'", "'")
    return text


def merged(*layers: t.Mapping[str, object]) -> dict[str, object]:
    """Merge settings, later ones over earlier ones; a value of None takes a directive away."""
    result: dict[str, object] = {}
    for layer in layers:
        result.update({name.lower(): value for name, value in layer.items()})
    return {name: value for name, value in result.items() if value is not None}


def check_names(settings: t.Mapping[str, object], where: str, *, secret: bool = False) -> None:
    """Refuse directives that the collection owns, and secrets outside of their own option."""
    for name in (name.lower() for name in settings):
        if not NAME.fullmatch(name):
            raise Refused(f"{where}: {name!r} is not a name of a directive", hint="Write it as in redis.conf.")
        if name in OWNED:
            raise Refused(f"{where}: {name!r} cannot be set there", hint=f"{OWNED[name]}.")
        if name in SECRET_SETTINGS and not secret:
            raise Refused(
                f"{where}: {name!r} is a secret", hint="Put it under 'secret_settings', which is never shown."
            )


def lines(name: str, value: object, where: str) -> Lines:
    """Return the lines of one directive: one for a scalar; for a list one each, or one with all its values."""
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    texts = [_text(name, one, where) for one in values]
    if name == "save":
        # Save lines add up over the engine's file and this one, so begin with none.
        texts = ['""', *(text for text in texts if text != '""')]
    return [Directive(name, text) for text in joined(name, texts, where)]


def instance(
    layout: Layout,
    params: t.Mapping[str, t.Any],
    settings: t.Mapping[str, object],
    gone: t.Collection[str],
    replication: tuple[str, str],
) -> Instance:
    """Return one instance: what the collection derives, then the user's settings over it.

    ``gone`` are the directives that the user took away, derived ones included.
    """
    port, address, cluster = params["port"], params["address"], params["cluster_enabled"]
    where = f"settings of instance {port}"
    given = [line for name, value in settings.items() for line in lines(name, value, where)]
    taken = {*settings, *gone}
    wanted = [*_derived(layout, port, address, cluster, replication), *_saved_at_its_end(given)]
    derived = [line for line in wanted if line.name not in taken]
    return Instance(port, address, cluster, (*derived, *given))


def check_unique(instances: t.Sequence[Instance]) -> None:
    """Refuse two instances with one port, or with one value of what only one can have."""
    for name in ("port", *ONE_EACH):
        seen: dict[str, int] = {}
        for one in instances:
            value = plain(one.value(name) or "")
            if value in ("", "0", "stdout"):
                continue
            if value in seen:
                raise Refused(
                    f"instances {seen[value]} and {one.port} have the same {name}: {value}",
                    hint="Give each its own, in the instance's settings.",
                )
            seen[value] = one.port
    ports = {one.port for one in instances}
    for one in (one for one in instances if one.cluster_enabled):
        if bus_port(one) in ports:
            raise Refused(
                f"the cluster bus of instance {one.port} needs port {bus_port(one)}, which is another instance's",
                hint="Choose ports that are not 10000 apart, or set cluster-port.",
            )


def bus_port(one: Instance) -> int:
    """Return the port of an instance's cluster bus."""
    given = plain(one.value("cluster-port") or "0")
    return int(given) if given.isdigit() and given != "0" else one.port + 10000


def bind(address: str) -> str:
    """Return the addresses to listen on; the first is the one the cluster bus talks from."""
    wanted = [address, "127.0.0.1", "-::1"]
    return " ".join(word for index, word in enumerate(wanted) if not index or word.lstrip("-") != address)


def _derived(layout: Layout, port: int, address: str, cluster: bool, replication: tuple[str, str]) -> Lines:
    values = {
        "port": str(port),
        "bind": bind(address),
        "protected-mode": "yes",
        "dir": quoted(layout.home(port)),
        "dbfilename": f"dump-{port}.rdb",
        "logfile": quoted(layout.log_file(port)),
        "aclfile": quoted(layout.users_file(port)),
        "masteruser": quoted(replication[0]),
        "masterauth": quoted(replication[1]),
        "replica-announce-ip": address,
        "cluster-enabled": "yes" if cluster else "no",
    }
    if cluster:
        values["cluster-config-file"] = f"nodes-{port}.conf"
        values["cluster-announce-ip"] = address
    return [Directive(name, text, derived=True) for name, text in values.items()]


def _saved_at_its_end(given: t.Sequence[Directive]) -> Lines:
    """Return what makes an instance without persistence save its data when it is stopped on purpose.

    It loads them at the next start, and its replicas go on where they were.  Forced: where they cannot be written it
    ends as it would have without, and the start guard does the rest.
    """
    last = {line.name: line.text for line in given}
    if last.get("appendonly", "no") != "no" or last.get("save") != '""':
        return []
    return [Directive("shutdown-on-sigterm", "save force", derived=True)]


def _text(name: str, value: object, where: str) -> str:
    # Before ansible-core 2.19 a boolean that went through a template arrives as Python's word for it.
    if isinstance(value, bool) or value in ("True", "False"):
        return "yes" if str(value) == "True" else "no"
    if not isinstance(value, (str, int, float)):
        raise Refused(
            f"{where}: {name!r} has a value that is neither a line nor a list of lines",
            hint="Write the rest of the line as in redis.conf, or a list of such texts.",
        )
    text = str(value).strip()
    check_text(text, f"{where}: {name!r}")
    return text or '""'


def check_text(text: str, where: str) -> None:
    """Refuse line breaks and other control characters: they would add lines that were not requested."""
    if CONTROL.search(text):
        raise Refused(f"{where} contains a control character", hint="Take line breaks and the like out of it.")
