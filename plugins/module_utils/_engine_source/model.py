# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds of an engine on one host as plain values: what is wanted, what is there, what an archive holds."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN_OF_CHECKSUM = 8
PROGRAMS = ("server", "cli", "benchmark", "sentinel", "check-aof", "check-rdb")
MANIFEST = "manifest.json"
# Without the one no connection is encrypted, without the other a unit of Type=notify waits for ever.
NEEDED_LIBRARIES = ("libssl", "libsystemd")


@dataclass(frozen=True)
class Manifest:
    """What a build contains; written last, so that a build without one is none.

    ``checksum`` is that of what the user named, ``source`` that of the source it was made from.
    """

    engine: str
    version: str
    platform: str
    checksum: str
    source: str
    libraries: tuple[str, ...] = ()
    make_arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contents:
    """What an archive holds: one directory, which engine in which version, and its unpacked size in bytes."""

    top: str
    engine: str
    version: str
    size: int
    manifest: Manifest | None = None


@dataclass(frozen=True)
class Desired:
    """One build: which, made from what, and where it goes.

    ``checksum`` (SHA-256, hexadecimal) names the build; ``archive_checksum`` is that of the file at
    ``archive``, which differs where a build is handed on.
    """

    engine: str
    version: str
    checksum: str
    prefix: str
    method: str = "source"
    archive: str = ""
    archive_checksum: str = ""
    make_arguments: tuple[str, ...] = ()
    activate: bool = True
    pack: bool = False
    links: str = ""

    @property
    def home(self) -> str:
        """Return the directory of all builds of this engine."""
        return f"{self.prefix}/{self.engine}"

    @property
    def name(self) -> str:
        """Return the build's name: a version that is built anew from something else is another build."""
        return f"{self.version}-{self.checksum[:SHOWN_OF_CHECKSUM]}"

    @property
    def path(self) -> str:
        """Return the build's directory."""
        return f"{self.home}/{self.name}"

    @property
    def current(self) -> str:
        """Return the link that servers are started through."""
        return f"{self.home}/current"

    @property
    def work(self) -> str:
        """Return the directory that a build is made in."""
        return f"{self.home}/.work"

    @property
    def packed(self) -> str:
        """Return the archive of the build, for other hosts."""
        return f"{self.home}/.packed.tar.gz"

    @property
    def label(self) -> str:
        """Return engine and version for people."""
        return f"{self.engine} {self.version}"


@dataclass(frozen=True)
class Host:
    """What was seen of a host, as far as a build needs it."""

    platform: str
    free: int
    executable: bool = True
    # What a build needs and this host lacks: tools and headers, or libraries.
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """What was seen below the prefix; ``host`` and ``contents`` only where there is something to install."""

    installed: tuple[str, ...] = ()
    current: str = ""
    leftovers: tuple[str, ...] = ()
    packed: bool = False
    # Links for people: path and target; None where something else is in their place.
    links: tuple[tuple[str, str | None], ...] = ()
    host: Host | None = None
    contents: Contents | None = None
    # Processes that run from a build which is not the current one: pid, program, build.
    outdated: tuple[tuple[int, str, str], ...] = ()
