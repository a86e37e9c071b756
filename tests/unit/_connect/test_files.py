# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory to the files by which applications connect."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._connect import render
from ansible_collections.almashooq.redis.plugins.module_utils._connect.inventory import connections
from ansible_collections.almashooq.redis.plugins.module_utils._connect.model import Connection
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

ADDRESSES = {"alpha": "192.0.2.11", "bravo": "192.0.2.12", "charlie": "2001:db8::13"}
DEFAULTS = {
    "directory": "/etc/redis-client",
    "file_group": "web",
    "sentinel_group": "redis_sentinel",
    "replication_group": "redis_replication",
    "cluster_group": "redis_cluster",
    "sentinel_user": "client",
    "sentinel_password": "sesame",
}
GROUPS = {"redis_replication": list(ADDRESSES), "redis_sentinel": list(ADDRESSES), "redis_cluster": ["delta"]}
CACHE = {"name": "cache", "topology": "sentinel", "set": "main", "user": "app", "password": "tray"}
SHOP = {"name": "shop", "topology": "cluster", "user": "app", "password": "tray"}


def member(host: str, address: str, port: int) -> dict[str, t.Any]:
    where = {"address": address, "port": port, "host": host, "zone": host}
    return {**where, "deployment": "redis", "listening": True, "bus_port": None}


def hostvars(**others: t.Any) -> dict[str, dict[str, t.Any]]:
    hosts: dict[str, dict[str, t.Any]] = {
        host: {
            "redis_replication_sets": [{"name": "main", "primary": "alpha"}],
            "__redis_node_members": [member(host, address, 6379)],
            "__redis_sentinel_member": member(host, address, 26379),
        }
        for host, address in ADDRESSES.items()
    }
    hosts["delta"] = {"__redis_node_members": [member("delta", "192.0.2.14", port) for port in (7000, 7001)]}
    return {**hosts, **others}


def made(*given: dict[str, t.Any], **changes: t.Any) -> list[Connection]:
    return connections(list(given), hostvars(), {**GROUPS, **changes.pop("groups", {})}, {**DEFAULTS, **changes})


def content(connection: Connection, suffix: str) -> str | None:
    (file,) = [each for each in render.files(connection) if each.path == render.path(connection, suffix)]
    return file.content


def parsed(connection: Connection) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(content(connection, "json") or ""))


def variables(connection: Connection) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (content(connection, "env") or "").splitlines())  # type: ignore[misc]


def test_a_set_is_reached_by_all_its_sentinels() -> None:
    (cache,) = made(CACHE)
    assert parsed(cache)["sentinels"] == [{"host": address, "port": 26379} for address in ADDRESSES.values()]
    assert (parsed(cache)["topology"], parsed(cache)["set"]) == ("sentinel", "main")
    assert variables(cache)["REDIS_SENTINELS"] == "192.0.2.11:26379,192.0.2.12:26379,[2001:db8::13]:26379"
    assert "REDIS_CLUSTER_NODES" not in variables(cache)


def test_a_cluster_is_reached_by_all_its_nodes() -> None:
    (shop,) = made(SHOP)
    assert parsed(shop)["nodes"] == [{"host": "192.0.2.14", "port": port} for port in (7000, 7001)]
    assert variables(shop)["REDIS_CLUSTER_NODES"] == "192.0.2.14:7000,192.0.2.14:7001"
    assert content(shop, "sentinel-password") is None
    assert "REDIS_SENTINEL_SET" not in variables(shop)


def test_secrets_stand_in_files_of_their_own_that_the_others_name() -> None:
    (cache,) = made({**CACHE, "password": "a b'c\"$d\\"})
    assert content(cache, "password") == "a b'c\"$d\\"
    assert content(cache, "sentinel-password") == "sesame"
    assert parsed(cache)["password_file"] == "/etc/redis-client/cache.password"
    assert variables(cache)["REDIS_PASSWORD_FILE"] == "/etc/redis-client/cache.password"
    open_files = [file for file in render.files(cache) if not file.secret]
    assert [file.path for file in open_files] == ["/etc/redis-client/cache.env", "/etc/redis-client/cache.json"]
    assert not [file for file in open_files if "sesame" in str(file.content) or "a b" in str(file.content)]


def test_an_environment_with_the_password_is_a_secret() -> None:
    (cache,) = made({**CACHE, "environment_password": True})
    assert variables(cache)["REDIS_PASSWORD"] == "tray"
    assert [file.secret for file in render.files(cache)] == [True, False, True, True]


def test_servers_without_login_have_no_password_files() -> None:
    (cache,) = made({"name": "cache", "topology": "sentinel", "set": "main", "sentinel_user": ""})
    assert [content(cache, suffix) for suffix in ("password", "sentinel-password")] == [None, None]
    assert (parsed(cache)["username"], parsed(cache)["sentinel_username"]) == (None, None)
    assert "REDIS_USERNAME" not in variables(cache)


