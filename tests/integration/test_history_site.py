# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of whole runs, over the three hosts of a watched set: what was done, and what was killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._history import store

from tests.matrix.test_site import FIRST, PASSWORDS, SET, SKIPPED

from .engines import engines
from .fleet import until
from .module_runner import ROOT
from .test_site_live import Watched

ENDS = {"__redis_history_ends": True, "__redis_summary_follows": True}


class Recorded(Watched):
    """The watched set, with the records of its hosts."""

    def start(self, playbook: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a run with processes of its own, so that all of them can be killed."""
        command = [sys.executable, "-m", "ansible", "playbook", playbook, f"--inventory={self.base / 'hosts.yml'}"]
        return subprocess.Popen(
            [*command, f"--skip-tags={','.join(SKIPPED)}", *arguments],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "LOGNAME": "alice"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def history(self, *arguments: str, code: int = 0) -> tuple[list[dict[str, t.Any]], str]:
        """Run playbook history; return the runs that it writes, and what it prints."""
        path = self.base / "history.json"
        run = self.start("playbooks/history.yml", f"--extra-vars=redis_history_json={path}", *arguments)
        output = run.communicate()[0]
        assert run.returncode == code, output[-3000:]
        return t.cast("list[dict[str, t.Any]]", json.loads(path.read_text())["runs"]), output

    def records(self) -> int:
        """Return how many calls are recorded on all hosts."""
        return sum(store.read(str(self.base / host / "var/lib/redis-history"), 0).count for host in SET)

    def instances(self) -> str:
        """Return a playbook that changes instances as site does, and records its end."""
        path = self.base / "instances.yml"
        parts = ROOT / "playbooks" / "parts"
        plays = [{"import_playbook": str(parts / f"{one}.yml"), "vars": ENDS} for one in ("preflight", "instances")]
        path.write_text(yaml.safe_dump([*plays, {"import_playbook": str(parts / "history_end.yml")}]))
        return str(path)


@pytest.fixture
def site() -> t.Iterator[Recorded]:
    """A watched set of one engine."""
    with Recorded(engines()[0]) as made:
        yield made


def test_each_run_that_changes_something_is_one_entry_and_a_killed_one_is_seen(
    site: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    site.run()
    (whole,), output = site.history("--extra-vars=redis_history_steps=true")
    assert (whole["outcome"], whole["playbook"], whole["hosts"]) == ("done", "site.yml", sorted(SET))
    assert {"instance", "replication", "sentinel_config", "sentinel"} <= {one["verb"] for one in whole["calls"]}
    assert whole["deployments"] == ["main"]
    assert re.search(r"^\S+ \S+ UTC  site.yml by \S+ on \S+: done, \d+ steps \(main\)$", output, re.MULTILINE)
    assert f"      0.0 s  write /etc/redis-node/{SET[FIRST][0]}.conf" in re.sub(r"\d\.\d s", "0.0 s", output)
    assert not [secret for secret in PASSWORDS.values() if secret in output + json.dumps(whole)]

    # Nothing to do, nothing to record.
    playbook, before = site.instances(), site.records()
    assert set(site.run(playbook).values()) == {0}
    assert site.records() == before

    # Its first member is changed, and then the controller is gone with all that it has started.
    site.configure(repl_timeout=45)
    killed = site.start(playbook)
    until(lambda: site.records() > before, "the first change", 120)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    (last, _first), output = site.history()
    assert (last["outcome"] in ("interrupted", "unfinished"), last["user"]) == (True, "alice")
    assert last["outcome"].upper() in output
    # The status says so, too, until another run has changed something.
    capsys.readouterr()
    site.run("playbooks/status.yml")
    assert f"instances.yml by alice on {last['controller']}" in (shown := words(capsys))
    assert last["outcome"].upper() in shown
    assert any(site.run(playbook).values())
    assert set(site.values("repl-timeout").values()) == {"45"}
    runs, _output = site.history()
    assert [one["outcome"] for one in runs] == ["done", last["outcome"], "done"]
    assert [one["outcome"] for one in site.history("--extra-vars=redis_history_runs=1")[0]] == ["done"]
    capsys.readouterr()
    site.run("playbooks/status.yml")
    assert last["outcome"].upper() not in words(capsys)

    # A host that is down is named, and the others are shown.
    groups = yaml.safe_load((site.base / "hosts.yml").read_text())
    groups["redis_replication"]["hosts"][FIRST].update(ansible_connection="ssh", ansible_port=1, ansible_ssh_retries=0)
    (site.base / "hosts.yml").write_text(yaml.safe_dump(groups))
    runs, output = site.history(code=4)
    assert len(runs) == 3, output
    assert f"Not read, so their part is missing: {FIRST}" in output
    status = site.start("playbooks/status.yml")
    assert "set main is healthy" in status.communicate()[0]
    assert status.returncode == 4
    # What changes something does not begin without it.
    before = site.records()
    refused = site.start(playbook)
    assert f"No facts of {FIRST}" in refused.communicate()[0]
    assert refused.returncode == 4
    assert site.records() == before


def words(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was printed since it was last asked, in one line."""
    return " ".join(capsys.readouterr().out.split())
