# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writer in tests/witness: an application with the client of an example, which counts what is lost."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._connect import model, render
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import connections

from .fleet import until
from .instances import ADMIN
from .rolling import ADDRESS, Deployment

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
NODE = ["ioredis", "node-redis"]
# The record of a run is long enough to mean something.
SOME = 300


def assert_installed(client: str) -> None:
    """Check that an example's client is installed at the version that it names: tests have no network."""
    installed, wanted = ROOT / ".cache/examples" / client / "installed.json", EXAMPLES / client / "package.json"
    command = f"bash tests/tools/node_modules.sh {' '.join(NODE)}"
    assert installed.exists() and installed.read_text() == wanted.read_text(), f"first run: {command}"


def environment(client: str) -> dict[str, str]:
    """Return the environment in which an example finds its client."""
    return {**os.environ, "NODE_PATH": str(ROOT / ".cache" / "examples" / client / "node_modules")}


def write(connection: model.Connection) -> str:
    """Write the files of a connection as the role does and return the name of the one to read."""
    for file in render.files(connection):
        if file.content is not None:
            pathlib.Path(file.path).write_text(file.content, encoding="utf-8")
    return render.path(connection, render.SETTINGS)


def connect(deployment: Deployment, directory: pathlib.Path) -> str:
    """Return the JSON file of a connection to a deployment, as its administrator."""
    login = model.Login("admin", ADMIN)
    watched = bool(deployment.sentinels())
    return write(
        model.Connection(
            name="rolled",
            topology=connections.SENTINEL if watched else connections.CLUSTER,
            target="main",
            endpoints=tuple((ADDRESS, one["port"]) for one in deployment.sentinels() or deployment.nodes()),
            login=login,
            sentinel_login=login if watched else model.Login(),
            directory=str(directory),
            group="root",
        )
    )


class Witness:
    """The writer in tests/witness, at work until it is asked for its report."""

    def __init__(self, client: str, settings: str, directory: pathlib.Path) -> None:
        assert_installed(client)
        self.record = directory / "record"
        self.log = directory / "witness.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                ["node", str(ROOT / "tests/witness/writer.js"), "--client", client, "--connection", settings,
                 "--record", str(self.record)],
                env=environment(client), stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def __enter__(self) -> Witness:
        """Write."""
        self.wait_for_more()
        return self

    def __exit__(self, *_exception: object) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def acknowledged(self) -> dict[str, str]:
        """Return the acknowledged writes so far."""
        lines = self.record.read_text().splitlines(keepends=True) if self.record.exists() else []
        entries = [json.loads(line) for line in lines if line.endswith("\n")]
        return {entry["key"]: entry["value"] for entry in entries}

    def wait_for_more(self) -> None:
        """Return once some more writes are acknowledged."""
        before = self._count()
        with self._explained():
            until(lambda: self._count() >= before + SOME, f"{SOME} more acknowledged writes", 30)

    def _count(self) -> int:
        return self.record.read_bytes().count(b"\n") if self.record.exists() else 0

    def report(self) -> dict[str, t.Any]:
        """Stop it and return its output."""
        self._process.send_signal(signal.SIGTERM)
        with self._explained():
            stdout, _none = self._process.communicate(timeout=90)
            assert self._process.returncode == 0
        return t.cast("dict[str, t.Any]", json.loads(stdout))

    @contextlib.contextmanager
    def _explained(self) -> t.Iterator[None]:
        try:
            yield
        except (AssertionError, subprocess.TimeoutExpired) as error:
            said = f"{(getattr(error, 'stdout', None) or b'')[:1000]!r} {self.log.read_text()[-3000:]}"
            raise AssertionError(f"{error}; the witness says: {said}") from error
