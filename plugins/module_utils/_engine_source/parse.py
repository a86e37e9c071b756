# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From texts to values: version headers, manifests, names of platforms, lists of libraries."""

from __future__ import annotations

import json
import re

from .._errors import Refused
from .model import Manifest

DEFINE = re.compile(r'^#define\s+(\w+)\s+"([^"]*)"', re.MULTILINE)
LIKE_RED_HAT = frozenset(["rhel", "centos", "fedora"])
FORMAT = 1
FIELDS = ("engine", "version", "platform", "checksum", "source")
LISTS = ("libraries", "make_arguments")


def identity(header: str) -> tuple[str, str] | None:
    """Return engine and version as ``src/version.h`` has them; every Valkey claims to be some Redis as well."""
    defined = dict(DEFINE.findall(header))
    for engine in ("valkey", "redis"):
        version = defined.get(f"{engine.upper()}_VERSION")
        if version:
            return engine, version
    return None


def reported_version(text: str) -> tuple[str, str] | None:
    """Return engine and version as ``--version`` of a server says them."""
    found = re.match(r"(\w+) server v=(\S+)", text)
    return (found[1].lower(), found[2]) if found else None


def platform(os_release: str, machine: str) -> str:
    """Return what binaries can be handed on between: ``debian-12-x86_64``."""
    lines = (line.partition("=") for line in os_release.splitlines() if "=" in line)
    fields = {name: value.strip("\"' ") for name, _equals, value in lines}
    name, version = fields.get("ID", "linux"), fields.get("VERSION_ID", "0")
    if LIKE_RED_HAT.intersection([name, *fields.get("ID_LIKE", "").split()]) and name != "fedora":
        # The rebuilds of one major release run one another's programs.
        name, version = "el", version.partition(".")[0]
    return f"{name}-{version}-{machine}"


def libraries(ldd: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the libraries that ``ldd`` names, and those that it does not find."""
    found = re.findall(r"^\s*(\S+\.so\S*) => (.+)$", ldd, re.MULTILINE)
    names = tuple(sorted(name for name, _where in found))
    return names, tuple(sorted(name for name, where in found if where.strip() == "not found"))


def manifest(text: str, where: str) -> Manifest:
    """Return a manifest; raises Refused for what is none."""
    try:
        reported = json.loads(text)
        engine, version, made_for, checksum, source = (str(reported[name]) for name in FIELDS)
        loaded, arguments = (tuple(map(str, reported[name])) for name in LISTS)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{where} is not a build manifest: {error}",
            hint="Take an archive that this collection has packed (redis_install_export).",
        ) from error
    return Manifest(engine, version, made_for, checksum, source, loaded, arguments)


def manifest_text(one: Manifest) -> str:
    """Return a manifest as text: the inverse of ``manifest``."""
    reported = {
        "format": FORMAT,
        "engine": one.engine,
        "version": one.version,
        "platform": one.platform,
        "checksum": one.checksum,
        "source": one.source,
        "libraries": list(one.libraries),
        "make_arguments": list(one.make_arguments),
    }
    return json.dumps(reported, indent=2) + "\n"
