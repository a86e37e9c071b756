# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON file on the controller, that a user has asked for."""

from __future__ import annotations

import json
import typing as t

from ansible.errors import AnsibleActionFail


def write(path: str, value: t.Mapping[str, t.Any]) -> None:
    """Write a value; raises AnsibleActionFail, with the remedy, where the file cannot be written."""
    try:
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(value, stream, indent=2, sort_keys=True, default=str)
            stream.write("\n")
    except OSError as error:
        raise AnsibleActionFail(
            f"{path} cannot be written: {error.strerror}. Give a path on the controller."
        ) from error
