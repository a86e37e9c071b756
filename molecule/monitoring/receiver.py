# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A webhook that keeps what Alertmanager sends: one line of JSON for each alert."""

import http.server
import json
import pathlib
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    """Keep the alerts of a notification."""

    def do_POST(self) -> None:
        """Append its alerts to the file."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with pathlib.Path(sys.argv[1]).open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(alert) + "\n" for alert in body["alerts"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


http.server.HTTPServer(("127.0.0.1", 9999), Handler).serve_forever()
