# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What root does for applications: which requests it follows, and how it writes their files."""

from __future__ import annotations

import getpass
import grp
import io
import json
import os
import pathlib
import typing as t

import pytest

from .programs import apply

A, B, C = ("192.0.2.11", "192.0.2.12", "192.0.2.13")


def a_request(address: str, epoch: int | None = 1, standing: str = "confirmed", **more: t.Any) -> dict[str, t.Any]:
    return {"set": "main", "address": address, "port": 6379, "epoch": epoch, "standing": standing, **more}


DECISIONS = {
    "nobody has been told anything": (None, a_request(A), True),
    "a newer epoch": (a_request(A, 1), a_request(B, 2), True),
    "a newer epoch, claimed by the leader": (a_request(A, 1), a_request(B, 2, "claimed"), True),
    "an older epoch never overwrites a newer one": (a_request(C, 3), a_request(B, 2), False),
    "the same again": (a_request(B, 2), a_request(B, 2), True),
    "of one epoch what is confirmed beats what was claimed": (a_request(A, 2, "claimed"), a_request(B, 2), True),
    "of one epoch the first that is confirmed stays": (a_request(B, 2), a_request(A, 2), False),
    "of one epoch a claim beats nothing": (a_request(B, 2), a_request(A, 2, "claimed"), False),
    "without an epoch, what follows on": (
        a_request(A, 1),
        a_request(B, None, "unknown", old_primary=f"{A}:6379"),
        True,
    ),
    "without an epoch, what does not": (a_request(C, 1), a_request(B, None, "unknown", old_primary=f"{A}:6379"), False),
    "what Ansible knows, without an epoch": (a_request(A, 1), a_request(B, None), True),
    "the first epoch after what Ansible knew": (a_request(A, None), a_request(B, 1), True),
}


@pytest.mark.parametrize(("applied", "request_", "followed"), DECISIONS.values(), ids=DECISIONS)
def test_which_request_is_followed(
    applied: dict[str, t.Any] | None, request_: dict[str, t.Any], followed: bool
) -> None:
    assert (apply.decide(applied, request_) == "") == followed


SETS = {"main": [{"address": address, "port": 6379} for address in (A, B, C)]}
NOT_BELIEVED = {
    "no JSON": "x",
    "no object": "[]",
    "words missing": "{}",
    "a set that is not ours": json.dumps({**a_request(A), "set": "other"}),
    "an address of elsewhere": json.dumps(a_request("203.0.113.9")),
    "another port": json.dumps({**a_request(A), "port": 22}),
    "a port that is text": json.dumps({**a_request(A), "port": "6379"}),
    "a port that is true": json.dumps({**a_request(A), "port": True}),
    "an epoch that is text": json.dumps({**a_request(A), "epoch": "9"}),
    "an address with a line feed": json.dumps(a_request(f"{A}\nEVIL=1")),
    "a set that is a list": json.dumps({**a_request(A), "set": ["main"]}),
    "deep nesting": "[" * 100_000,
}


@pytest.mark.parametrize("text", NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_what_is_not_believed(text: str) -> None:
    with pytest.raises(apply.Refused):
        apply.parse(text, {"sets": SETS})


FILES = {
    "a new file": ("", "REDIS_HOST=h\nREDIS_PORT=1\n"),
    "other lines stay": ("A=1\n# c\n", "A=1\n# c\nREDIS_HOST=h\nREDIS_PORT=1\n"),
    "in its place": ("REDIS_HOST=old\nA=1\n", "REDIS_HOST=h\nA=1\nREDIS_PORT=1\n"),
    "once only": ("REDIS_HOST=x\nREDIS_HOST=y\nREDIS_PORT=2\n", "REDIS_HOST=h\nREDIS_PORT=1\n"),
    "exported": ("export REDIS_HOST=x\n", "REDIS_HOST=h\nREDIS_PORT=1\n"),
    "one whose name only begins so": ("REDIS_HOSTS=x\n", "REDIS_HOSTS=x\nREDIS_HOST=h\nREDIS_PORT=1\n"),
    "without an end of the line": ("A=1", "A=1\nREDIS_HOST=h\nREDIS_PORT=1\n"),
}


@pytest.mark.parametrize(("before", "after"), FILES.values(), ids=FILES)
def test_an_environment_file_is_rewritten_in_place(before: str, after: str) -> None:
    assert apply.rewritten(before, {"REDIS_HOST": "h", "REDIS_PORT": "1"}) == after
    assert apply.rewritten(after, {"REDIS_HOST": "h", "REDIS_PORT": "1"}) == after


URLS = {
    "plain": ({}, A, f"redis://{A}:6379"),
    "everything": (
        {"user": "a b", "password": "p@:/w%", "db": 2, "tls": True},
        "2001:db8::1",
        "rediss://a%20b:p%40%3A%2Fw%25@[2001:db8::1]:6379/2",
    ),
    "a password alone": ({"password": "x"}, A, f"redis://:x@{A}:6379"),
}


@pytest.mark.parametrize(("application", "address", "url"), URLS.values(), ids=URLS)
def test_the_url(application: dict[str, t.Any], address: str, url: str) -> None:
    assert apply.values(application, {"address": address, "port": 6379})["REDIS_URL"] == url


class Root:
    """Root's side of a host, in a directory of the test's; services are left alone."""

    def __init__(self, root: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self._monkeypatch = root, monkeypatch
        for name in ("state", "requests", "app"):
            (root / name).mkdir()
        self.env = root / "app" / "redis.env"
        self.configuration = root / "applications.json"
        application = {
            "set": "main",
            "env_file": str(self.env),
            "owner": getpass.getuser(),
            "group": grp.getgrgid(os.getgid()).gr_name,
            "mode": "0640",
            "action": "none",
        }
        self.configure(application)

    def configure(self, *applications: dict[str, t.Any]) -> None:
        config = {
            "state": str(self.root / "state"),
            "requests": str(self.root / "requests"),
            "sentinel_file": str(self.root / "sentinel.conf"),
            "sets": SETS,
            "applications": applications,
        }
        self.configuration.write_text(json.dumps(config))

    def ask(self, request: object, name: str = "1.json") -> None:
        (self.root / "requests" / name).write_text(json.dumps(request))

    def run(self, *arguments: str, live: object = None) -> int:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(live)))
        more = ["--live"] if live is not None else []
        return t.cast("int", apply.main(["--configuration", str(self.configuration), *more, *arguments]))

    def host(self) -> str:
        return next(line for line in self.env.read_text().splitlines() if line.startswith("REDIS_HOST="))


