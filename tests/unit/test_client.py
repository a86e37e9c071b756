# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection that several threads use: steps that concern one server are done side by side."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._client import Access, Client, gather

THREADS, ROUNDS, COMMANDS = 4, 20, 3


class Echo(socketserver.StreamRequestHandler):
    """Answers each command with its last word, after a moment in which other threads have their turn."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = [self._word() for _each in range(int(line[1:]))]
            time.sleep(0.0005)
            self.wfile.write(b"$%d\r\n%s\r\n" % (len(words[-1]), words[-1]))

    def _word(self) -> bytes:
        length = int(self.rfile.readline()[1:])
        return self.rfile.read(length + 2)[:-2]


@contextlib.contextmanager
def echoing() -> t.Iterator[int]:
    """Serve on loopback; the value is the port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def test_each_thread_gets_the_answers_to_its_own_commands() -> None:
    with echoing() as port, Client("127.0.0.1", port, Access(timeout=5.0)) as client:

        def ask(thread: int) -> list[list[str]]:
            return [
                client.pipeline([("ECHO", f"{thread} {one} {command}") for command in range(COMMANDS)])
                for one in range(ROUNDS)
            ]

        answers = gather(ask, range(THREADS), THREADS)
    assert answers == [
        [[f"{thread} {one} {command}" for command in range(COMMANDS)] for one in range(ROUNDS)]
        for thread in range(THREADS)
    ]
