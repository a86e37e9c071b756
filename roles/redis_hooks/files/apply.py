# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inform applications of the primary: rewrite their environment files and restart their services.

Runs as root, started by systemd when Sentinel's hook has left a request, and by Ansible with
``--live``. A program that can write requests is not trusted: a request chooses among
the members of a set that root's configuration names, and never determines what is written or run.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import grp
import json
import os
import pwd
import re
import stat
import subprocess
import sys
import typing as t
from urllib.parse import quote

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import redis_hooks

CONFIGURATION = "/etc/redis-hooks/applications.json"
LARGEST_REQUEST = 4096
CONFIRMED = "confirmed"

Application = t.Mapping[str, t.Any]
Primary = dict[str, t.Any]


class Refused(Exception):
    """Something that is not done, and why."""


def decide(applied: Primary | None, request: Primary) -> str:
    """Return why a request is not followed; empty where it is.

    A switch belongs to a config epoch, which Sentinel raises with each failover: an older one never
    overwrites a newer one. Within an epoch, what Sentinel's file confirms beats what a leader claimed.
    """
    if applied is None:
        return ""
    same = (applied["address"], applied["port"]) == (request["address"], request["port"])
    if request["epoch"] is None:
        known = redis_hooks.endpoint(applied["address"], str(applied["port"]))
        follows = request["standing"] == CONFIRMED or request.get("old_primary") == known
        return "" if same or follows else f"it does not follow on {known}"
    before = -1 if applied["epoch"] is None else applied["epoch"]
    if request["epoch"] != before:
        return "" if request["epoch"] > before else f"it is of epoch {request['epoch']}, and {before} has been applied"
    if same or (request["standing"] == CONFIRMED and applied["standing"] != CONFIRMED):
        return ""
    return f"another primary of epoch {before} has been applied"


def parse(text: str, config: t.Mapping[str, t.Any]) -> Primary:
    """Return a request, if it is of the right shape and chooses a member of a set; raises Refused."""
    try:
        given = json.loads(text)
        request = {key: given[key] for key in ("set", "address", "port", "epoch", "standing")}
        request["old_primary"] = given.get("old_primary")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("it is malformed") from error
    if not all(isinstance(request[key], str) for key in ("set", "address", "standing")):
        raise Refused("it is malformed")
    if not is_number(request["port"]) or not (request["epoch"] is None or is_number(request["epoch"])):
        raise Refused("its port or its epoch is not a number")
    nodes = config["sets"].get(request["set"])
    if nodes is None:
        raise Refused("it does not name a configured set")
    if (request["address"], request["port"]) not in [(node["address"], int(node["port"])) for node in nodes]:
        raise Refused(f"it does not name a member of set {request['set']}")
    return request


def is_number(value: object) -> bool:
    """Return whether a value is a whole number; Python takes true for one, too."""
    return isinstance(value, int) and not isinstance(value, bool)


def values(application: Application, primary: Primary) -> dict[str, str]:
    """Return what an application gets."""
    address, port = primary["address"], primary["port"]
    login = ""
    if application.get("password"):
        login = f"{quote(application.get('user') or '', safe='')}:{quote(application['password'], safe='')}@"
    elif application.get("user"):
        login = f"{quote(application['user'], safe='')}@"
    scheme = "rediss" if application.get("tls") else "redis"
    database = f"/{application['db']}" if application.get("db") else ""
    url = f"{scheme}://{login}{redis_hooks.endpoint(address, str(port))}{database}"
    return {"REDIS_HOST": address, "REDIS_PORT": str(port), "REDIS_URL": url}