@pytest.fixture
def root(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    return Root(tmp_path, monkeypatch)


def test_a_request_is_followed_once_and_gone(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    root.ask(a_request(B, 2))
    assert root.run() == 0
    assert root.host() == f"REDIS_HOST={B}"
    assert "changed" in capsys.readouterr().out
    assert not list((root.root / "requests").iterdir())
    written = root.env.stat()
    assert root.run() == 0
    assert capsys.readouterr().out == ""
    assert root.env.stat().st_ino == written.st_ino


def test_an_older_request_is_dropped(root: Root) -> None:
    root.ask(a_request(C, 3), "1.json")
    root.ask(a_request(B, 2), "2.json")
    assert root.run() == 0
    assert root.host() == f"REDIS_HOST={C}"


def test_what_ansible_knows_comes_first_and_does_not_undo_a_later_switch(root: Root) -> None:
    assert root.run(live={"main": {"address": A, "port": 6379}}) == 0
    assert root.host() == f"REDIS_HOST={A}"
    root.ask(a_request(B, 1))
    assert root.run() == 0
    assert root.host() == f"REDIS_HOST={B}"
    assert root.run(live={"main": {"address": B, "port": 6379}}) == 0
    root.ask(a_request(A, 0))
    assert root.run() == 0
    assert root.host() == f"REDIS_HOST={B}"


def test_a_dry_run_says_what_it_would_do_and_does_nothing(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run("--dry-run", live={"main": {"address": A, "port": 6379}}) == 0
    assert f"{A}:6379" in capsys.readouterr().out
    assert not root.env.exists()
    assert not (root.root / "state" / "applied.json").exists()


def test_whatever_else_lies_among_the_requests_is_put_aside(root: Root) -> None:
    (root.root / "secret").write_text("x")
    requests = root.root / "requests"
    (requests / "1.json").symlink_to(root.root / "secret")
    (requests / "2.json").mkdir()
    (requests / "3.json").write_text("x" * 5000)
    os.mkfifo(requests / "4.json")
    root.ask(a_request(B, 2), "5.json")
    assert root.run() == 0
    assert root.host() == f"REDIS_HOST={B}"
    assert not list(requests.glob("*.json"))
    assert (root.root / "secret").read_text() == "x"


def test_a_link_in_place_of_the_file_is_refused_and_others_are_served(
    root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    victim = root.root / "victim"
    victim.write_text("untouched")
    application = json.loads(root.configuration.read_text())["applications"][0]
    linked = root.root / "app" / "linked.env"
    linked.symlink_to(victim)
    root.configure({**application, "env_file": str(linked)}, application)
    root.ask(a_request(B, 2))
    assert root.run() == 1
    assert "is a link" in capsys.readouterr().err
    assert victim.read_text() == "untouched"
    assert root.host() == f"REDIS_HOST={B}"


def test_a_directory_that_is_open_to_all_is_refused(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    (root.root / "app").chmod(0o777)
    root.ask(a_request(B, 2))
    assert root.run() == 1
    assert "open to all" in capsys.readouterr().err


def test_a_directory_that_is_missing_is_named_with_the_remedy_and_written_to_once_it_is_there(
    root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    (root.root / "app").rename(root.root / "elsewhere")
    root.ask(a_request(B, 2))
    assert root.run() == 1
    assert f"{root.root / 'app'} does not exist. Create it, owned by root" in capsys.readouterr().err
    (root.root / "elsewhere").rename(root.root / "app")
    assert root.run() == 0
    assert root.host() == f"REDIS_HOST={B}"


def test_a_restart_that_failed_is_done_by_the_next_run(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    restarts = []

    def fails(application: dict[str, t.Any]) -> None:
        restarts.append(application["env_file"])
        raise OSError("killed here")

    monkeypatch.setattr(apply, "restart", fails)
    root.ask(a_request(B, 2))
    assert root.run() == 1
    assert root.host() == f"REDIS_HOST={B}"
    monkeypatch.setattr(apply, "restart", lambda application: restarts.append(application["env_file"]))
    assert root.run() == 0
    assert root.run() == 0
    # Twice in the run that failed (for the request, and once more at its end), once in the next, never again.
    assert restarts == [str(root.env)] * 3
