# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only a host itself can report: what is installed, whether hooks can be run, whether its services answer."""

from __future__ import annotations

import grp
import os
import pwd
import re
import ssl
import stat
import time
import typing as t
import urllib.error
import urllib.request

from .._errors import CollectionError
from .._host.commands import run, systemd_runs, text_of
from .._text import SECRET_SETTINGS

Params = t.Mapping[str, t.Any]
Value = t.Dict[str, t.Any]
# An exporter that reports that a server is down does its work; one that cannot log in does not.
SCRAPED = r"^redis_up 1$|^redis_exporter_last_scrape_error\{err=\"(?!.*(WRONGPASS|NOAUTH|NOPERM))"
_VERSION = re.compile(r"\bv=(\S+)")
# Where the files of an instance lie is not a setting that would distinguish two deployments.
_PLACES = frozenset(["aclfile", "dir", "logfile", "port", "bind", "include"])


def look(params: Params, _record: object) -> Value:
    """Return what is there and what answers; what is not there is a value, too.  ``seconds``: what asking took."""
    began = time.monotonic()
    found = {
        "host": params["host"],
        "server": _server(params["server"]),
        "systemd": systemd_runs(),
        "units": {name: _enabled(name) for name in params["units"]} if systemd_runs() else {},
        "hooks": [_program(path, params["hooks_user"]) for path in params["hooks"]],
        "settings": {str(port): _settings(f"{params['config_dir']}/{port}.conf") for port in params["ports"]},
        "services": [_ask(one, params["timeout"]) for one in _services(params)],
    }
    return {**found, "seconds": round(time.monotonic() - began, 3)}


def _services(params: Params) -> list[Params]:
    """Return what to query: the exporter for each of its targets, the endpoint, and what else is named."""
    exporter = [
        {"kind": "exporter", "node": name, "url": f"{params['exporter']}/scrape?target=redis://{name}", "seen": SCRAPED}
        for name in params["targets"]
        if params["exporter"]
    ]
    endpoint = [{"kind": "endpoint", "node": params["host"], "url": params["endpoint"]}] if params["endpoint"] else []
    return [*exporter, *endpoint, *params["services"]]


def _server(path: str) -> Value:
    if not os.path.isfile(path):
        return {"path": path, "problem": "it is not there", "version": ""}
    try:
        said = run([path, "--version"])
    except (CollectionError, OSError) as error:
        return {"path": path, "problem": str(error), "version": ""}
    found = _VERSION.search(said)
    engine = "valkey" if said.lower().startswith("valkey") else "redis"
    return {"path": path, "problem": "", "version": f"{engine} {found[1]}" if found else said.strip()}


def _enabled(unit: str) -> str:
    """Return what systemd says of a unit at boot: enabled, disabled, not-found ..."""
    return run(["systemctl", "is-enabled", unit], allowed=None).strip() or "not-found"


def _program(path: str, user: str) -> Value:
    try:
        about = os.stat(path)
    except OSError as error:
        return {"path": path, "problem": f"cannot be inspected: {error.strerror}"}
    if not stat.S_ISREG(about.st_mode):
        return {"path": path, "problem": "is not a file"}
    runnable = _may_run(about, user)
    return {
        "path": path,
        "problem": "" if runnable else f"cannot be run by {user} (mode {stat.S_IMODE(about.st_mode):04o})",
    }


def _may_run(about: os.stat_result, user: str) -> bool:
    try:
        person = pwd.getpwnam(user)
    except KeyError:
        return False
    if about.st_uid == person.pw_uid:
        return bool(about.st_mode & stat.S_IXUSR)
    groups = {person.pw_gid, *(one.gr_gid for one in grp.getgrall() if user in one.gr_mem)}
    if about.st_gid in groups:
        return bool(about.st_mode & stat.S_IXGRP)
    return bool(about.st_mode & stat.S_IXOTH)


def _settings(path: str) -> dict[str, str]:
    """Return the settings of a managed file, which are those that were chosen by people, without secrets."""
    found = {}
    for line in (text_of(path) or "").splitlines():
        name, _blank, value = line.strip().partition(" ")
        name = name.lower()
        if name and not name.startswith("#") and name not in SECRET_SETTINGS | _PLACES:
            found[name] = value.strip().strip('"')
    return found


def _ask(service: Params, timeout: float) -> Value:
    """Ask a service by HTTP; any status is an answer, and ``seen`` has to be in its text where that is given."""
    reported = {
        "kind": service["kind"],
        "node": service.get("node") or "",
        "url": service["url"],
        "status": 0,
        "problem": "",
    }
    # The names in its certificate are not checked here: its clients know by which name they use it.
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with opener.open(service["url"], timeout=timeout) as answer:
            status, text = answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode(errors="replace")
    except (OSError, ValueError) as error:
        return {**reported, "problem": f"does not answer: {getattr(error, 'reason', error)}"}
    seen = service.get("seen") or ""
    missing = bool(seen) and not re.search(seen, text, re.MULTILINE)
    return {**reported, "status": status, "problem": f"answers {status}, without {seen!r} in it" if missing else ""}
