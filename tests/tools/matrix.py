# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the support matrix lane by lane, and keep what came of each in docs/support.json.

A lane is one combination: an engine with a redis-py, an ansible-core with a Python, a host's distribution.  The file
holds the last result of every lane, so that one can be run again; docs/support.md is made of it by generate.py.
What this machine cannot run is reported as such and never as passed.

    python tests/tools/matrix.py                    all lanes: an hour or two
    python tests/tools/matrix.py 'engine/valkey-*'  those whose names match
    python tests/tools/matrix.py --list
    python tests/tools/matrix.py --quick            one lane that differs from all other tests, recorded nowhere
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import fcntl
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t

import engines

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / ".cache" / "matrix"
RESULTS = ROOT / "docs" / "support.json"
SITE = "tests/matrix/test_site.py"
UPGRADE = "tests/integration/test_upgrade.py"


class NotRun(Exception):
    """This machine cannot run a lane; the message says why."""


@dataclasses.dataclass(frozen=True)
class Lane:
    """What is run together; a test names what it runs: ``site``, ``sanity``, ``upgrade`` or a scenario of molecule.

    ``to`` is the engine that an upgrade goes to.
    """

    name: str
    test: str
    core: str = ""
    pythons: tuple[str, ...] = ()
    client: str = ""
    engine: str = ""
    suite: str = ""
    to: str = ""


@dataclasses.dataclass(frozen=True)
class Result:
    """How a lane ended: what it is about, what varied, and ``passed``, ``failed`` or ``not run``."""

    what: str
    variant: str
    outcome: str
    date: str
    seconds: int
    commit: str
    reason: str = ""


def pinned(file: str, package: str) -> str:
    """Return the version of a package that a file of requirements names."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    versions: list[str] = re.findall(rf"^{package}==(\S+)$", text, re.MULTILINE)
    return versions[0]


# Of Debian 12, of Debian 13, and the newest.
CLIENTS = ("4.3.4", "6.1.0", pinned("dev.txt", "redis"))
CONTROLLER = pinned("run.txt", "ansible-core")
# Each minor release, and the Pythons that its controller takes; the first that is at hand is used.
CORES = {
    "2.18.19": ("3.11", "3.12", "3.13"),
    CONTROLLER: ("3.11", "3.12", "3.13"),
    "2.20.10": ("3.12", "3.13", "3.14"),
    "2.21.5": ("3.13", "3.12", "3.14"),
}
HOSTS = {"bookworm": "Debian 12", "trixie": "Debian 13"}
SCENARIOS = ("cluster", "sentinel")
# The release that each engine of the matrix has to have for the lanes of upgrades, and the changes that members can
# make one after the other (_rolling/edges.py; a test compares them).
RELEASES = {
    "redis-7.0": "7.0",
    "redis-8.0": "8.0",
    "redis-newest": "8.6",
    "valkey-8.0": "8.0",
    "valkey-8.1": "8.1",
    "valkey-newest": "9.1",
}
UPGRADES = {
    "redis-7.0": ("redis-8.0", "redis-newest", "valkey-8.0", "valkey-8.1", "valkey-newest"),
    "redis-8.0": ("redis-newest",),
    "valkey-8.0": ("redis-8.0", "redis-newest", "valkey-8.1", "valkey-newest"),
    "valkey-8.1": ("redis-8.0", "redis-newest", "valkey-8.0", "valkey-newest"),
}
# All of them pass with Redis in every test run.
ALL_SCENARIOS = sorted(path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml"))

LANES = (
    *(
        Lane(f"engine/{engine}/redis-py-{client}", "site", CONTROLLER, CORES[CONTROLLER], client, engine)
        for engine in engines.MATRIX
        for client in CLIENTS
    ),
    *(
        Lane(f"core/{core.rpartition('.')[0]}/{test}", test, core, pythons, CLIENTS[-1], "redis-7.0")
        for core, pythons in CORES.items()
        for test in ("site", "sanity")
    ),
    *(
        Lane(f"upgrade/{old}/{new}", "upgrade", CONTROLLER, CORES[CONTROLLER], CLIENTS[-1], old, to=new)
        for old, possible in UPGRADES.items()
        for new in possible
    ),
    *(Lane(f"host/{suite}/{scenario}", scenario, suite=suite) for suite in HOSTS for scenario in SCENARIOS),
    *(Lane(f"scenario/valkey/{scenario}", scenario, engine="valkey", suite="bookworm") for scenario in ALL_SCENARIOS),
)


def main() -> int:
    """Run the lanes that were asked for; the exit code shows whether one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("lanes", nargs="*", default=["*"], help="patterns of lanes' names")
    parser.add_argument("--quick", action="store_true", help="one lane that differs from all other tests")
    parser.add_argument("--list", action="store_true", help="name the lanes")
    arguments = parser.parse_args()
    lanes = [quick()] if arguments.quick else chosen(arguments.lanes)
    if arguments.list:
        print(*(lane.name for lane in lanes), sep="\n")
        return 0
    outcomes = []
    for lane in lanes:
        result = run(lane)
        outcomes.append(result.outcome)
        print(f"{lane.name:42} {result.outcome:8} {result.seconds:5} s  {result.reason}", flush=True)
        if not arguments.quick:
            record(lane.name, result)
    passed, failed, skipped = (outcomes.count(outcome) for outcome in ("passed", "failed", "not run"))
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def chosen(patterns: t.Sequence[str]) -> list[Lane]:
    """Return the lanes with matching names; a pattern that matches none is a mistake."""
    for pattern in patterns:
        if not fnmatch.filter((lane.name for lane in LANES), pattern):
            raise SystemExit(f"no lane is named {pattern!r}; there are:\n" + "\n".join(lane.name for lane in LANES))
    return [lane for lane in LANES if any(fnmatch.fnmatchcase(lane.name, pattern) for pattern in patterns)]


