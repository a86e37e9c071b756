# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health endpoint as its unit runs it: a process of its own with a file of configuration."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing as t
import urllib.error
import urllib.request

from .fleet import Fleet, until

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "roles" / "redis_endpoint" / "files" / "redis_endpoint.py"
USER, SECRET = "health", "a secret of the endpoint"
PREFIX = "/api/redis/health"


class Answer(t.NamedTuple):
    """What came back: status code, and the body as text."""

    code: int
    text: str

    @property
    def json(self) -> dict[str, t.Any]:
        """Return the body, which is JSON."""
        return t.cast("dict[str, t.Any]", json.loads(self.text))


class Endpoint:
    """The service for some ports of this host."""

    def __init__(self, port: int, ports: t.Sequence[int], **configuration: t.Any) -> None:
        self.port = port
        self.directory = tempfile.TemporaryDirectory(prefix="endpoint-")
        self.log = pathlib.Path(self.directory.name) / "log"
        self._configuration = {
            "address": "127.0.0.1",
            "port": port,
            "prefix": PREFIX,
            "replica_link_required": True,
            "login": {"username": USER, "password": SECRET},
            "tls": {},
            "certificates": [],
            "pending": {"record": "/nowhere", "unit": "/nowhere"},
            "instances": [{"name": f"127.0.0.1:{one}", "address": "127.0.0.1", "port": one} for one in ports],
            **configuration,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Endpoint:
        """Start it and return when it listens."""
        file = pathlib.Path(self.directory.name) / "endpoint.json"
        file.write_text(json.dumps(self._configuration))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen([sys.executable, "-B", str(PROGRAM), str(file)], stdout=log, stderr=log)
        try:
            until(lambda: "answers at" in self.log.read_text(), "the endpoint to listen")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        print(self.log.read_text())
        self.directory.cleanup()

    def get(self, path: str = "", method: str = "GET") -> Answer:
        """Ask below the prefix; with two slashes at the beginning, from the root."""
        where = path[1:] if path.startswith("//") else PREFIX + path
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{where}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=2) as response:
                return Answer(response.status, response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())

    def until(self, code: int, path: str = "", reason: str = "", within: float = 5.0) -> dict[str, t.Any]:
        """Wait for an answer with this code, and this in its reason."""
        seen: list[Answer] = []

        def reached() -> bool:
            seen[:] = [self.get(path)]
            return seen[0].code == code and reason in str(seen[0].json.get("reason"))

        try:
            until(reached, f"{code} {reason} from {path or PREFIX}", within)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last answer: {seen}") from error
        return seen[0].json

    def threads(self) -> int:
        """Return how many threads it has."""
        return len(os.listdir(f"/proc/{self.pid}/task"))

    @property
    def pid(self) -> int:
        """Return its process."""
        return self._process.pid if self._process else 0


def let_in(fleet: Fleet, *ports: int, rules: str = "-@all +ping +info") -> None:
    """Give servers the user of the endpoint."""
    for port in ports or fleet.ports:
        with fleet.client(port) as client:
            client.execute_command("ACL", "SETUSER", USER, "reset", "on", f">{SECRET}", *rules.split())
