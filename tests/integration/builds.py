# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines of the tests, which are packages, as builds that were made elsewhere."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

from .module_runner import converged


def packed(engine: pathlib.Path, directory: pathlib.Path) -> dict[str, t.Any]:
    """Pack an engine's programs into a directory, and return the options of ``engine_source`` for it."""
    name, version = engine.parent.name.split("-", 1)
    server = str(next(engine.glob("*-server")))
    libraries = [
        line.split()[0] for line in subprocess.check_output(["ldd", server], text=True).splitlines() if "=>" in line
    ]
    wanted = {"version": version, "checksum": f"sha256:{'0' * 64}", "engine": name}
    platform = converged("engine_source_info", wanted)["platform"]
    manifest = {
        "engine": name,
        "version": version,
        "platform": platform,
        **dict.fromkeys(("checksum", "source"), "0" * 64),
        "libraries": libraries,
        "make_arguments": [],
    }
    tree = directory / f"{name}-{version}"
    (tree / "bin").mkdir(parents=True)
    for program in engine.iterdir():
        (tree / "bin" / program.name).write_bytes(program.read_bytes())
        (tree / "bin" / program.name).chmod(0o755)
    (tree / "manifest.json").write_text(json.dumps(manifest))
    path = directory / f"{name}-{version}.tar.gz"
    subprocess.run(["tar", "-C", directory, "-czf", path, tree.name], check=True)
    summed = subprocess.check_output(["sha256sum", path], text=True).split()[0]
    return {
        "engine": name,
        "version": version,
        "checksum": f"sha256:{summed}",
        "method": "prebuilt",
        "archive": str(path),
    }