def quick() -> Lane:
    """Return a lane of the newest Ansible that has its Python here, the oldest redis-py, and the Valkey at hand."""
    core = next(core for core in reversed(CORES) if any(map(interpreter, CORES[core])))
    engine = next(label for label, wanted in engines.MATRIX.items() if wanted == ("valkey", engines.codename()))
    return Lane("quick", "site", core, CORES[core], CLIENTS[0], engine)


def run(lane: Lane) -> Result:
    """Run one lane; what it prints goes to a file of its name."""
    log = WORK / "logs" / f"{lane.name.replace('/', '_')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start, reason = time.monotonic(), ""
    try:
        with log.open("w", encoding="utf-8") as output:
            ended = TESTS.get(lane.test, run_scenario)(lane, output)
        outcome = "failed" if ended else "passed"
        reason = f"see {log.relative_to(ROOT)}" if ended else ""
    except NotRun as error:
        outcome, reason = "not run", str(error)
    seconds = round(time.monotonic() - start)
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    version = engine_version(lane) if lane.engine in engines.MATRIX else ""
    return Result(what(lane, version), variant(lane), outcome, date, seconds, commit(), reason)


def what(lane: Lane, version: str) -> str:
    """Return what a lane is about, with the version of the engine that ran where it is known."""
    if lane.name.startswith("scenario/"):
        return f"{lane.engine.capitalize()} on {HOSTS[lane.suite]}"
    if lane.suite:
        return HOSTS[lane.suite]
    if lane.name.startswith("core/"):
        return f"ansible-core {lane.core}"
    name, minor = lane.engine.split("-")
    return f"{'Upgrade from ' if lane.to else ''}{name.capitalize()} {version or minor}"


def variant(lane: Lane) -> str:
    """Return what sets a lane apart from others that are about the same."""
    if lane.suite:
        return f"scenario {lane.test}"
    if lane.name.startswith("core/"):
        return {"site": "site.yml", "sanity": "ansible-test sanity"}[lane.test]
    if lane.to:
        name, minor = lane.to.split("-")
        return f"to {name.capitalize()} {RELEASES[lane.to] if minor == 'newest' else minor}"
    return f"redis-py {lane.client}"


def run_site(lane: Lane, output: t.TextIO) -> int:
    """Run the test of a whole site in a network of its own, so that no port is taken; only root can."""
    engine = engine_directory(lane)
    if engine is None:
        raise NotRun(f"engine {lane.engine} is not laid out here: make engines-matrix says why")
    python = environment(lane) / "bin" / "python"
    test = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", SITE, "-k", engine.name]
    network = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    variables = [f"ENGINES={engine.parent}", f"PATH={python.parent}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE=1"]
    root = [] if os.geteuid() == 0 else ["sudo"]
    return execute([*root, "env", *variables, *network, *test], output)


def run_upgrade(lane: Lane, output: t.TextIO) -> int:
    """Run the tests of an upgrade with the two engines of a lane alone, as ``run_site`` does."""
    pair = [upgraded(label) for label in (lane.engine, lane.to)]
    python = environment(lane) / "bin" / "python"
    with tempfile.TemporaryDirectory(prefix="engines-") as directory:
        # The service user has to get through.
        pathlib.Path(directory).chmod(0o755)
        for engine in pair:
            (pathlib.Path(directory) / engine.name).symlink_to(engine)
        test = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", UPGRADE]
        network = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        variables = [f"ENGINES={directory}", f"UPGRADE_FROM={pair[0].name}", f"UPGRADE_TO={pair[1].name}"]
        variables += [f"PATH={python.parent}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE=1"]
        root = [] if os.geteuid() == 0 else ["sudo"]
        return execute([*root, "env", *variables, *network, *test], output)


