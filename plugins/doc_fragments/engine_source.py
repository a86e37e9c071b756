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
    description: Which engine.
    type: str
    choices: [redis, valkey]
    default: redis
  version:
    description: Its version, which the archive has to hold.
    type: str
    required: true
  checksum:
    description:
      - SHA-256 of the archive that the build is made from, as V(sha256:HEX).
      - Names the build together with O(version), so that another archive makes another build.
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
    description: Directory of all builds. Those of an engine lie in C(PREFIX/ENGINE/VERSION-CHECKSUM), and
      C(PREFIX/ENGINE/current) is a link to one.
    type: path
    default: /opt/redis-node
  archive:
    description:
      - The archive, on the host that the module runs on. Looked at only where the build is not installed.
      - It has to have one directory at its top, and nothing that would be written elsewhere.
    type: path
  archive_checksum:
    description: SHA-256 of the file O(archive), where it is not O(checksum), as with a build that is handed on.
    type: str
requirements:
  - Linux
"""
