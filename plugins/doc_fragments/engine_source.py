# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation fragment of the modules for builds of an engine."""

from __future__ import annotations


class ModuleDocFragment:
    """Which build, made from what."""

    DOCUMENTATION = r"""
options:
  engine:
    description: Engine to use.
    type: str
    choices: [redis, valkey]
    default: redis
  version:
    description: Version of the engine. The archive must contain this version.
    type: str
    required: true
  checksum:
    description:
      - SHA-256 of the archive that the build is made from, as V(sha256:HEX).
      - Identifies the build together with O(version), so that another archive makes another build.
    type: str
    required: true
  method:
    description:
      - V(source) compiles the engine's source archive. V(prebuilt) unpacks a build that
        O(almashooq.redis.engine_source#module:pack) has packed.
    type: str
    choices: [source, prebuilt]
    default: source
  prefix:
    description: Directory of all builds. Those of an engine are in C(PREFIX/ENGINE/VERSION-CHECKSUM), and
      C(PREFIX/ENGINE/current) is a link to one of them.
    type: path
    default: /opt/redis-node
  archive:
    description:
      - Path of the archive on the host that the module runs on. Used only if the build is not installed.
      - The archive must have exactly one top directory and no path that leads outside it.
    type: path
  archive_checksum:
    description: SHA-256 of the file O(archive), if it differs from O(checksum), as for a prebuilt archive.
    type: str
requirements:
  - Linux
"""