def test_tls_is_for_sentinels_too_unless_told() -> None:
    tls = {"tls": True, "ca_file": "/etc/ssl/redis.pem"}
    both, servers = made({**CACHE, **tls}, {**CACHE, "name": "other", **tls, "sentinel_tls": False})
    assert (parsed(both)["tls"], parsed(both)["sentinel_tls"], parsed(both)["ca_file"]) == (True, True, tls["ca_file"])
    assert (parsed(servers)["tls"], parsed(servers)["sentinel_tls"]) == (True, False)
    assert variables(both)["REDIS_TLS_CA_FILE"] == tls["ca_file"]


def test_an_absent_connection_keeps_none_of_its_files() -> None:
    (gone,) = made({"name": "cache", "state": "absent"}, groups={"redis_sentinel": []})
    assert {file.content for file in render.files(gone)} == {None}
    assert [pathlib.Path(file.path).name for file in render.files(gone)] == [
        "cache.env", "cache.json", "cache.password", "cache.sentinel-password",
    ]  # fmt: skip


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "a name with a slash": ({"name": "../cache"}, "is not a valid name for a connection"),
    "a name with a newline": ({"name": "cache\n"}, "is not a valid name for a connection"),
    "a topology that is none": ({"topology": "mesh"}, "has topology 'mesh'"),
    "no set": ({"set": ""}, "names no set"),
    "an unknown set": ({"set": "mein"}, "names the set 'mein'; there are: main"),
    "a password without a user": ({"user": ""}, "password and no user"),
    "a user without a password": ({"password": ""}, "no password"),
    "a password with a newline": ({"password": "tr\nay"}, "control characters"),
    "a user with a blank": ({"user": "my app"}, "REDIS_USERNAME"),
    "an environment password with a quote": ({"password": "tr'ay", "environment_password": True}, "REDIS_PASSWORD"),
    "a database below 0": ({"db": -1}, "database -1"),
    "a group with a blank": ({"group": "web app"}, "group 'web app'"),
    "a prefix with a dash": ({"prefix": "MY-APP"}, "prefix 'MY-APP'"),
    "a CA file without its path": ({"tls": True, "ca_file": "ca.pem"}, "ca_file 'ca.pem'"),
    "a certificate without its key": ({"tls": True, "cert_file": "/c.pem"}, "only one of cert_file and key_file"),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_is_refused(changes: dict[str, t.Any], message: str) -> None:
    with pytest.raises(Refused) as raised:
        made({**CACHE, **changes})
    assert message in str(raised.value)
    assert not {"tr'ay", "tr\nay", "tray"}.intersection(str(raised.value).split())
    assert "\n" not in str(raised.value)


def test_two_connections_of_one_name_are_refused() -> None:
    with pytest.raises(Refused, match="two connections 'cache'"):
        made(CACHE, {**SHOP, "name": "cache"})


def test_a_set_without_sentinels_is_refused() -> None:
    with pytest.raises(Refused, match="there is none in group redis_sentinel"):
        made(CACHE, groups={"redis_sentinel": []})


def test_sentinels_that_take_no_part_in_the_run_are_refused() -> None:
    hosts = hostvars()
    del hosts["bravo"]["__redis_sentinel_member"]
    with pytest.raises(Refused, match="take no part in this run: bravo"):
        connections([CACHE], hosts, GROUPS, DEFAULTS)


def test_a_cluster_without_nodes_is_refused() -> None:
    with pytest.raises(Refused, match="it has no node in group redis_cluster"):
        made({**SHOP, "deployment": "another"})


def test_a_cluster_has_one_database() -> None:
    with pytest.raises(Refused, match="a cluster has 0 alone"):
        made({**SHOP, "db": 1})


def test_no_sentinel_password_is_refused() -> None:
    with pytest.raises(Refused, match="no sentinel_password"):
        made(CACHE, sentinel_password="")


# Every printable character that is let through has to mean itself to a shell.
PRINTABLE = "".join(chr(code) for code in range(33, 127))


def test_a_shell_reads_the_environment_file_as_it_is_meant(tmp_path: pathlib.Path) -> None:
    password = "".join(sign for sign in PRINTABLE if render.PLAIN.fullmatch(sign))
    assert len(password) > 70
    (cache,) = made({**CACHE, "password": password, "environment_password": True, "prefix": "CACHE"})
    file = tmp_path / "cache.env"
    file.write_text(content(cache, "env") or "")
    shells = [shell for shell in ("sh", "bash", "dash") if shutil.which(shell)]
    assert shells
    for shell in shells:
        run = subprocess.run(
            [shell, "-c", f'set -a; . {file}; printf %s "$CACHE_PASSWORD"'], capture_output=True, text=True, check=True
        )
        assert run.stdout == password
    # Docker and systemd take what is after the first "=" to the line's end; quotes and backslashes would differ.
    assert variables(cache)["CACHE_PASSWORD"] == password
    assert not set(password) & set("\"'\\$`#~!*?(){}<>|&; ")
