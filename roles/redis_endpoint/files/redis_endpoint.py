# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of this host's instances over HTTP, for load balancers and people.

    GET PREFIX                  all instances, or the one of ?port=
    GET PREFIX/primary          200 only from a healthy primary;  PREFIX/replica likewise
    GET /metrics                for Prometheus

Requests are answered from what instances.py has seen last.  A client that is slow or silent is cut off.
"""

from __future__ import annotations

import collections
import http.server
import json
import os
import socket
import socketserver
import sys
import threading
import time
import typing as t
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import certificates
import connections
import instances
import maintenance
import pending

ROLES = ("primary", "replica")
Configuration = t.Mapping[str, t.Any]


class Refused(Exception):
    """A request that cannot be answered: its status code and the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Server(http.server.ThreadingHTTPServer):
    """The service: its instances, its counters, a bounded number of threads."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.address_family = socket.AF_INET6 if ":" in configuration["address"] else socket.AF_INET
        super().__init__((configuration["address"], configuration["port"]), Handler)
        self.watches = [
            instances.Watch(one["name"], one["address"], one["port"], configuration["login"])
            for one in configuration["instances"]
        ]
        self.requests: collections.Counter[int] = collections.Counter()
        self._lock = threading.Lock()
        self.open = connections.Open()
        tls = configuration["tls"]
        self._tls = certificates.Served(tls["certificate"], tls["key"]) if tls else None

    def server_bind(self) -> None:
        """Bind, without asking the DNS for the name of the address, which may take long and is used nowhere."""
        socketserver.TCPServer.server_bind(self)
        address, self.server_port = self.server_address[:2]
        self.server_name = str(address)

    def process_request(self, request: t.Any, client_address: t.Any) -> None:
        """Start a thread for a connection; when there are too many, the one that waits longest is closed."""
        if self.open.enter(request):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: t.Any, client_address: t.Any) -> None:
        """Serve a connection; TLS is negotiated here, where a silent client does not delay another."""
        plain = request
        try:
            request.settimeout(connections.LONGEST)
            if self._tls is not None:
                request = self._tls.context().wrap_socket(request, server_side=True, do_handshake_on_connect=False)
                self.open.replace(plain, request)
                request.do_handshake()
            super().process_request_thread(request, client_address)
        except OSError:
            self.shutdown_request(request)
        finally:
            self.open.leave(plain)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Pass over what a client did by going away; report everything else."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def count(self, code: int) -> None:
        """Count a request."""
        with self._lock:
            self.requests[code] += 1


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server_version = "redis-endpoint"
    sys_version = ""
    timeout = connections.LONGEST
    # An answer leaves in one piece: two small ones would wait for the client's acknowledgement in between.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Answer."""
        try:
            code, kind, body = self._answer()
        except Refused as refused:
            code, kind, body = refused.code, "application/json", _json({"status": "error", "reason": refused.reason})
        self._send(code, kind, body)
        self.server.open.answered(self.request)

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self.do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse in JSON what the library refuses; a method that is not there is one that is not allowed."""
        code = 405 if code == 501 else int(code)
        self.close_connection = True  # whatever body it has stays unread
        reason = "only GET and HEAD are allowed" if code == 405 else message or self.responses[code][0]
        self._send(code, "application/json", _json({"status": "error", "reason": reason}))

    def _send(self, code: int, kind: str, body: bytes) -> None:
        self.server.count(code)
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if code == 405:
            self.send_header("Allow", "GET, HEAD")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log no requests: there may be a thousand a second."""

    def _answer(self) -> tuple[int, str, bytes]:
        parts = urllib.parse.urlsplit(self.path)
        path = parts.path.rstrip("/") or "/"
        if path == "/metrics":
            return 200, "text/plain; version=0.0.4; charset=utf-8", metrics(self.server).encode()
        prefix = self.server.configuration["prefix"]
        if path != prefix and not path.startswith(prefix + "/"):
            raise Refused(404, f"there is {prefix}, {prefix}/primary, {prefix}/replica and /metrics")
        words = path[len(prefix) :].strip("/").split("/") if path != prefix else []
        role = words.pop(0) if words and words[0] in ROLES else ""
        given = words.pop(0) if words else urllib.parse.parse_qs(parts.query).get("port", [""])[0]
        if words:
            raise Refused(404, f"there is {prefix}, {prefix}/primary, {prefix}/replica and /metrics")
        return self._health(role, given)

    def _health(self, role: str, port: str) -> tuple[int, str, bytes]:
        watches = self.server.watches
        known = ", ".join(str(one.port) for one in watches)
        chosen = [one for one in watches if not port or str(one.port) == port]
        if not chosen:
            raise Refused(404, f"there is no instance on port {port[:20]!r}; there are: {known}")
        if role and len(chosen) > 1:
            raise Refused(400, f"name the instance as ?port=; there are: {known}")
        required = self.server.configuration["replica_link_required"]
        now = time.monotonic()
        answers = {one.instance: instances.evaluate(one.last, now, role, required) for one in chosen}
        ill = [name for name, one in answers.items() if one["status"] != "healthy"]
        mark = maintenance.own(self.server.configuration.get("maintenance") or {}) if ill else None
        if mark is not None:
            why = maintenance.text(mark, time.time())
            answers.update((name, {**answers[name], "reason": f"{why}: {answers[name]['reason']}"}) for name in ill)
        if len(chosen) == 1:
            body = {"instance": chosen[0].instance, **answers[chosen[0].instance]}
        else:
            reason = "; ".join(f"{name}: {answers[name]['reason']}" for name in ill)
            body = {
                "status": "unhealthy" if ill else "healthy",
                **({"reason": reason} if ill else {}),
                "instances": answers,
            }
        return (503 if ill else 200), "application/json", _json(body)


