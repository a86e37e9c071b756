# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the bytecode of Ansible's modules on test hosts.

Every module comes to its host as a zip archive with all that it imports, and is compiled anew each time: more than half
of a module's processor time, and most of what scenarios work.  The compiled code of the same source is the same.
"""

import contextlib
import hashlib
import marshal
import os
import sys
import zipimport

DIRECTORY = os.environ.get("MODULE_BYTECODE", "/var/tmp/module-bytecode")
_compile = zipimport._compile_source


def compiled(path, source):
    """Return the code of a source file in an archive; only the names of files in its tracebacks are from earlier."""
    if "_payload" not in path:
        return _compile(path, source)
    kept = os.path.join(DIRECTORY, f"{hashlib.sha1(source).hexdigest()}.{sys.implementation.cache_tag}")
    try:
        with open(kept, "rb") as stream:
            return marshal.loads(stream.read())
    except (OSError, ValueError, EOFError):
        code = _compile(path, source)
    with contextlib.suppress(OSError):
        made = f"{kept}.{os.getpid()}"
        with open(made, "wb") as stream:
            stream.write(marshal.dumps(code))
        os.replace(made, kept)
    return code


# Modules run as root and as other users, who all keep theirs here.
with contextlib.suppress(OSError):
    if not os.path.isdir(DIRECTORY):
        os.mkdir(DIRECTORY)
        os.chmod(DIRECTORY, 0o1777)
zipimport._compile_source = compiled
