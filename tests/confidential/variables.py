# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of the roles hold secrets, as their argument specifications say, and a marked value for each."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import typing as t

import yaml

from .markers import Marker

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())


@dataclasses.dataclass(frozen=True)
class Secret:
    """One option that holds a secret: its path from the variable down, its type and its default."""

    role: str
    path: tuple[str, ...]
    type: str
    default: object = None

    @property
    def name(self) -> str:
        return ".".join(self.path)


@functools.cache
def secrets() -> tuple[Secret, ...]:
    """Return every option of every role that is marked ``no_log``, those inside of others included."""
    found = {
        (secret.role, secret.path): secret
        for role in ROLES
        for entry in specs(role.name).values()
        for secret in _within(role.name, (), entry["options"])
    }
    return tuple(found.values())


@functools.cache
def specs(role: str) -> dict[str, t.Any]:
    """Return the entry points of a role."""
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return t.cast("dict[str, t.Any]", yaml.safe_load(text)["argument_specs"])


def _within(role: str, path: tuple[str, ...], options: t.Mapping[str, t.Any]) -> t.Iterator[Secret]:
    for name, option in options.items():
        here = (*path, name)
        if option.get("no_log"):
            yield Secret(role, here, option["type"], option.get("default"))
        yield from _within(role, here, option.get("options", {}))


# Defaults that name another secret, and are none the less secrets of their own in real inventories.
INDEPENDENT = frozenset(
    ["redis_sentinel_admin_password", "redis_sentinel_peer_password", "redis_sentinel_exporter_password"]
)


def is_alias(secret: Secret) -> bool:
    """Return whether a secret's default is another secret, which it has to equal: a login at another server."""
    others = {other.path[0] for other in secrets()} - {secret.path[0]}
    return secret.name not in INDEPENDENT and any(other in str(secret.default) for other in others)


@functools.cache
def markers() -> dict[str, Marker]:
    """Return the marker of each secret that has a value of its own, by the secret's name."""
    own = sorted({secret.name for secret in secrets() if not is_alias(secret)})
    return {name: Marker(number, name) for number, name in enumerate(own)}


@functools.cache
def rotated() -> dict[str, Marker]:
    """Return a second marker for each of them: what an inventory has after all passwords were changed."""
    return {name: Marker(50 + marker.number, name) for name, marker in markers().items() if not name.endswith("_old")}


def marked(mark: t.Callable[[str], str]) -> dict[str, t.Any]:
    """Return all variables that hold secrets, marked, in the shapes that a working inventory gives them."""
    shapes = _shapes(mark)
    plain = {name: mark(name) for name in markers() if "." not in name and name not in shapes}
    return {**plain, **shapes}


def _shapes(mark: t.Callable[[str], str]) -> dict[str, t.Any]:
    """Return those that are no plain texts. A new one that is missing here is missed by the test that counts."""
    return {
        "redis_node_secret_config": {"tls-key-file-pass": mark("redis_node_secret_config")},
        "redis_node_users": [
            {
                "name": "app",
                "password": mark("redis_node_users.password"),
                "passwords": [mark("redis_node_users.passwords")],
                "rules": "+@all ~*",
            }
        ],
        "redis_sentinel_users": [
            {
                "name": "watcher",
                "password": mark("redis_sentinel_users.password"),
                "passwords": [mark("redis_sentinel_users.passwords")],
                "rules": "+ping",
            }
        ],
        "redis_hooks_webhooks": [
            {
                # Nothing listens there: what the hook reports goes to its log.
                "url": f"http://127.0.0.1:9/hook?token={mark('redis_hooks_webhooks.url')}",
                "headers": {"Authorization": f"Bearer {mark('redis_hooks_webhooks.headers')}"},
            }
        ],
        "redis_hooks_applications": [
            {
                "set": "main",
                "env_file": "/etc/application.env",
                "user": "app",
                "password": mark("redis_hooks_applications.password"),
            }
        ],
        "redis_client_connections": [
            {
                "name": "queue",
                "topology": "sentinel",
                "set": "main",
                "user": "app",
                "password": mark("redis_client_connections.password"),
                "sentinel_password": mark("redis_client_connections.sentinel_password"),
                "environment_password": True,
            },
            {
                "name": "cache",
                "topology": "cluster",
                "user": "app",
                "password": mark("redis_client_connections.password"),
            },
        ],
        "redis_monitoring_webhook_url": f"http://127.0.0.1:9/alert?token={mark('redis_monitoring_webhook_url')}",
        "redis_monitoring_alertmanager_config": {
            "global": {"smtp_auth_password": mark("redis_monitoring_alertmanager_config")}
        },
    }