def metrics(server: Server) -> str:
    """Return the figures in Prometheus' text format."""
    now = time.monotonic()
    required = server.configuration["replica_link_required"]
    healthy = [
        (f'instance="{one.instance}"', int(instances.evaluate(one.last, now, "", required)["status"] == "healthy"))
        for one in server.watches
    ]
    ages = [(f'instance="{one.instance}"', round(now - one.last.monotonic, 3)) for one in server.watches if one.last]
    seen = [(f'instance="{one.instance}"', one.last.info) for one in server.watches if one.last]
    # What alerts need of INFO, and the exporter does not hand on.
    most = [(label, info["maxclients"]) for label, info in seen if isinstance(info.get("maxclients"), int)]
    good = [(label, info["min_slaves_good_slaves"]) for label, info in seen if "min_slaves_good_slaves" in info]
    places = server.configuration.get("pending") or {}
    counted = [
        (f'instance="{one.instance}"', pending.count(one.last.info, one.port, places))
        for one in server.watches
        if one.last
    ]
    waiting = [(label, number) for label, number in counted if number is not None]
    marked = [
        (f"out={json.dumps(mark.host, ensure_ascii=False)}", int(mark.until))
        for mark in maintenance.marks((server.configuration.get("maintenance") or {}).get("directory", ""))
    ]
    codes = [(f'code="{code}"', number) for code, number in sorted(server.requests.items())]
    ends = [(f'file="{path}"', time_) for path, time_ in certificates.ends(server.configuration["certificates"])]
    tables: tuple[tuple[str, str, str, list[tuple[str, t.Any]]], ...] = (
        ("redis_endpoint_healthy", "gauge", "Whether the instance is healthy.", healthy),
        ("redis_endpoint_observation_age_seconds", "gauge", "Age of the last check of the instance.", ages),
        ("redis_endpoint_max_clients", "gauge", "maxclients of the instance.", most),
        (
            "redis_endpoint_good_replicas",
            "gauge",
            "Replicas that count for min-replicas-to-write, where that is set.",
            good,
        ),
        (
            "redis_endpoint_restart_pending",
            "gauge",
            "Settings, program and unit that the instance takes over at its next start.",
            waiting,
        ),
        (
            "redis_endpoint_maintenance_until_timestamp_seconds",
            "gauge",
            "Until when a host is in maintenance, this one or another one of its deployments.",
            marked,
        ),
        ("redis_endpoint_requests_total", "counter", "Requests answered, by status code.", codes),
        (
            "redis_endpoint_certificate_expiry_timestamp_seconds",
            "gauge",
            "When the certificate expires, 0 if unreadable.",
            ends,
        ),
    )
    lines = []
    for name, kind, help_, values in tables:
        lines += [f"# HELP {name} {help_}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{{{labels}}} {value}" for labels, value in values]
    return "\n".join(lines) + "\n"


def _json(value: object) -> bytes:
    return (json.dumps(value) + "\n").encode()


def main() -> None:
    """Serve until ended."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        configuration = json.load(stream)
    with Server(configuration) as server:
        for watch in server.watches:
            watch.start()
        threading.Thread(target=server.open.reap, daemon=True).start()
        print(f"answers at {configuration['address']}:{configuration['port']}{configuration['prefix']}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
