# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No module prints a secret that it is given, in whatever shape: not with -vvv and --diff, not when it refuses it.

Modules run in check mode in this process, against an address where nothing listens: their messages are checked.
"""

from __future__ import annotations

import grp
import importlib
import json
import os
import pathlib
import pwd
import typing as t

import pytest
from ansible.module_utils import basic

from tests.confidential.markers import Marker, Search
from tests.confidential.variables import ROOT
from tests.unit.test_secrets import options_of

SECRET = Marker(99, "an-option")
SEARCH = Search([SECRET])
# The file of an action holds its documentation alone.
ACTIONS = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
MODULES = sorted({path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")} - ACTIONS)
# What an inventory may make of a password: each is given in turn to every option that takes a secret.
SHAPES: dict[str, object] = {
    "as it should be": SECRET.value,
    "with a space": f"{SECRET.value} {SECRET.value}",
    "with quotes": f"{SECRET.value}'\"",
    "with a backslash": f"{SECRET.value}\\",
    "with two lines": f"{SECRET.value}\n{SECRET.value}",
    "that is not ASCII": f"{SECRET.value}é",
    # Ansible takes what is between a colon and an @ for a password, and blanks that part of the secret only.
    "with addresses": f"http://example.com {SECRET.value} by: you@example.com",
    "in a list": [SECRET.value],
    "in a dictionary": {"vault": SECRET.value},
    "in a list of dictionaries": [{"vault": [SECRET.value]}],
}
VALUES: dict[str, object] = {
    "str": "text",
    "int": 1,
    "float": 0.1,
    "bool": False,
    "path": "/nonexistent",
    "dict": {},
    "raw": "text",
}
ME = {"user": pwd.getpwuid(os.geteuid()).pw_name, "group": grp.getgrgid(os.getegid()).gr_name}
# As module preflight returns it, which has no options for it.
MEMBER = {
    "host": "text",
    "address": "127.0.0.1",
    "port": 1,
    "bus_port": None,
    "listening": False,
    "deployment": "main",
    "clock": None,
}
BY_NAME: dict[str, object] = {"address": "127.0.0.1", "port": 1, **ME, "timeout": 0.5, "members": MEMBER}

# An engine that prints all that it was given, as a line that it does not understand.
TELLTALE = """#!/bin/sh
if [ "$1" = --version ]; then echo 'Redis server v=7.0.15 sha=0 malloc=libc bits=64 build=0'; exit; fi
echo '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***'
echo 'Reading the configuration file, at line 1'
echo ">>> '$(cat - ./*.* | tr '\\n' ' ')'"
exit 1
"""


def plausible(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments that a module takes: those that it requires, and all deadlines short."""
    return {
        name: value_of(name, option)
        for name, option in options.items()
        if option.get("required") or name in BY_NAME or option["type"] == "float"
    }


def value_of(name: str, option: t.Mapping[str, t.Any]) -> t.Any:
    if "choices" in option:
        return option["choices"][0]
    if "options" in option:
        inner = plausible(option["options"])
        return [inner] if option["type"] == "list" else inner
    if option["type"] == "list":
        return [value_of(name, {"type": option.get("elements", "str")})]
    return BY_NAME.get(name, VALUES[option["type"]])


def secret_paths(options: t.Mapping[str, t.Any], path: tuple[str, ...] = ()) -> t.Iterator[tuple[str, ...]]:
    for name, option in options.items():
        if option.get("no_log"):
            yield (*path, name)
        yield from secret_paths(option.get("options", {}), (*path, name))


def with_secret(
    arguments: dict[str, t.Any], options: t.Mapping[str, t.Any], path: tuple[str, ...], value: object
) -> dict[str, t.Any]:
    """Return the arguments with a value at a path; what is missing on the way is made."""
    name, *rest = path
    if not rest:
        return {**arguments, name: {"tls-key-file-pass": value} if options[name]["type"] == "dict" else value}
    option = options[name]
    inner = with_secret(plausible(option["options"]), option["options"], tuple(rest), value)
    return {**arguments, name: [inner] if option["type"] == "list" else inner}


CASES = [
    pytest.param(module, path, id=f"{module} {'.'.join(path)}")
    for module in MODULES
    for path in secret_paths(options_of(module))
]


def run(module: str, arguments: t.Mapping[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"_ansible_check_mode": True, "_ansible_diff": True, "_ansible_verbosity": 3, "_ansible_remote_tmp": "/tmp"}
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, **told}}).encode()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", given)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    loaded = importlib.import_module(f"ansible_collections.almashooq.redis.plugins.modules.{module}")
    with pytest.raises(SystemExit):
        loaded.main()


@pytest.mark.parametrize(("module", "path"), CASES)
def test_a_module_prints_no_secret(
    module: str,
    path: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
) -> None:
    (tmp_path / "server").write_text(TELLTALE)
    (tmp_path / "server").chmod(0o755)
    monkeypatch.setitem(BY_NAME, "server", str(tmp_path / "server"))
    options = options_of(module)
    logged: list[str] = []
    monkeypatch.setattr(
        basic.AnsibleModule, "log", lambda _self, text, log_args=None: logged.append(f"{text} {log_args}")
    )
    leaks = []
    for shape, value in SHAPES.items():
        run(module, with_secret(plausible(options), options, path, value), monkeypatch)
        printed = capsys.readouterr()
        leaks += SEARCH.leaks("\n".join([printed.out, printed.err, *logged]), shape)
    assert leaks == []
