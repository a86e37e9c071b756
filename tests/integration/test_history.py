# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of modules that form a cluster of real servers: of what was done, of what was killed, and of nothing else."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._history import store
from ansible_collections.almashooq.redis.plugins.module_utils._history.model import Record

from .action_runner import converged as acted
from .fleet import PASSWORD, Fleet, until
from .module_runner import converged, run_module, start_module
from .test_cluster import assert_complete, options

RUN_BY = {"host": "control1", "user": "alice", "playbook": "site.yml", "run": "ansible-local-1", "on": "redis1"}
OTHERS = {**RUN_BY, "user": "bob", "run": "ansible-local-2"}
# A file system of one page has room for a directory, and for no file.
FULL = 'mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs "$0" && exec "$@"'
READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"'


@pytest.fixture
def six(any_engine: pathlib.Path, first_port: int) -> t.Iterator[Fleet]:
    """Six fresh servers of one engine: what is recorded does not depend on it."""
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        yield fleet


def recording(fleet: Fleet, directory: pathlib.Path, run_by: t.Mapping[str, str] | None = None) -> dict[str, t.Any]:
    return options(fleet, run_by={**(run_by or RUN_BY), "deployment": "shop", "directory": str(directory)})


def records(directory: pathlib.Path) -> list[dict[str, t.Any]]:
    """Return the records as the module reads them."""
    found = converged("history_info", {"directory": str(directory), "runs": 0})
    assert found["unreadable"] == []
    return t.cast("list[dict[str, t.Any]]", found["records"])


def test_a_formation_is_recorded_step_by_step_and_what_changes_nothing_is_not(
    six: Fleet, tmp_path: pathlib.Path
) -> None:
    directory = tmp_path / "history"
    given = recording(six, directory)
    assert converged("cluster", given, check=True)["changed"]
    assert not directory.exists()
    formed = converged("cluster", given)
    (record,) = records(directory)
    assert [one["step"] for one in record["done"]] == [one["step"] for one in formed["done"]] == record["plan"]
    assert {name: record[name] for name in ("verb", "user", "controller", "playbook", "host", "deployments")} == {
        "verb": "cluster", "user": "alice", "controller": "control1", "playbook": "site.yml", "host": "redis1",
        "deployments": ["shop"],
    }  # fmt: skip
    assert (record["outcome"], record["steps"], record["error"]) == ("done", len(formed["done"]), "")
    assert record["began"] < record["ended"]
    assert record["seconds"] == pytest.approx(sum(one["seconds"] for one in _phases(formed["done"])), abs=5)
    # Nothing that the module was given is in it, and only its owner reads it.
    (path,) = directory.iterdir()
    assert PASSWORD not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert converged("cluster", given)["changed"] is False
    assert len(records(directory)) == 1


def test_what_ansible_blanks_in_a_result_is_blanked_in_the_record(six: Fleet, tmp_path: pathlib.Path) -> None:
    # A password that steps name all the same: it stands for any text by which a secret could get there.
    secret = f"127.0.0.1:{six.ports[0]}"
    formed = converged("cluster", {**recording(six, tmp_path), "password_old": secret})
    (path,) = tmp_path.iterdir()
    assert secret not in str(formed["plan"])
    assert secret not in path.read_text()
    assert "********" in path.read_text()


def _phases(done: t.Sequence[dict[str, t.Any]]) -> t.Iterator[dict[str, t.Any]]:
    """Yield one step of each phase: all of a phase have its seconds."""
    for index, one in enumerate(done):
        if not index or done[index - 1]["seconds"] != one["seconds"]:
            yield one


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_run_that_is_killed_is_visible_as_one_and_the_next_one_completes_it(
    six: Fleet, tmp_path: pathlib.Path, steps: int
) -> None:
    def begun() -> list[Record]:
        return [one for one in store.read(str(tmp_path), 0).records if one.step and one.steps >= steps]

    process = start_module("cluster", recording(six, tmp_path))
    until(lambda: bool(begun()), f"a record with {steps} steps")
    assert [one.outcome for one in begun()] == ["running"]
    process.kill()
    process.communicate()
    (record,) = records(tmp_path)
    assert (record["outcome"], record["ended"]) == ("interrupted", "")
    assert record["steps"] >= steps
    assert record["step"] in record["plan"]
    converged("cluster", recording(six, tmp_path, OTHERS))
    assert_complete(six)
    assert [(one["user"], one["outcome"]) for one in records(tmp_path)] == [("bob", "done"), ("alice", "interrupted")]
    # The same as playbook history has it, of hosts of which one does not answer.
    result = {"records": records(tmp_path), "count": 2, "unreadable": []}
    shown = acted("show_history", {"results": {"redis1": result}, "hosts": ["redis1", "redis2"], "json": ""})
    assert [(one["user"], one["outcome"]) for one in shown["runs"]] == [("bob", "done"), ("alice", "interrupted")]
    assert shown["silent"] == ["redis2"]


def test_a_formation_that_fails_is_recorded_with_its_error(six: Fleet, tmp_path: pathlib.Path) -> None:
    with six.client(six.ports[0]) as client:
        client.execute_command("ACL", "SETUSER", "default", "-cluster|addslots", "-cluster|addslotsrange")
    failed = run_module("cluster", recording(six, tmp_path))
    assert failed["failed"], failed
    assert failed["done"], "something was done before"
    (record,) = records(tmp_path)
    assert record["outcome"] == "failed"
    assert record["steps"] == len(failed["done"])
    assert record["failed"] == [one["step"] for one in failed["failed_steps"]]
    assert record["error"].startswith(failed["msg"][:40])


@pytest.mark.parametrize(
    ("mount", "reason"),
    [(FULL, "No space left on device"), (READ_ONLY, "Read-only file system")],
    ids=["a full disk", "a read-only one"],
)
def test_where_nothing_can_be_written_the_cluster_forms_and_the_run_warns(
    six: Fleet, tmp_path: pathlib.Path, mount: str, reason: str
) -> None:
    within = ["unshare", "--mount", "sh", "-c", mount, str(tmp_path)]
    formed = converged("cluster", recording(six, tmp_path / "history"), within=within)
    assert formed["changed"]
    assert_complete(six)
    (warning,) = map(str, formed["warnings"])
    assert reason in warning
    assert str(tmp_path / "history") in warning


def test_a_module_without_the_right_to_write_warns_and_works(six: Fleet, tmp_path: pathlib.Path) -> None:
    directory = tmp_path / "history"
    directory.mkdir(mode=0o700)
    os.chown(directory, 65534, 65534)
    within = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    formed = converged("cluster", recording(six, directory), within=within)
    (warning,) = map(str, formed["warnings"])
    assert "Permission denied" in warning
    assert "become" in warning
    assert list(directory.iterdir()) == []
