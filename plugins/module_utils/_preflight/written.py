# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files earlier runs have written: what the controller needs to know to write only what differs."""

from __future__ import annotations

import hashlib
import os
import stat
import typing as t


def files(paths: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """Describe the regular files at these paths; a directory stands for the files in it, a missing path for nothing."""
    described = [_file(each) for path in paths for each in _below(path)]
    return [each for each in described if each is not None]


def _below(path: str) -> list[str]:
    try:
        return [os.path.join(path, name) for name in sorted(os.listdir(path))]
    except NotADirectoryError:
        return [path]
    except OSError:
        return []


def _file(path: str) -> dict[str, t.Any] | None:
    """Return path, SHA-1, mode as text, and numbers of owner and group; nothing where no regular file can be read."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(path, "rb") as stream:
            # It tells differences, it keeps no secret.
            checksum = hashlib.sha1(stream.read(), usedforsecurity=False).hexdigest()
    except OSError:
        return None
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    return {"path": path, "checksum": checksum, "mode": mode, "uid": status.st_uid, "gid": status.st_gid}
