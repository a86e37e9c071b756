# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking for health in this process: many questions in the time that one module takes to start."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import typing as t

import redis
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Unhealthy
from ansible_collections.almashooq.redis.plugins.module_utils._health.operation import assert_health
from ansible_collections.almashooq.redis.plugins.module_utils._health.options import HEALTH

from .fleet import until

DEFAULTS = {
    name: option.get("default") for name, option in {**CONNECTION, **SENTINEL_LOGIN, **CLUSTER, **HEALTH}.items()
}
Result = dict[str, t.Any]


@dataclasses.dataclass
class Patient:
    """A deployment and the options that it is asked with; those of a question come on top."""

    options: dict[str, t.Any]

    def ask(self, **options: t.Any) -> Result:
        """Return the module's result, healthy or not."""
        try:
            return assert_health({**DEFAULTS, **self.options, **options}, lambda node, command: None)
        except Unhealthy as unhealthy:
            return dict(unhealthy.data)

    def findings(self, **options: t.Any) -> set[tuple[str, str | None]]:
        """Return check and node of each finding."""
        return {(one["check"], one["node"]) for one in self.ask(**options)["findings"]}

    def checks(self, **options: t.Any) -> set[str]:
        """Return the names of the checks that found something."""
        return {check for check, _node in self.findings(**options)}

    def until_found(self, check: str, node: str | None = None, **options: t.Any) -> Result:
        """Wait until the check finds something (of that node) and return that finding, which must be complete."""
        seen: list[Result] = []

        def found() -> bool:
            seen[:] = [
                one for one in self.ask(**options)["findings"] if one["check"] == check and node in (None, one["node"])
            ]
            return bool(seen)

        until(found, f"finding {check} of {node or 'any node'}")
        assert seen[0]["message"], seen
        assert seen[0]["hint"], seen
        return seen[0]

    def until_gone(self, check: str, **options: t.Any) -> None:
        """Wait until the check finds nothing any more."""
        until(lambda: check not in self.checks(**options), f"no finding {check} any more")

    def until_healthy(self, **options: t.Any) -> None:
        """Wait until nothing at all is found."""
        until(lambda: not self.findings(**options), "no finding any more")


@contextlib.contextmanager
def busy(act: t.Callable[[], object]) -> t.Iterator[None]:
    """Do something again and again while the block runs; that a server refuses is a part of some tests."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                act()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        done.set()
        worker.join()
