# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of the runbooks can be copied: playbooks, variables, units and paths are those of the roles' defaults."""

from __future__ import annotations

import pathlib
import re
import shlex
import typing as t

import pytest
import yaml

from .test_snippets import VARIABLES, check

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("Redis*.md"))
BLOCK = re.compile(r"^ *```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:ansible-playbook|systemctl|journalctl|curl) [^`]+)`")


def default(role: str, name: str) -> str:
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    return str(defaults[name])


UNITS = {
    default("redis_node", "redis_node_unit") + "@",
    f"{default('redis_sentinel', 'redis_sentinel_unit')}@{default('redis_sentinel', 'redis_sentinel_port')}",
    default("redis_exporter", "redis_exporter_unit"),
    default("redis_endpoint", "redis_endpoint_unit"),
}
PATHS = (
    default("redis_node", "redis_node_log_dir") + "/$PORT.log",
    default("redis_node", "redis_node_data_dir"),
    f"{default('redis_sentinel', 'redis_sentinel_log_dir')}/{default('redis_sentinel', 'redis_sentinel_port')}.log",
    default("redis_hooks", "redis_hooks_log"),
)
URLS = (
    f":{default('redis_endpoint', 'redis_endpoint_port')}{default('redis_endpoint', 'redis_endpoint_path')}",
    f":{default('redis_exporter', 'redis_exporter_port')}/scrape?target=redis://$ADDRESS:$PORT",
)


def commands(path: pathlib.Path) -> t.Iterator[list[str]]:
    """Yield the words of each command of a page."""
    text = path.read_text(encoding="utf-8")
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            yield shlex.split(line, comments=True)
    for command in INLINE.findall(text):
        yield shlex.split(command)


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_page_has_commands_that_exist(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert BLOCK.search(text)
    for words in commands(path):
        check(words)
        if words[0] in ("systemctl", "journalctl") and words[-1].startswith("redis-"):
            assert words[-1] in UNITS or words[-1].partition("@")[0] + "@" in UNITS
        for word in words[1:]:
            if word.startswith("/var/"):
                assert word.startswith(PATHS)
        if words[0] == "curl":
            assert words[1].startswith("http://")
            assert words[1].endswith(URLS)


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_block_sets_the_variables_that_it_uses(path: pathlib.Path) -> None:
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        assert set(re.findall(r"\$(\w+)", block)) <= set(re.findall(r"(?:^| )([A-Z]+)=", block)) | inherited(path)


def inherited(path: pathlib.Path) -> set[str]:
    """Return what the first block of a page with variables has set, which later ones go on with."""
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        names = set(re.findall(r"(?:^| )([A-Z]+)=", block))
        if names:
            return names
    return set()


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_no_command_asks_for_a_password(path: pathlib.Path) -> None:
    # A prompt would read the rest of a pasted block; in a pipe it is not even visible.
    clients = [words for words in commands(path) if words[0] == "redis-cli"]
    assert all(words.count("--user") == 1 and "--askpass" not in words for words in clients)
    assert bool(clients) == ("(README.md#the-password)" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_page_names_variables_of_roles(path: pathlib.Path) -> None:
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    # Metrics of the exporter begin alike.
    names = set(re.findall(r"`(redis_\w+)", text)) - {"redis_exporter_last_scrape_error"}
    assert names <= set(VARIABLES)