def rewritten(text: str, desired: t.Mapping[str, str]) -> str:
    """Return an environment file with each of the variables once, in its place; other lines stay as they are."""
    left = dict(desired)
    lines = []
    for line in text.splitlines():
        found = re.match(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", line)
        if found is None or found[1] not in desired:
            lines.append(line)
        elif found[1] in left:
            lines.append(f"{found[1]}={left.pop(found[1])}")
    lines += [f"{name}={value}" for name, value in left.items()]
    return "".join(f"{line}\n" for line in lines)


def read_own(path: str, owner: int) -> tuple[str, os.stat_result | None]:
    """Return an environment file's text and what it is; raises Refused for a link, or a file of another user."""
    try:
        directory = os.lstat(os.path.dirname(path))
    except FileNotFoundError as error:
        raise Refused(
            f"{os.path.dirname(path)} does not exist. Create it, owned by root or by the application's user, and run "
            "site.yml again"
        ) from error
    if not stat.S_ISDIR(directory.st_mode) or directory.st_uid not in (0, owner) or directory.st_mode & stat.S_IWOTH:
        raise Refused(
            f"{os.path.dirname(path)} is a link, belongs to another user, or is open to all: nothing is written there"
        )
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return "", None
    except OSError as error:
        raise Refused(f"{path} is a link, or cannot be read: {error.strerror}") from error
    with open(descriptor, encoding="utf-8", errors="surrogateescape") as stream:
        seen = os.fstat(stream.fileno())
        if not stat.S_ISREG(seen.st_mode) or seen.st_uid not in (0, owner):
            raise Refused(f"{path} is not a regular file, or belongs to another user (user id {seen.st_uid})")
        return stream.read(), seen


def write_own(path: str, text: str, application: Application) -> None:
    """Replace an environment file in one step, with the owner and the mode that root's configuration names."""
    owner, group = pwd.getpwnam(application["owner"]).pw_uid, grp.getgrnam(application["group"]).gr_gid
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.new")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(text)
        os.fchown(stream.fileno(), owner, group)
        os.fchmod(stream.fileno(), int(application["mode"], 8))
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


class Applier:
    """What is applied, and what has yet to be: kept in a directory of root's."""

    def __init__(self, config: t.Mapping[str, t.Any], dry_run: bool = False) -> None:
        self._config = config
        self._directory: str = config["state"]
        self._dry_run = dry_run
        self.problems: list[str] = []
        self.changes: list[str] = []

    def applied(self) -> dict[str, Primary]:
        """Return the primaries that applications have, by set."""
        try:
            return t.cast("dict[str, Primary]", redis_hooks.load(os.path.join(self._directory, "applied.json")))
        except FileNotFoundError:
            return {}

    def follow(self, request: Primary) -> None:
        """Inform the applications of a set, if the request is not older than what they know."""
        applied = self.applied()
        reason = decide(applied.get(request["set"]), request)
        if reason:
            say(f"{request['set']}: {request['address']}:{request['port']} is not followed: {reason}")
            return
        if not self._dry_run:
            kept = {key: request[key] for key in ("address", "port", "epoch", "standing")}
            if kept["epoch"] is None:
                kept["epoch"] = (applied.get(request["set"]) or kept)["epoch"]
            self._keep("applied.json", {**applied, request["set"]: kept})
        self.inform(request["set"], request)

    def inform(self, name: str, primary: Primary) -> None:
        """Give each application of a set its primary; one that fails does not stop the others."""
        for application in self._config["applications"]:
            if application["set"] != name:
                continue
            try:
                self._inform(application, primary)
            except (Refused, OSError, KeyError, subprocess.SubprocessError) as error:
                self.problems.append(f"{application['env_file']}: {error}")

    def _inform(self, application: Application, primary: Primary) -> None:
        path, mark = application["env_file"], f"restart-{redis_hooks.event_id(application['env_file'])}"
        text, seen = read_own(path, pwd.getpwnam(application["owner"]).pw_uid)
        desired = rewritten(text, values(application, primary))
        pending = os.path.exists(os.path.join(self._directory, mark))
        if seen is None or text != desired:
            self.changes.append(f"{path}: {primary['address']}:{primary['port']}")
            if self._dry_run:
                return
            # The mark comes first: a kill between the two would else leave an application that knows nothing.
            self._keep(mark, {"service": application.get("service") or ""})
            write_own(path, desired, application)
            pending = True
        if pending and not self._dry_run:
            restart(application)
            os.unlink(os.path.join(self._directory, mark))

    def finish(self) -> None:
        """Do the restarts that an earlier run was killed before."""
        for name, primary in self.applied().items():
            if name in self._config["sets"]:
                self.inform(name, primary)

    def _keep(self, name: str, content: t.Mapping[str, t.Any]) -> None:
        redis_hooks.replace(os.path.join(self._directory, name), json.dumps(content), 0o600)


def restart(application: Application) -> None:
    """Restart or reload an application's service, as it is configured."""
    verbs = {"restart": "restart", "reload": "reload-or-restart"}
    service, verb = application.get("service"), verbs.get(application.get("action") or "restart")
    if service and verb:
        subprocess.run(["systemctl", verb, "--", service], check=True, stdin=subprocess.DEVNULL)
        say(f"{service}: {verb}")


def requests(directory: str) -> t.Iterator[str]:
    """Yield the content of requests, the oldest first, and remove them; whatever else lies there is put aside."""
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = os.path.join(directory, name)
        if not name.endswith(".json"):
            continue
        text = None
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, "rb") as stream:
                if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    text = stream.read(LARGEST_REQUEST + 1).decode("utf-8", "replace")
        except OSError as error:
            say(f"{path}: {error.strerror}")
        remove(path)
        if text is None or len(text) > LARGEST_REQUEST:
            say(f"{path}: no request")
        else:
            yield text


def remove(path: str) -> None:
    """Remove a request; a directory in its place only gets another name."""
    try:
        os.unlink(path)
    except OSError:
        os.rename(path, f"{path}.{os.getpid()}.rejected")


def known(config: t.Mapping[str, t.Any], name: str, address: str, port: int) -> Primary:
    """Return what Ansible has found out as a request: a majority of the Sentinels agrees."""
    view = redis_hooks.sentinel_view(config["sentinel_file"], name)
    epoch = view[1] if view and view[0] == redis_hooks.endpoint(address, str(port)) else None
    return {"set": name, "address": address, "port": port, "epoch": epoch, "standing": CONFIRMED}


def say(text: str) -> None:
    """Write a line to the journal."""
    print(text.encode("ascii", "backslashreplace").decode(), file=sys.stderr)


def main(arguments: t.Sequence[str]) -> int:
    """Follow all requests, or what Ansible knows; return whether all went well."""
    parser = argparse.ArgumentParser(description="Inform applications of the primary")
    parser.add_argument("--configuration", default=CONFIGURATION)
    parser.add_argument(
        "--live", action="store_true", help="read primaries from standard input: {set: {address, port}}"
    )
    parser.add_argument("--dry-run", action="store_true", help="report what would be changed, and change nothing")
    options = parser.parse_args(arguments)
    config = redis_hooks.load(options.configuration)
    os.makedirs(config["state"], mode=0o700, exist_ok=True)
    with open(os.path.join(config["state"], "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        applier = Applier(config, options.dry_run)
        for text in [] if options.dry_run else requests(config["requests"]):
            try:
                applier.follow(parse(text, config))
            except Refused as refusal:
                say(f"a request is not followed: {refusal}")
        for name, live in (json.load(sys.stdin) if options.live else {}).items():
            applier.follow(known(config, name, live["address"], int(live["port"])))
        applier.finish()
    for change in dict.fromkeys(applier.changes):
        print(f"changed {change}")
    for problem in dict.fromkeys(applier.problems):
        say(f"PROBLEM: {problem}")
    return 1 if applier.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
