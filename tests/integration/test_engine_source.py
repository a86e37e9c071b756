# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``engine_source``: builds of a small source with the engines' layout, and of a real engine."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import typing as t

import pytest

from .builds import packed
from .module_runner import converged, finish_module, refused, start_module
from .source_tree import archive, files

WAITING = """#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
    printf("Redis server v=1.2.3\\n");
    fflush(stdout);
    return count < 2 && pause();
}
"""
HELD = "BEFORE=read line < $(HOLD)"
CASES = [
    "a wrong sum", "no sum", "no archive", "another version", "another engine", "something else", "two tops",
    "a way out", "an absolute path", "a link that leads out", "a prefix with a space", "a version with a slash",
    "prebuilt, and a source",
]  # fmt: skip


class Site:
    """A prefix, and archives beside it."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.prefix = directory / "prefix"
        self.directory = directory

    def home(self, engine: str = "redis") -> pathlib.Path:
        """The directory of an engine's builds."""
        return self.prefix / engine

    def options(self, version: str = "1.2.3", engine: str = "redis", **more: t.Any) -> dict[str, t.Any]:
        """Options for the build of a small source archive, which is written."""
        path = self.directory / f"{engine}-{version}.tar.gz"
        checksum = archive(path, more.pop("tree", None) or files(version, engine))
        options = {"engine": engine, "version": version, "checksum": checksum, "archive": str(path)}
        return {**options, "prefix": str(self.prefix), "jobs": 2, "timeout": 60.0, **more}

    def entries(self, engine: str = "redis") -> list[str]:
        """What lies in an engine's directory."""
        return sorted(path.name for path in self.home(engine).iterdir())

    def said(self, engine: str = "redis") -> str:
        """What the current server says."""
        server = self.home(engine) / "current" / "bin" / f"{engine}-server"
        return subprocess.run([server, "--version"], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def built(site: Site) -> dict[str, t.Any]:
    """The options of a build that is installed and current."""
    options = site.options()
    converged("engine_source", options)
    return options


@pytest.mark.parametrize("name", ["redis", "valkey"])
def test_a_build_is_installed_and_current(site: Site, name: str):
    options = site.options("9.9.9", name)
    planned = converged("engine_source", options, check=True, diff=True)
    assert not site.prefix.exists()
    result = converged("engine_source", options)
    build = f"9.9.9-{options['checksum'][7:15]}"
    assert [step["step"] for step in result["done"]] == planned["plan"]
    assert site.entries(name) == [build, "current"]
    assert os.readlink(site.home(name) / "current") == build
    assert site.said(name).startswith(f"{name.title()} server v=9.9.9")
    told = json.loads((site.home(name) / build / "manifest.json").read_text())
    assert {one.partition(".")[0] for one in told["libraries"]} >= {"libssl", "libsystemd"}


def test_a_build_that_is_there_takes_no_archive_and_changes_nothing(site: Site, built: dict[str, t.Any]):
    os.unlink(built.pop("archive"))
    assert converged("engine_source", built)["changed"] is False
    assert converged("engine_source_info", {key: built[key] for key in ("version", "checksum", "prefix")})["installed"]


def test_going_to_another_version_and_back_is_one_link(site: Site, built: dict[str, t.Any]):
    newer = site.options("2.0.0")
    assert converged("engine_source", newer)["current"].startswith("2.0.0-")
    assert "v=2.0.0" in site.said()
    back = converged("engine_source", built)
    assert len(back["done"]) == 1
    assert back["done"][0]["step"].startswith(f"link {site.home()}/current to 1.2.3-")
    assert "v=1.2.3" in site.said()


def test_a_running_program_is_told_of_and_goes_on(site: Site):
    held = files(server=WAITING)
    held["redis-1.2.3/Makefile"] = held["redis-1.2.3/Makefile"].replace("cc src", "cc -Wl,--no-as-needed src")
    converged("engine_source", site.options(tree=held))
    process = subprocess.Popen([site.home() / "current" / "bin" / "redis-server"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        warned = converged("engine_source", site.options("2.0.0"))["warnings"]
        assert f"redis-server (pid {process.pid}) runs from build 1.2.3-" in str(warned)
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("point", ["compiling", "before it has its name"])
def test_a_run_that_is_killed_leaves_the_current_build_and_the_next_starts_clean(
    site: Site, built: dict[str, t.Any], point: str
):
    gate = site.directory / "gate"
    os.mkfifo(gate)
    tree = files("2.0.0")
    if point == "compiling":
        options = site.options("2.0.0", make_arguments=[HELD, f"HOLD={gate}"], tree=tree)
    else:
        # The fresh server is asked for its version before the build gets its name: there it waits.
        waits = tree["redis-2.0.0/src/server.c"].replace("{\n", f'{{\n    fopen("{gate}", "r");\n', 1)
        options = site.options("2.0.0", tree={**tree, "redis-2.0.0/src/server.c": waits})
    process = start_module("engine_source", options)
    with gate.open("w"):  # opens when the build has come to that point
        process.kill()
        process.communicate()
    assert site.entries() == [".work", f"1.2.3-{built['checksum'][7:15]}", "current"]
    assert "v=1.2.3" in site.said()
    good = site.options("2.0.0")
    done = converged("engine_source", good)["done"]
    assert done[0]["step"] == f"remove {site.home()}/.work"
    assert ".work" not in site.entries()
    assert "v=2.0.0" in site.said()


def test_a_compiler_that_outlives_a_killed_run_is_waited_for(site: Site):
    gate, pids = site.directory / "gate", site.directory / "pids"
    os.mkfifo(gate)
    # A process that the end of make does not end: its own session, and no signal reaches it.
    before = f"BEFORE=setsid sh -c 'echo $$$$ > {pids}; read line < {gate}; : > {site.directory}/ended' & wait"
    process = start_module("engine_source", site.options("2.0.0", make_arguments=[before]))
    with gate.open("w"):
        process.kill()
        process.communicate()
        told = refused("engine_source", site.options("2.0.0", timeout=0.5))
        assert told["error"] == "locked", told
    assert int(pids.read_text()) > 0
    assert converged("engine_source", site.options("2.0.0"))["changed"] is True
    assert (site.directory / "ended").exists()


def test_two_runs_at_once_make_one_build(site: Site):
    options = site.options()
    both = [start_module("engine_source", options) for _run in range(2)]
    results = [finish_module(process) for process in both]
    assert [result["rc"] for result in results] == [0, 0], results
    assert sorted(result["changed"] for result in results) == [False, True]


def test_a_build_that_fails_says_the_compiler_s_words_and_leaves_the_current_one(site: Site, built: dict[str, t.Any]):
    told = refused("engine_source", site.options("2.0.0", tree=files("2.0.0", server="int main(void) {return x;}\n")))
    assert "the build of redis 2.0.0 failed (make -j2 BUILD_TLS=yes USE_SYSTEMD=yes" in told["msg"]
    assert "error: 'x' undeclared" in told["msg"]
    assert "v=1.2.3" in site.said()
    assert converged("engine_source", built)["done"][0]["step"] == f"remove {site.home()}/.work"


def test_a_build_has_a_deadline(site: Site):
    told = refused("engine_source", site.options(make_arguments=["BEFORE=tail -f /dev/null"], timeout=1.0))
    assert told["error"] == "deadline"
    assert "waited 1 s for redis 1.2.3 to be built" in told["msg"]


def broken(site: Site) -> dict[str, tuple[dict[str, t.Any], str]]:
    """Options that have to be refused, each with a part of the message."""
    options = site.options()
    cut = site.directory / "cut.tar.gz"
    cut.write_bytes(pathlib.Path(options["archive"]).read_bytes()[:-200])
    nothing = {**options, "archive": str(site.directory / "nothing")}
    odd = {**options, "archive": str(site.directory / "odd.tar.gz")}

    def of(content: dict[str, str], links: dict[str, str] | None = None) -> dict[str, t.Any]:
        path = site.directory / f"{len(list(site.directory.iterdir()))}.tar.gz"
        return {**options, "archive": str(path), "checksum": archive(path, content, links)}

    return {
        "a wrong sum": ({**options, "checksum": f"sha256:{'0' * 64}"}, "expected sha256:0000"),
        "no sum": ({**options, "checksum": "8.0.6"}, "is not a checksum of the form sha256:HEX"),
        "no archive": (nothing, "cannot be read: No such file"),
        "another version": ({**options, "version": "1.2.4"}, "holds redis 1.2.3, expected redis 1.2.4"),
        "another engine": ({**options, "engine": "valkey"}, "holds redis 1.2.3, expected valkey 1.2.3"),
        "something else": (of({"book/page": "text"}), "has no book/src/version.h"),
        "two tops": (of({**files(), "other/file": ""}), "has 2 directories at its top"),
        "a way out": (of({**files(), "redis-1.2.3/../../etc/x": ""}), "lies outside of it"),
        "an absolute path": (of({**files(), "/etc/x": ""}), "lies outside of it"),
        "a link that leads out": (of(files(), {"redis-1.2.3/x": "../../etc"}), "points outside of it"),
        "a prefix with a space": ({**odd, "prefix": "/opt/my engines"}, "is not an absolute path of plain characters"),
        "a version with a slash": ({**odd, "version": "../1.0"}, "is not a version of an engine"),
        "prebuilt, and a source": ({**options, "method": "prebuilt"}, "has no redis-1.2.3/manifest.json"),
    }


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_refused_before_anything_is_there(site: Site, case: str):
    options, message = broken(site)[case]
    told = refused("engine_source", options)
    assert message in told["msg"], told["msg"]
    assert told["error"] == "refused"
    assert not site.prefix.exists()


def test_an_archive_that_was_cut_is_refused(site: Site):
    options = site.options()
    path = pathlib.Path(options["archive"])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    summed = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True).stdout.split()[0]
    told = refused("engine_source", {**options, "checksum": f"sha256:{summed}"})
    assert "is a broken archive" in told["msg"]
    assert not site.prefix.exists()


def test_a_missing_compiler_is_told(site: Site, monkeypatch: pytest.MonkeyPatch):
    options = site.options()
    empty = site.directory / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    told = refused("engine_source", options)
    assert "needs what this host lacks: make, a C compiler that works (cc)" in told["msg"]
    seen = converged(
        "engine_source_info", {key: options[key] for key in ("version", "checksum", "prefix")} | {"tools": True}
    )
    assert seen["lacking"] == ["make", "a C compiler that works (cc)"]
    # They can be installed, and are no reason to give up.
    assert seen["obstacles"] == []
    assert not site.prefix.exists()


def test_a_build_is_handed_on_and_needs_no_compiler(
    site: Site, built: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
):
    packed = converged("engine_source", {**built, "pack": True})["packed"]
    kept = site.directory / packed["name"]
    kept.write_bytes(pathlib.Path(packed["path"]).read_bytes())
    # The next run without the option removes it.
    assert converged("engine_source", built)["plan"] == [f"remove {packed['path']}"]
    other = {**built, "prefix": str(site.directory / "other"), "method": "prebuilt", "archive": str(kept)}
    told = refused("engine_source", {**other, "archive_checksum": f"sha256:{'1' * 64}"})
    assert "the checksum of" in told["msg"]
    tools = site.directory / "tools"
    tools.mkdir()
    for name in ("ldd", "ldconfig", "bash", "sh"):
        (tools / name).symlink_to(
            subprocess.check_output(["which", name], text=True, env={"PATH": "/sbin:/usr/bin:/bin"}).strip()
        )
    monkeypatch.setenv("PATH", str(tools))
    result = converged("engine_source", {**other, "archive_checksum": packed["checksum"]})
    manifests = [
        json.loads((pathlib.Path(path) / "manifest.json").read_text()) for path in (built_path(site), result["path"])
    ]
    assert manifests[0] == manifests[1]


def built_path(site: Site) -> pathlib.Path:
    """The directory of the current build."""
    return site.home() / os.readlink(site.home() / "current")


def test_a_build_for_another_platform_or_without_its_libraries_is_refused(site: Site, built: dict[str, t.Any]):
    manifest = built_path(site) / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "platform": "debian-1-vax", "libraries": ["libnothere.so.9"]}))
    packed = converged("engine_source", {**built, "pack": True})["packed"]
    other = {**built, "prefix": str(site.directory / "other"), "method": "prebuilt"}
    refusal = refused("engine_source", {**other, "archive": packed["path"], "archive_checksum": packed["checksum"]})
    assert "the build in the archive is for debian-1-vax, and this host is " in refusal["msg"]
    assert "lacks: libnothere.so.9" in refusal["msg"]
    assert not (site.directory / "other").exists()


def test_people_get_links_and_nothing_of_theirs_is_replaced(site: Site, built: dict[str, t.Any]):
    links = site.directory / "bin"
    links.mkdir()
    (links / "redis-cli").write_text("mine")
    assert "is in the way" in refused("engine_source", {**built, "links": str(links)})["msg"]
    (links / "redis-cli").unlink()
    converged("engine_source", {**built, "links": str(links)})
    assert os.readlink(links / "redis-cli") == f"{site.home()}/current/bin/redis-cli"
    assert converged("engine_source", {**built, "links": str(links)})["changed"] is False


def test_a_real_engine_is_packed_and_runs_where_it_is_unpacked(site: Site, engine: pathlib.Path):
    """The engines of the tests are packages: laid out as a build, they go the way of a build made elsewhere."""
    options = packed(engine, site.directory)
    name, version = options["engine"], options["version"]
    converged("engine_source", {**options, "prefix": str(site.prefix)})
    assert f"{name.title()} server v={version}" in site.said(name)
