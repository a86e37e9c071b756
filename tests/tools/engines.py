# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay out the engines that the tests run: ``DIRECTORY/NAME-VERSION/bin`` and a ``manifest.json`` beside it.

Engines are unpacked, never installed: no package's own server gets to start.  They come from Debian's
archives alone, as the machine's apt knows them, but with lists and sources of this script's own, so
that the machine's stay as they are.  Only libraries that the binaries need are installed.

    python tests/tools/engines.py              what every test run uses: packages
    python tests/tools/engines.py --build      the newest Valkey too, built from Debian's source package (minutes)
    python tests/tools/engines.py --source ENGINE   only upstream's source archive; prints what it is
    python tests/tools/engines.py --matrix     every engine of the support matrix, built where it is no package here
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PROGRAMS = ("server", "cli", "benchmark", "check-aof", "check-rdb")
# Debian 12 has Valkey in its backports; newer releases have it themselves.
BACKPORTS = {("valkey", "bookworm"): ("backports",)}
# Of each engine what the stable releases have, and the newest.
MATRIX = {
    "redis-7.0": ("redis", "bookworm"),
    "redis-8.0": ("redis", "trixie"),
    "redis-newest": ("redis", "experimental"),
    "valkey-8.0": ("valkey", "bookworm"),
    "valkey-8.1": ("valkey", "trixie"),
    "valkey-newest": ("valkey", "sid"),
}


class Missing(Exception):
    """An engine is not available here; the message has the reason."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """An engine: its name, the suite of Debian that has it, how it is installed, and whether tests can do without."""

    name: str
    suite: str
    pockets: tuple[str, ...] = ()
    build: bool = False

    @property
    def suites(self) -> list[str]:
        """All suites to look in: the suite itself and what completes it."""
        return [self.suite, *(f"{self.suite}-{pocket}" for pocket in self.pockets)]


def main() -> int:
    """Lay out all wanted engines; report what is not available."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / ".cache" / "engines")
    parser.add_argument("--build", action="store_true", help="the newest Valkey too, from source")
    parser.add_argument(
        "--source", choices=["redis", "valkey"], help="only the source archive, with its version and checksum as JSON"
    )
    parser.add_argument("--matrix", action="store_true", help="all engines of the support matrix")
    arguments = parser.parse_args()
    if arguments.source:
        print(json.dumps(source(arguments.source, ROOT / ".cache" / "sources")))
        return 0
    directory: pathlib.Path = arguments.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    missing = 0
    for wanted in matrix() if arguments.matrix else wishes(build=arguments.build):
        try:
            print(f"engine {lay_out(wanted, directory)}", flush=True)
        except (Missing, subprocess.CalledProcessError) as error:
            reason = f"{wanted.name} of {wanted.suite}: {explain(error)}"
            print(f"\n!!! ENGINE MISSING, NOTHING CAN BE TESTED WITH IT: {reason}\n", file=sys.stderr, flush=True)
            missing += 1
    return 1 if missing else 0


def wishes(*, build: bool) -> list[Wanted]:
    """Return the engines to lay out on this release of Debian."""
    release = codename()
    packages = [
        Wanted(name, release, BACKPORTS.get((name, release), ("updates", "security"))) for name in ("redis", "valkey")
    ]
    return [*packages, Wanted("valkey", "sid", build=True)] if build else packages


def matrix() -> list[Wanted]:
    """Return the engines of the support matrix; other suites' binaries want another libc, so those are built here."""
    packages = {wanted.name: wanted for wanted in wishes(build=False)}
    return [
        packages[name] if suite == codename() else Wanted(name, suite, BACKPORTS.get((name, suite), ()), build=True)
        for name, suite in MATRIX.values()
    ]


def codename() -> str:
    """Return the name of this machine's release of Debian."""
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if fields.get("ID") != "debian":
        raise SystemExit("engines come from Debian's archives: run this on Debian, or lay out .cache/engines by hand")
    return fields["VERSION_CODENAME"]


