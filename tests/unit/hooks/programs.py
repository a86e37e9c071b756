# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hooks' programs, to import and to run, and a webhook that really listens."""

from __future__ import annotations

import http.server
import importlib
import json
import pathlib
import socket
import subprocess
import sys
import threading
import typing as t

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles" / "redis_hooks" / "files"
sys.path.insert(0, str(FILES))
redis_hooks = importlib.import_module("redis_hooks")
notify = importlib.import_module("notify")
reconfigure = importlib.import_module("reconfigure")
apply = importlib.import_module("apply")


class Receiver:
    """A webhook on loopback: what it answers is a list, taken one by one, the last one for ever."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers or [204])
        self.bodies: list[dict[str, t.Any]] = []
        self.headers: list[dict[str, str]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.bodies.append(json.loads(body))
                receiver.headers.append(dict(self.headers))
                answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                self.send_response(answer)
                if answer == 302:
                    self.send_header("Location", receiver.url + "/elsewhere")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def closed_url() -> str:
    """Return a URL on loopback where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/hook"


class Place:
    """The directories and the configuration of a host's hooks, in a directory of the test's."""

    def __init__(self, root: pathlib.Path, *webhooks: dict[str, t.Any], **more: t.Any) -> None:
        self.root = root
        for name in ("events", "requests", "notify.d", "reconfigure.d", "state"):
            (root / name).mkdir(exist_ok=True)
        self.log = root / "log"
        self.sentinel_file = root / "sentinel.conf"
        self.configuration = root / "hooks.json"
        settings = {
            "log": str(self.log),
            "log_events": ["*"],
            "spool": str(root),
            "sentinel": "127.0.0.1:26379",
            "sentinel_file": str(self.sentinel_file),
            "attempts": 1,
            "webhooks": [{"events": ["+switch-master", "+odown"], "timeout": 2, **one} for one in webhooks],
            "notify_scripts": str(root / "notify.d"),
            "reconfigure_scripts": str(root / "reconfigure.d"),
            **more,
        }
        self.configuration.write_text(json.dumps(settings))

    def lines(self) -> list[dict[str, t.Any]]:
        """Return what is in the log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def requests(self) -> list[dict[str, t.Any]]:
        """Return the requests that wait, the oldest first."""
        return [json.loads(path.read_text()) for path in sorted((self.root / "requests").glob("*.json"))]

    def start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program as Sentinel does, but with this configuration."""
        run = f"import {program}; sys.exit({program}.main(sys.argv[2:], sys.argv[1]))"
        code = f"import sys; sys.path.insert(0, {str(FILES)!r}); {run}"
        return subprocess.Popen([sys.executable, "-c", code, str(self.configuration), *arguments])
