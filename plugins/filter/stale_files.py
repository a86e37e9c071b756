# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.stale_files``."""

from __future__ import annotations

import hashlib
import os
import typing as t

DOCUMENTATION = r"""
name: stale_files
version_added: 0.1.0
short_description: Which of several files of root have to be written
description:
  - C(ansible.builtin.copy) makes two calls to the host for each file that is as it should be. One call of
    C(ansible.builtin.find) looks at all of them, and this filter tells what is left to do.
positional: contents, mode
options:
  _input:
    description: C(files) of what C(ansible.builtin.find) returned of the directory, with C(get_checksum) on.
    type: list
    elements: dict
    required: true
  contents:
    description: Text of each file by its name.
    type: dict
    required: true
  mode:
    description: Mode that all of them have, with four digits.
    type: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Look at the programs
  ansible.builtin.find:
    paths: /usr/local/lib/example
    get_checksum: true
  register: found

- name: Write those that are missing or differ
  ansible.builtin.copy:
    content: "{{ programs[item] }}"
    dest: /usr/local/lib/example/{{ item }}
    owner: root
    group: root
    mode: "0755"
  loop: "{{ found.files | almashooq.redis.stale_files(programs, '0755') }}"
"""

RETURN = r"""
_value:
  description: Names, in the order of O(contents).
  type: list
  elements: str
"""


def stale_files(found: t.Sequence[t.Mapping[str, t.Any]], contents: t.Mapping[str, str], mode: str) -> list[str]:
    """Return the names of files that are missing, or whose text, owner, group or mode is another."""
    whole = {
        os.path.basename(one["path"]): one["checksum"]
        for one in found
        if (one["uid"], one["gid"], one["mode"]) == (0, 0, mode)
    }
    return [name for name, text in contents.items() if whole.get(name) != _checksum(text)]


def _checksum(text: str) -> str:
    # What ansible.builtin.find takes; it tells differences, it keeps no secret.
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"stale_files": stale_files}
