# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables about directives and commands hold for every engine.  Servers on Unix sockets, no port."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import tempfile
import typing as t

import pytest
import redis
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives_cutoff import RENAMABLE
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives_lists import ON_ONE_LINE

from .engines import name, servers
from .fleet import until

# Two lines each, and what the engine makes of the two of them.
TWO_LINES = {
    "save": (["900 1", "300 10"], "900 1 300 10"),
    "bind": (["127.0.0.1", "127.0.0.2"], "127.0.0.2"),
    "oom-score-adj-values": (["0 200 800", "0 200 700"], "0 200 700"),
    "latency-tracking-info-percentiles": (["50", "99"], "99"),
    "notify-keyspace-events": (["K", "E"], "E"),
    "maxmemory": (["1mb", "2mb"], "2097152"),
}
ONE_LINE = {
    "bind": "127.0.0.1 127.0.0.2",
    "oom-score-adj-values": "0 200 700",
    "latency-tracking-info-percentiles": "50 99",
    "shutdown-on-sigint": "nosave force",
    "shutdown-on-sigterm": "nosave force",
}


@contextlib.contextmanager
def server(binary: pathlib.Path, *lines: str) -> t.Iterator[redis.Redis]:
    """Yield a connection to a server with these lines, on a Unix socket."""
    with tempfile.TemporaryDirectory() as directory:
        own = [f"dir {directory}", "port 0", f"unixsocket {directory}/s"]
        process = subprocess.Popen([str(binary), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert process.stdin is not None
        process.stdin.write("\n".join([*lines, *own, ""]))
        process.stdin.close()
        try:
            until((pathlib.Path(directory) / "s").exists, "a server on a Unix socket")
            with redis.Redis(unix_socket_path=f"{directory}/s", decode_responses=True) as client:
                yield client
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("binary", servers(), ids=name)
def test_lines_add_up_where_the_table_says_so_and_only_there(binary):
    lines = [f"{directive} {text}" for directive, (texts, _shown) in TWO_LINES.items() for text in texts]
    with server(binary, *lines, "client-output-buffer-limit replica 1 1 1") as client:
        shown = {directive: client.config_get(directive)[directive] for directive in TWO_LINES}
        limits = client.config_get("client-output-buffer-limit")["client-output-buffer-limit"]
    assert shown == {directive: text for directive, (_texts, text) in TWO_LINES.items()}
    assert limits == "normal 0 0 0 slave 1 1 1 pubsub 33554432 8388608 60"


@pytest.mark.parametrize("binary", servers(), ids=name)
def test_one_line_takes_several_values_where_the_table_says_so(binary):
    # Valkey alone has RDMA, and only if it is built in.
    assert set(ONE_LINE) == ON_ONE_LINE - {"rdma-bind"}
    with server(binary, *(f"{directive} {text}" for directive, text in ONE_LINE.items())) as client:
        assert {directive: client.config_get(directive)[directive] for directive in ONE_LINE} == ONE_LINE


@pytest.mark.parametrize("binary", servers(), ids=name)
def test_no_command_that_may_be_renamed_is_written_to_replicas(binary):
    with server(binary) as client:
        written = {str(command).partition("|")[0] for command in client.execute_command("ACL", "CAT", "write")}
        known = client.command()
    assert len(written) > 90
    assert RENAMABLE.isdisjoint(written)
    assert set(known) >= RENAMABLE
