# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health endpoint beside what a user would write instead: an http.server that runs redis-cli ping for each request.

The same clients ask both, each request on a connection of its own, as load balancers do; a healthy server, and a frozen
one. The script is given a deadline for redis-cli of 1 s, as the endpoint has one.  Figures are requests per second, and
the time within which 99 % of them were answered.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import math
import pathlib
import socket
import statistics
import subprocess
import sys
import threading
import time
import typing as t

from tests.integration.endpoint import PREFIX, Endpoint, let_in
from tests.integration.engines import engines
from tests.integration.fleet import PASSWORD, Fleet, until

FIRST_PORT = 26300
SCRIPT = """
import http.server, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            pong = subprocess.run(sys.argv[2:], capture_output=True, timeout=1).stdout == b"PONG\\n"
        except subprocess.TimeoutExpired:
            pong = False
        self.send_response(200 if pong else 503)
        self.end_headers()
    def log_message(self, *arguments):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


class Seen(t.NamedTuple):
    """Requests per second, and milliseconds within which 99 % were answered."""

    rate: float
    p99: float


def main() -> None:
    """Run the benchmark and print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--clients", type=int, default=8)
    arguments = parser.parse_args()
    print(f"{arguments.clients} clients, {arguments.seconds:g} s; medians of {arguments.runs} runs")
    print("engine            server    script: req/s  p99 [ms]    endpoint: req/s  p99 [ms]    ratio of req/s")
    for engine in engines():
        for frozen in (False, True):
            script, endpoint = [], []
            for _run in range(arguments.runs):
                # What the servers log is for tests that fail.
                with contextlib.redirect_stdout(io.StringIO()):
                    first, second = measured(engine, frozen, arguments.clients, arguments.seconds)
                script.append(first)
                endpoint.append(second)
            a, b = (Seen(*(statistics.median(each) for each in zip(*column))) for column in (script, endpoint))
            print(
                f"{engine.parent.name:16}  {'frozen' if frozen else 'healthy':8}  {a.rate:13.0f}  {a.p99:8.1f}"
                f"  {b.rate:17.0f}  {b.p99:8.1f}  {b.rate / a.rate:16.1f}",
                flush=True,
            )


def measured(engine: pathlib.Path, frozen: bool, clients: int, seconds: float) -> tuple[Seen, Seen]:
    """Ask the script and the endpoint about one fresh server."""
    with Fleet(engine, 1, FIRST_PORT + 2, cluster_enabled="no") as fleet:
        let_in(fleet)
        server = fleet.ports[0]
        ping = [fleet.program("cli"), "-p", str(server), "-a", PASSWORD, "--no-auth-warning", "ping"]
        script = subprocess.Popen([sys.executable, "-c", SCRIPT, str(FIRST_PORT + 1), *ping])
        try:
            until(lambda: _listens(FIRST_PORT + 1), "the script to listen")
            with Endpoint(FIRST_PORT, fleet.ports) as endpoint:
                endpoint.until(200)
                if frozen:
                    fleet.freeze(server)
                    endpoint.until(503)
                code = 503 if frozen else 200
                return (
                    asked(FIRST_PORT + 1, "/", code, clients, seconds),
                    asked(FIRST_PORT, PREFIX, code, clients, seconds),
                )
        finally:
            script.kill()
            script.wait()


def asked(port: int, path: str, code: int, clients: int, seconds: float) -> Seen:
    """Ask for some seconds, and end when an answer is not the one that is due."""
    times: list[float] = []
    wrong: list[int] = []
    end = time.monotonic() + seconds

    def ask() -> None:
        while time.monotonic() < end and not wrong:
            began = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers={"Connection": "close"})
            response = connection.getresponse()
            response.read()
            connection.close()
            times.append(time.monotonic() - began)
            if response.status != code:
                wrong.append(response.status)

    began = time.monotonic()
    threads = [threading.Thread(target=ask) for _client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        sys.exit(f"port {port} answered {wrong}, expected {code}")
    ordered = sorted(times)
    return Seen(len(times) / (time.monotonic() - began), ordered[math.ceil(0.99 * len(ordered)) - 1] * 1000)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


if __name__ == "__main__":
    main()
