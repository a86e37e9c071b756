# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source archive that builds in a second.

It has the engines' layout, targets and variables, and a server that only says its version.
"""

from __future__ import annotations

import hashlib
import io
import pathlib
import tarfile
import typing as t

SERVER = """#include <openssl/ssl.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
int main(void) {{
    printf("{title} server v={version} sha=0 malloc=libc bits=64 build=0\\n");
    return !TLS_method() || sd_notify(0, "") < 0;
}}
"""
MAKEFILE = """PREFIX ?= /usr/local
LIBRARIES-$(BUILD_TLS) += -lssl -lcrypto
LIBRARIES-$(USE_SYSTEMD) += -lsystemd
all:
\t$(BEFORE)
\tcc src/server.c -o src/{engine}-server $(LIBRARIES-yes)
install: all
\tmkdir -p $(PREFIX)/bin
\tinstall src/{engine}-server $(PREFIX)/bin
\tln -sf {engine}-server $(PREFIX)/bin/{engine}-cli
"""


def files(version: str = "1.2.3", engine: str = "redis", **changes: str) -> dict[str, str]:
    """Return the tree's files by path; ``changes`` replace them by the last part of their name."""
    title = engine.title()
    header = '#define REDIS_VERSION "7.2.4"\n' if engine == "valkey" else ""
    tree = {
        "Makefile": MAKEFILE.format(engine=engine),
        "src/version.h": f'{header}#define {engine.upper()}_VERSION "{version}"\n',
        "src/server.c": SERVER.format(title=title, version=version),
    }
    return {
        f"{engine}-{version}/{path}": changes.get(path.rsplit("/", maxsplit=1)[-1].split(".")[0], text)
        for path, text in tree.items()
    }


def archive(path: pathlib.Path, content: t.Mapping[str, str], links: t.Mapping[str, str] | None = None) -> str:
    """Write an archive and return its checksum; ``links`` are symbolic ones."""
    with tarfile.open(path, "w:gz") as tar:
        for name, text in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