def upgraded(label: str) -> pathlib.Path:
    """Return where an engine of an upgrade is, which has to be of the release that the lane is about."""
    engine = directory_of(label)
    if engine is None:
        raise NotRun(f"engine {label} is not laid out here: make engines-matrix says why")
    if not engine.name.partition("-")[2].startswith(f"{RELEASES[label]}."):
        raise NotRun(f"engine {label} is {engine.name} here, and the lane is about {RELEASES[label]}")
    return engine


def run_sanity(lane: Lane, output: t.TextIO) -> int:
    """Run ansible-test sanity of another Ansible."""
    return execute(["bash", "tests/tools/sanity.sh"], output, VENV=str(environment(lane)))


def run_scenario(lane: Lane, output: t.TextIO) -> int:
    """Run a scenario of molecule on hosts of another distribution."""
    if not shutil.which("podman") and os.geteuid() != 0 and not shutil.which("sudo"):
        raise NotRun("scenarios take root, or sudo")
    image = f"docker.io/library/debian:{lane.suite}"
    command = ["make", "molecule", f"SCENARIO={lane.test}", f"ENGINE={lane.engine or 'redis'}"]
    return execute(command, output, TESTBED_BASE_IMAGE=image)


TESTS: dict[str, t.Callable[[Lane, t.TextIO], int]] = {"site": run_site, "sanity": run_sanity, "upgrade": run_upgrade}


def execute(command: list[str], output: t.TextIO, **variables: str) -> int:
    """Run a command, and return its exit code."""
    environment_of_it = {**os.environ, **variables}
    return subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=environment_of_it,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    ).returncode


def environment(lane: Lane) -> pathlib.Path:
    """Return a Python environment with a lane's ansible-core and redis-py; made on first use."""
    python = next(filter(None, map(interpreter, lane.pythons)), None)
    if python is None:
        raise NotRun(f"ansible-core {lane.core} takes Python {' or '.join(lane.pythons)}, and none of them is here")
    directory = WORK / "environments" / f"core-{lane.core}-redis-{lane.client}-{python.name}"
    done = directory / ".done"
    if not done.exists():
        shutil.rmtree(directory, ignore_errors=True)
        packages = [f"ansible-core=={lane.core}", f"redis=={lane.client}"]
        packages += [f"{name}=={pinned('dev.txt', name)}" for name in ("hypothesis", "pytest")]
        subprocess.run([str(python), "-m", "venv", str(directory)], check=True)
        pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        done.touch()
    return directory


def interpreter(minor: str) -> pathlib.Path | None:
    """Return a Python of the system or of pyenv."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions"
    candidates = [pathlib.Path(f"/usr/bin/python{minor}"), *sorted(pyenv.glob(f"{minor}.*/bin/python{minor}"))]
    probe = "import ensurepip, venv"
    return next(
        (
            path
            for path in candidates
            if path.exists()
            and subprocess.run([str(path), "-c", probe], check=False, capture_output=True).returncode == 0
        ),
        None,
    )


def engine_directory(lane: Lane) -> pathlib.Path | None:
    """Return where the engine of a lane is laid out."""
    return directory_of(lane.engine)


def directory_of(label: str) -> pathlib.Path | None:
    """Return where an engine of the matrix is laid out."""
    wanted = engines.Wanted(*engines.MATRIX[label])
    for directory in (WORK / "engines", ROOT / ".cache" / "engines"):
        name = engines.known(wanted, directory)
        if name:
            return directory / name
    return None


def engine_version(lane: Lane) -> str:
    """Return the version of a lane's engine, empty where it is not laid out."""
    directory = engine_directory(lane)
    return directory.name.partition("-")[2] if directory else ""


def commit() -> str:
    """Return what was tested: a commit, and whether files differed from it other than those that results go to."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    results = [f":!{path.relative_to(ROOT)}" for path in (RESULTS, ROOT / "README.md", ROOT / "docs" / "support.md")]
    differs = git("status", "--porcelain", "--", ".", *results)
    return git("rev-parse", "--short=12", "HEAD") + ("-dirty" if differs else "")


def record(name: str, result: Result) -> None:
    """Put one result among the others; several of these programs may do so."""
    with (ROOT / ".cache" / "matrix.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        RESULTS.write_text(render(merged(results, name, result)), encoding="utf-8")


def merged(results: t.Mapping[str, t.Any], name: str, result: Result) -> dict[str, t.Any]:
    """Return all results with one of them new, in the order of the lanes; lanes that are no more are forgotten."""
    new = {**results, name: dataclasses.asdict(result)}
    return {lane.name: new[lane.name] for lane in LANES if lane.name in new}


def render(results: t.Mapping[str, t.Any]) -> str:
    """Return the file's content: a line for each lane, so that changes can be read."""
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(result)}" for name, result in results.items())
    return f"{{\n{lines}\n}}\n"


if __name__ == "__main__":
    sys.exit(main())
