# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action: its options are those that are documented, where it writes, and what it returns."""

from __future__ import annotations

import os
import pathlib
import types
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible_collections.almashooq.redis.plugins.action.acceptance_report import OPTIONS, ActionModule
from ansible_collections.almashooq.redis.plugins.modules import acceptance_report

from . import results


def run(playbooks: pathlib.Path, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    loader = DataLoader()
    loader.set_basedir(str(playbooks))
    task = types.SimpleNamespace(args=options, check_mode=check, diff=True, async_val=0, action="acceptance_report")
    shell = types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir=None))
    action = ActionModule(
        task=task, connection=shell, play_context=None, loader=loader, templar=None, shared_loader_obj=None
    )
    return t.cast("dict[str, t.Any]", action.run())


def test_the_options_are_those_of_the_documentation() -> None:
    def shape(options: dict[str, t.Any], inner: str) -> dict[str, t.Any]:
        kept = ("type", "required", "default")
        return {
            name: ({key: one[key] for key in kept if key in one}, shape(one.get(inner, {}), inner))
            for name, one in options.items()
        }

    documented = yaml.safe_load(acceptance_report.DOCUMENTATION)["options"]
    assert shape(OPTIONS, "options") == shape(documented, "suboptions")


def test_a_relative_directory_is_beside_the_playbook(tmp_path: pathlib.Path) -> None:
    written = run(tmp_path, result=results.result(), directory="reports")
    assert written["html"] == str(tmp_path / "reports" / "shop" / "2026-05-01T10-00-00.000.html")
    assert pathlib.Path(written["html"]).read_text().startswith("<!DOCTYPE html>\n<html")


def test_an_absolute_directory_and_one_of_the_home_are_taken_as_they_are(tmp_path: pathlib.Path) -> None:
    assert run(tmp_path, check=True, result=results.result(), directory="/srv")["html"].startswith("/srv/shop/")
    home = os.path.expanduser("~/reports/shop/")
    assert run(tmp_path, check=True, result=results.result(), directory="~/reports")["html"].startswith(home)
    assert list(tmp_path.iterdir()) == []


def test_everybody_can_read_the_files_and_their_owner_can_write_them(tmp_path: pathlib.Path) -> None:
    before = os.umask(0o077)
    try:
        run(tmp_path, result=results.result(), directory=str(tmp_path))
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "shop").iterdir()} == {0o644}


def test_a_secret_is_blanked_wherever_it_stands(tmp_path: pathlib.Path) -> None:
    result = results.result()
    result["items"][0]["summary"] = "requirepass is correct horse"
    assert "correct horse" not in str(run(tmp_path, check=True, result=result, directory="reports"))
    result["passed"] = "correct horse"
    refusal = run(tmp_path, result=result, directory="reports")
    assert refusal["failed"] is True
    assert "correct horse" not in str(refusal)


def test_a_misspelled_option_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AnsibleActionFail, match="kepp"):
        run(tmp_path, result=results.result(), directory="reports", kepp=3)


def test_values_that_ansible_has_not_decrypted_yet_are_text(tmp_path: pathlib.Path) -> None:
    class Encrypted:
        def __str__(self) -> str:
            return "noeviction"

    result = results.result()
    result["nodes"][0]["settings"]["maxmemory-policy"] = Encrypted()
    written = run(tmp_path, result=result, directory="reports")
    assert written["result"]["nodes"][0]["settings"]["maxmemory-policy"] == "noeviction"
    assert "noeviction" in pathlib.Path(written["html"]).read_text()
