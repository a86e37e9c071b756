# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants of the Sentinels, and what of it can be refused before one is asked."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._errors import Refused
from .._nodes import DesiredNode, make_desired_nodes, refuse_set_name
from .._text import node_name

Settings = tuple[tuple[str, str], ...]
Resolve = t.Callable[[str], str]
# Options of a set that Sentinel takes at run time.  Scripts are not among them: deny-scripts-reconfig
# is on, so only the file can name them (module sentinel_config).
NOT_AT_RUN_TIME = frozenset(["notification-script", "client-reconfig-script", "auth-user", "auth-pass", "quorum"])


@dataclass(frozen=True)
class DesiredSet:
    """One set to watch.  ``primary`` counts only while no Sentinel watches it."""

    name: str
    primary: str
    nodes: tuple[DesiredNode, ...]
    quorum: int
    settings: Settings = ()
    auth_user: str = ""
    auth_password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Desired:
    """The whole desired state; ``settings`` are those of every Sentinel, ``own`` additional ones of each, by its name.

    ``forget`` is the consent to forget whatever is down and not in the desired state; ``leaving`` are Sentinels and
    nodes that have just been stopped for good, ``external`` replicas that are not in the desired state and may be
    there.  ``announced`` is the name by which a Sentinel is known to the others, where that is another than the one it
    is reached by from here.
    """

    sentinels: tuple[DesiredNode, ...]
    sets: tuple[DesiredSet, ...] = ()
    remove: frozenset[str] = frozenset()
    settings: Settings = field(default=(), repr=False)
    own: tuple[tuple[str, Settings], ...] = ()
    forget: bool = False
    leaving: frozenset[str] = frozenset()
    external: frozenset[str] = frozenset()
    announced: tuple[tuple[str, str], ...] = ()
    # The host names that Sentinels have to announce for instances, by ``address:port``; empty where they announce
    # addresses.
    hostnames: tuple[tuple[str, str], ...] = ()

    def hostname(self, name: str) -> str:
        """Return the host name that stands for an instance, empty where that is its address."""
        return dict(self.hostnames).get(name, "")

    def settings_of(self, name: str) -> Settings:
        """Return the settings of one Sentinel."""
        return (*self.settings, *dict(self.own).get(name, ()))

    def known_as(self, name: str) -> str:
        """Return the name by which a wanted Sentinel is known to the others."""
        return dict(self.announced).get(name, name)

    def peers_of(self, name: str) -> list[DesiredNode]:
        """Return the other Sentinels, those that this one has to know."""
        return [one for one in self.sentinels if one.name != name]


def make_desired(params: t.Mapping[str, t.Any], resolve: Resolve = str) -> Desired:
    """Build the desired state from the module's options; raises Refused for what Sentinels cannot do.

    ``resolve`` turns host names into addresses, since servers answer with addresses.
    """
    sentinels = make_desired_nodes(params["sentinels"])
    own = []
    for wanted, given in zip(sentinels, params["sentinels"]):
        pairs = (("announce-ip", given.get("announce_ip")), ("announce-port", given.get("announce_port")))
        own.append((wanted.name, _settings({name: value for name, value in pairs if value is not None})))
    sets = tuple(_set(given, len(sentinels), resolve) for given in params["sets"])
    names = [one.name for one in sets]
    if len(set(names)) < len(names):
        raise Refused(f"a set is named twice: {', '.join(names)}", hint="Name each set once.")
    both = set(names) & set(params["remove"])
    if both:
        raise Refused(f"set {sorted(both)[0]!r} is to be watched and to be removed", hint="Name it in one of the two.")
    return Desired(
        sentinels=sentinels,
        sets=sets,
        remove=frozenset(params["remove"]),
        settings=_settings({**params["settings"], **_peer_login(params)}),
        own=tuple(own),
        forget=params["forget"],
        leaving=frozenset(announced_name(one, resolve) for one in params["leaving"]),
        external=frozenset(other for name in params["external"] for other in _names(name, resolve)),
        announced=tuple(
            (wanted.name, announced_name(given, resolve)) for wanted, given in zip(sentinels, params["sentinels"])
        ),
        hostnames=_hostnames(params, resolve),
    )


def announced_name(given: t.Mapping[str, t.Any], resolve: Resolve) -> str:
    """Return the name by which a Sentinel, as an option describes it, is known to the others."""
    address = given.get("announce_ip") or given["address"]
    return node_name(resolve(str(address)), int(given.get("announce_port") or given["port"]))


def _names(name: str, resolve: Resolve) -> tuple[str, ...]:
    host, _colon, port = name.rpartition(":")
    return (name, node_name(resolve(host.strip("[]")), int(port))) if port.isdigit() else (name,)


def _hostnames(params: t.Mapping[str, t.Any], resolve: Resolve) -> tuple[tuple[str, str], ...]:
    if _text(params["settings"].get("announce-hostnames", False)) != "yes":
        return ()
    nodes = [node for one in params["sets"] for node in (one["primary"], *one["nodes"])]
    found = {announced_name(node, resolve): str(node["address"]) for node in nodes}
    return tuple((name, host) for name, host in sorted(found.items()) if host != resolve(host))


def _peer_login(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    logins = {"sentinel-user": params["peer_username"], "sentinel-pass": params["peer_password"]}
    for name in logins:
        if name in params["settings"]:
            raise Refused(f"{name} is not a setting here", hint="Give peer_username and peer_password.")
    return {name: value for name, value in logins.items() if value is not None}


def _set(given: t.Mapping[str, t.Any], sentinels: int, resolve: Resolve) -> DesiredSet:
    name = refuse_set_name(given["name"])
    if not 1 <= given["quorum"] <= sentinels:
        raise Refused(
            f"the quorum of set {name!r} is {given['quorum']}, and there are {sentinels} Sentinel(s)",
            hint="It could never be reached: a quorum is 1 to the number of Sentinels, usually more than half of them.",
        )
    for option in given["settings"] or {}:
        if option in NOT_AT_RUN_TIME:
            raise Refused(
                f"{option} of set {name!r} is not one of its settings here",
                hint="It has an option or a module of its own.",
            )
    nodes = make_desired_nodes({**node, "address": resolve(str(node["address"]))} for node in given["nodes"])
    return DesiredSet(
        name=name,
        primary=announced_name(given["primary"], resolve),
        nodes=nodes,
        quorum=given["quorum"],
        settings=_settings(given["settings"] or {}),
        auth_user=_clean("auth_user", given["auth_user"] or ""),
        auth_password=_clean("auth_password", given["auth_password"] or ""),
    )


def _settings(given: t.Mapping[str, t.Any]) -> Settings:
    return tuple(sorted((name, _clean(name, _text(value))) for name, value in given.items()))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _clean(name: str, value: str) -> str:
    # Sentinel writes such values to its file: a line feed would be a line of its own (release notes of
    # Valkey 9.1.1 on SENTINEL SET).
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise Refused(f"{name} contains a control character", hint="Sentinel keeps it as one line of a file.")
    return value
