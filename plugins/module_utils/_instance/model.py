# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of one host as plain values: what is wanted, what is there, what the engine answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._files import Directory, File
from .._text import node_name

# name, value before, value on trial
Trial = tuple[tuple[str, str, str], ...]
Settings = tuple[tuple[str, str], ...]  # CONFIG GET, sorted by name


@dataclass(frozen=True)
class Directive:
    """One line of a configuration; ``derived`` ones are the collection's, not the user's."""

    name: str
    text: str = field(repr=False)
    derived: bool = False


@dataclass(frozen=True)
class Account:
    """An ACL user; ``password`` may be None where ``rules`` say how to log in."""

    name: str
    password: str | None = field(repr=False)
    rules: str


@dataclass(frozen=True)
class Layout:
    """Where the files of a host's instances lie, and the names of the user and group of the service."""

    server: str
    user: str
    group: str
    config_dir: str
    data_dir: str
    log_dir: str
    run_dir: str
    # The name of the engine's own file, and what its command line takes besides: Sentinel has its own.
    own_name: str = "redis.conf"
    arguments: tuple[str, ...] = ()

    def config_file(self, port: int) -> str:
        """Return the path of an instance's managed configuration."""
        return f"{self.config_dir}/{port}.conf"

    def users_file(self, port: int) -> str:
        """Return the path of an instance's users file."""
        return f"{self.config_dir}/{port}.acl"

    def trial_file(self, port: int) -> str:
        """Return the path of the record of what a live change on trial has replaced."""
        return f"{self.config_dir}/{port}.trial"

    def home(self, port: int) -> str:
        """Return an instance's data directory, which no other instance has."""
        return f"{self.data_dir}/{port}"

    def engine_file(self, port: int) -> str:
        """Return the path of the configuration that belongs to the engine."""
        return f"{self.home(port)}/{self.own_name}"

    def log_file(self, port: int) -> str:
        """Return the path of an instance's log."""
        return f"{self.log_dir}/{port}.log"

    def pid_file(self, port: int) -> str:
        """Return the path of a daemon's pid file."""
        return f"{self.run_dir}/{port}.pid"


@dataclass(frozen=True)
class Instance:
    """One wanted instance with all its directives, in the order of the file."""

    port: int
    address: str
    cluster_enabled: bool
    directives: tuple[Directive, ...]

    @property
    def node(self) -> str:
        """Return the instance's name in messages: ``address:port``."""
        return node_name(self.address, self.port)

    def value(self, name: str) -> str | None:
        """Return the last text given for a directive, or None."""
        found = [directive.text for directive in self.directives if directive.name == name]
        return found[-1] if found else None

    def names(self) -> frozenset[str]:
        """Return the names of all directives of the managed file."""
        return frozenset(directive.name for directive in self.directives)


@dataclass(frozen=True)
class Node:
    """What was seen of one instance; settings and users are empty while it does not run."""

    port: int
    pid: int | None = None
    settings: Settings = field(default=(), repr=False)
    users: tuple[str, ...] = field(default=(), repr=False)
    version: str = ""
    engine_file: bool = False
    # What the engine's own file says, by directive; the texts of several lines are joined.
    engine_lines: Settings = field(default=(), repr=False)
    # master or slave, as it says itself.
    role: str = ""
    # What a live change that was never concluded has replaced.
    trial: Trial = ()
    # What stands in the way of starting it; empty where nothing does.
    obstacle: str = ""
    way_out: str = ""
    # Users that differ in meaning, where it runs another engine than the wanted one, which lists them in its own way.
    differing_users: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Host:
    """What was seen of a host: directories and files that exist, and one Node per wanted instance."""

    directories: tuple[Directory, ...] = ()
    files: tuple[File, ...] = ()
    nodes: tuple[Node, ...] = ()
    # Paths that a step may have to write and cannot.
    unwritable: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """What the engine made of one wanted instance when asked, and what it said about its settings.

    ``fixed`` are the settings that only a restart changes, ``aliases`` maps a second name of a
    setting to the first; both cover the settings that differed when the engine was asked.
    """

    settings: Settings = field(repr=False)
    users: tuple[str, ...] = field(repr=False)
    version: str
    fixed: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Memory:
    """What the host has, where that figure comes from, and what other instances may take of it."""

    limit: int
    source: str
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Everything that the module's options ask for."""

    layout: Layout
    instances: tuple[Instance, ...]
    accounts: tuple[Account, ...]
    owner: int
    user: int
    group: int
    replication_user: str
    accept_memory_overcommit: bool
    # Name and version of the engine that is to run them.
    engine: str = ""