def lay_out(wanted: Wanted, directory: pathlib.Path) -> str:
    """Lay out one engine unless it is there; return its directory's name."""
    done = known(wanted, directory)
    if done:
        return done
    with tempfile.TemporaryDirectory(dir=directory, prefix=".new-") as temporary:
        work = pathlib.Path(temporary)
        apt = Apt(work, wanted)
        version = apt.candidate(f"{wanted.name}-server")
        tree = build(apt, wanted, work) if wanted.build else unpack(apt, wanted, work)
        binaries = [tree / f"{wanted.name}-{program}" for program in PROGRAMS]
        target = work / "engine"
        (target / "bin").mkdir(parents=True)
        for binary in binaries:
            if binary.exists():
                # Links among the binaries become files: nothing in bin/ points outside it.
                shutil.copy2(binary, target / "bin" / binary.name)
        upstream = first_version([str(target / "bin" / f"{wanted.name}-server"), "--version"])
        manifest = {"name": wanted.name, "version": upstream, "package": version, "suite": wanted.suite}
        (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        final = directory / f"{wanted.name}-{upstream}"
        shutil.rmtree(final, ignore_errors=True)
        target.rename(final)
    return final.name


def known(wanted: Wanted, directory: pathlib.Path) -> str | None:
    """Return the name of the directory that an earlier run made for this engine."""
    for path in sorted(directory.glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if (manifest["name"], manifest["suite"]) == (wanted.name, wanted.suite):
            return path.parent.name
    return None


class Apt:
    """apt with sources and lists of its own below ``work``; proxies and keys stay the machine's."""

    def __init__(self, work: pathlib.Path, wanted: Wanted) -> None:
        """Write the sources and fetch their lists."""
        for part in ("lists/partial", "cache/archives/partial", "sources.d"):
            (work / part).mkdir(parents=True)
        # apt drops to a user of its own to download, and that user must see the directories.
        work.chmod(0o755)
        sources = work / "sources.list"
        sources.write_text("".join(source_lines(wanted)), encoding="utf-8")
        self.work = work
        self.options = [
            f"-oDir::Etc::SourceList={sources}",
            f"-oDir::Etc::SourceParts={work / 'sources.d'}",
            f"-oDir::State::Lists={work / 'lists'}",
            f"-oDir::Cache={work / 'cache'}",
            # The user of this script owns all of it; without root apt could not change users anyway.
            f"-oAPT::Sandbox::User={'root' if os.geteuid() == 0 else ''}",
            "-oAcquire::Languages=none",
            "-oAPT::Get::List-Cleanup=false",
        ]
        self.run("apt-get", "update", "-oAPT::Update::Error-Mode=any")

    def run(self, tool: str, *arguments: str) -> str:
        """Run one of apt's tools in the work directory and return its output."""
        return run([tool, "-qq", *self.options, *arguments], self.work)

    def candidate(self, package: str) -> str:
        """Return the newest version of a package."""
        found = re.search(r"Candidate: (\S+)", self.run("apt-cache", "policy", package))
        if not found or found[1] == "(none)":
            raise Missing(f"the archives have no package {package}")
        return found[1]


def source_lines(wanted: Wanted) -> t.Iterator[str]:
    """Yield lines for sources.list: the wanted suites on the mirrors that this machine uses."""
    listed = run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"])
    mirrors = {release: uri for uri, _blank, release in (line.partition(" ") for line in listed.splitlines())}
    main_mirror = mirrors.get(codename())
    if not main_mirror:
        raise Missing(f"apt on this machine has no source for {codename()}")
    options = f"[signed-by={KEYRING}]" if KEYRING.exists() else ""
    kind = "deb-src" if wanted.build else "deb"
    for suite in wanted.suites:
        uri = mirrors.get(suite, main_mirror)
        if suite.endswith("-security") and suite not in mirrors:
            continue
        yield f"{kind} {options} {uri} {suite} main\n"
        if wanted.build:
            yield f"deb {options} {uri} {suite} main\n"


def unpack(apt: Apt, wanted: Wanted, work: pathlib.Path) -> pathlib.Path:
    """Unpack the packages without installing them, install their libraries, return where the binaries are."""
    apt.run("apt-get", "download", f"{wanted.name}-server", f"{wanted.name}-tools")
    depends = ""
    for package in sorted(work.glob("*.deb")):
        run(["dpkg-deb", "--extract", str(package), str(work / "tree")])
        depends += run(["dpkg-deb", "--field", str(package), "Depends"]) + ","
    names = {re.split(r"[ (:|]", entry.strip())[0] for entry in depends.split(",")}
    install(sorted(name for name in names if name.startswith(("lib", "lua-"))))
    return work / "tree" / "usr" / "bin"


def build(apt: Apt, wanted: Wanted, work: pathlib.Path) -> pathlib.Path:
    """Build the engine from upstream's tarball in Debian's source package; return where the binaries are."""
    install(["gcc", "libc6-dev", "libssl-dev", "make", "pkg-config"])
    tree = work / "source"
    tree.mkdir()
    tarball = fetch_source(apt, wanted, work)
    run(["tar", "--extract", "--strip-components=1", "--directory", str(tree), "--file", str(tarball)])
    run(["make", f"-j{os.cpu_count() or 1}", "BUILD_TLS=yes", "MALLOC=libc"], tree)
    return tree / "src"


def fetch_source(apt: Apt, wanted: Wanted, work: pathlib.Path) -> pathlib.Path:
    """Return upstream's tarball in Debian's source package, as apt has verified it."""
    # Only upstream's part: a mirror may have lost the rest of a package that has a newer version.
    apt.run("apt-get", "source", "--download-only", "--tar-only", wanted.name)
    tarballs = sorted(work.glob("*.orig.tar.*[!c]"))
    if not tarballs:
        raise Missing(f"Debian's source package of {wanted.name} has no upstream tarball")
    return tarballs[0]


def source(name: str, directory: pathlib.Path) -> dict[str, str]:
    """Return upstream's source archive of an engine: path, version, checksum; fetch it the first time."""
    # Of Valkey the one that can be built here: where it comes from backports, mirrors do not always keep its source.
    wanted = [dataclasses.replace(one, build=True) for one in wishes(build=True) if one.name == name][-1]
    directory.mkdir(parents=True, exist_ok=True)
    found = sorted(directory.glob(f"{name}_*"))
    if not found:
        with tempfile.TemporaryDirectory(dir=directory, prefix=".new-") as temporary:
            work = pathlib.Path(temporary)
            tarball = fetch_source(Apt(work, wanted), wanted, work)
            found = [tarball.rename(directory / tarball.name)]
    version = re.match(r"\w+_(\d+(?:\.\d+)+)", found[0].name)
    if not version:
        raise Missing(f"{found[0].name} does not say its version")
    summed = hashlib.sha256(found[0].read_bytes()).hexdigest()
    return {"archive": str(found[0]), "version": version[1], "checksum": f"sha256:{summed}"}


def install(packages: list[str]) -> None:
    """Install libraries or tools that are not there yet, as every other system package."""
    run(["bash", str(ROOT / "tests" / "tools" / "system.sh"), *packages])


def first_version(command: list[str]) -> str:
    """Return the version that a server says of itself."""
    found = re.search(r"\bv=(\d+(?:\.\d+)+)", run(command))
    if not found:
        raise Missing(f"{command[0]} does not say its version")
    return found[1]


def run(command: list[str], directory: pathlib.Path | None = None) -> str:
    """Run a command without input and return its output."""
    return subprocess.run(
        command, cwd=directory, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True
    ).stdout


def explain(error: Exception) -> str:
    """Return an error with the last words of the command that failed."""
    if isinstance(error, subprocess.CalledProcessError):
        last = (error.stderr or error.stdout or "").strip().splitlines()[-5:]
        return "\n    ".join([f"{error.cmd[0]} ended with {error.returncode}", *last])
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
