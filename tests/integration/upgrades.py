# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upgrade of a deployment on loopback: another engine or release is installed below it, and its members follow.

The edge is UPGRADE_FROM and UPGRADE_TO, names of laid out engines; by default the one that ``make engines`` provides.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import typing as t

import redis

from .engines import name, servers
from .module_runner import converged
from .rolling import ADDRESS, Deployment

OLD = os.environ.get("UPGRADE_FROM", "redis-7.0.15")
NEW = os.environ.get("UPGRADE_TO", "valkey-8.0.1")
LIBRARY = "#!lua name=mylib\nredis.register_function('twice', function(keys, args) return args[1] * 2 end)"


def program(engine: str) -> pathlib.Path:
    """Return the server program of an engine by its name; a missing one fails."""
    return next(server for server in servers() if name(server) == engine)


def version(engine: str) -> str:
    """Return engine and version as the modules name them."""
    return engine.replace("-", " ")


def install(deployment: Deployment, engine: str, settings: t.Mapping[str, t.Any], **options: t.Any) -> None:
    """Lay another engine below the instances as site.yml does: their files are for it, and their processes go on."""
    deployment.server = program(engine)
    converged("instance", deployment.config(settings, **options))


def needs(engine: str, names: t.Iterable[str]) -> list[dict[str, t.Any]]:
    """Return what the inventory has of members that are to run another engine."""
    reason = [f"will run {version(engine)}"]
    return [{"node": one, "reasons": reason, "installed": version(engine)} for one in names]


def plan(deployment: Deployment, engine: str, **others: t.Any) -> dict[str, t.Any]:
    """Return the plan of the upgrade of all members that still run something else."""
    left = [one for one, runs in versions(deployment).items() if runs != version(engine)]
    options = {"needs": needs(engine, left), "change_release": True, **deployment.migrating(), **others}
    return converged("rolling_step", deployment.options(**options), check=True)


def roll(deployment: Deployment, engine: str, **others: t.Any) -> list[str]:
    """Bring all members to the engine, and return what was done."""
    known = plan(deployment, engine, **others)
    return deployment.roll(known, change_release=True, **others)


def versions(deployment: Deployment) -> dict[str, str]:
    """Return what each member runs, by redis-py's own client."""
    found = {}
    for one in deployment.members():
        with deployment.member(int(one.rpartition(":")[2])) as client:
            info = t.cast("dict[str, t.Any]", client.info("server"))
        is_valkey = info.get("server_name") == "valkey"
        found[one] = f"valkey {info['valkey_version']}" if is_valkey else f"redis {info['redis_version']}"
    return found


def fill(application: t.Any) -> None:
    """Write keys of all plain types, half of them with an end of their time."""
    for number in range(20):
        for kind, write in WRITERS.items():
            key = f"{kind}:{number}"
            write(application, key)
            if number % 2:
                application.pexpireat(key, 4102444800000 + number)
    application.xgroup_create("stream:0", "group", id="0")
    application.xreadgroup("group", "reader", {"stream:0": ">"}, count=1)


WRITERS: dict[str, t.Callable[[t.Any, str], t.Any]] = {
    "string": lambda client, key: client.set(key, f"value of {key}"),
    "list": lambda client, key: client.rpush(key, *range(100)),
    "set": lambda client, key: client.sadd(key, *range(100), "word"),
    "hash": lambda client, key: client.hset(key, mapping={str(number): "x" * number for number in range(100)}),
    "zset": lambda client, key: client.zadd(key, {f"member {number}": number for number in range(100)}),
    "stream": lambda client, key: client.xadd(key, {"field": "value"}, id="1-1"),
}
READERS: dict[str, t.Callable[[t.Any, str], t.Any]] = {
    "string": lambda client, key: client.get(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: sorted(client.smembers(key)),
    "hash": lambda client, key: client.hgetall(key),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    "stream": lambda client, key: client.xrange(key),
}


def contents(application: t.Any) -> dict[str, t.Any]:
    """Return what ``fill`` wrote, with the ends of its time, as the application sees it."""
    found: dict[str, t.Any] = {}
    for number in range(20):
        for kind, read in READERS.items():
            key = f"{kind}:{number}"
            found[key] = (read(application, key), application.pexpiretime(key))
    found["group"] = application.xpending("stream:0", "group")["pending"]
    return found


def load_library(deployment: Deployment, code: str = LIBRARY) -> None:
    """Load a library of functions at each primary."""
    for port in deployment.primaries():
        with deployment.client(port) as client:
            client.function_load(code)


def libraries(deployment: Deployment) -> dict[str, list[str]]:
    """Return the names of each instance's libraries."""
    found = {}
    for port in deployment.ports:
        with deployment.client(port) as client:
            # Flat lists or dictionaries, by the version of redis-py.
            listed = t.cast("list[t.Any]", client.function_list())
        given = [one if isinstance(one, dict) else dict(zip(one[::2], one[1::2])) for one in listed]
        found[f"{ADDRESS}:{port}"] = [str(one["library_name"]) for one in given]
    return found


def break_link(client: redis.Redis, primary: redis.Redis) -> None:
    """Cut a replica off from its primary for longer than the backlog is: it has to ask for a full sync."""
    password = t.cast("dict[str, str]", client.config_get("masterauth"))["masterauth"]
    client.config_set("masterauth", "mistaken")
    primary.execute_command("CLIENT", "KILL", "TYPE", "replica")
    for number in range(200):
        # In a cluster, those keys that are of this shard.
        with contextlib.suppress(redis.exceptions.ResponseError):
            primary.set(f"filler:{number}", "x" * 10000)
    client.config_set("masterauth", password)
