# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs before an instance at every start: a restarted primary must not erase what its replicas have.

    redis_guard.py [--user UID:GID] ENGINE_FILE MANAGED_FILE SET_FILE

With --user, root hands its rights over to the service user first: the interpreter may lie where only root gets at it.

Returns when the server may start.  Whatever happens it returns, within the bounds of guard_rules.py: an instance that
could not start would be worse.  SET_FILE names the members and Sentinels of a replication set; a cluster needs none.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import sys
import time
import typing as t

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import guard_disk
import guard_peers
import guard_rules

INTERVAL = 0.2  # seconds between two rounds of questions
OTHERS = 9  # primaries without a part in this shard that are asked, too
SLACK = 30  # seconds beyond all bounds after which the program ends itself
DEFAULT_NODE_TIMEOUT = "15000"  # milliseconds, the engine's own

Decide = t.Callable[[float], guard_rules.Decision]


class Guard:
    """One instance about to start."""

    def __init__(self, engine_file: str, managed_file: str, set_file: str) -> None:
        self._engine_file, self._set_file = engine_file, set_file
        self._given = guard_disk.settings(engine_file, managed_file)
        self._login = (self._given.get("masteruser", ""), self._given.get("masterauth", ""))
        self._disk = guard_disk.disk(self._given)
        self._handed_over = False
        self.port = int(self._given["port"])

    def run(self) -> str:
        """Wait as long as it takes; return how and why the server may start now."""
        if not guard_disk.started_before(self._given) and not guard_disk.nodes_file(self._given):
            return "starts: this is its first start"
        is_cluster = self._given.get("cluster-enabled") == "yes"
        reason, decide, limits = self._cluster() if is_cluster else self._set()
        if decide is None or limits is None:
            return f"starts: {reason}"
        return self._wait(decide, limits)

    def finish(self) -> None:
        """Remember this start."""
        guard_disk.remember_boot(self._given)

    def _wait(self, decide: Decide, limits: guard_rules.Limits) -> str:
        signal.alarm(int(limits.longest) + SLACK)
        begin, reported = time.monotonic(), ""
        while True:
            decision = decide(time.monotonic() - begin)
            if decision.action == guard_rules.HAND_OVER and decision.primary is not None:
                self._hand_over(decision.primary, decision.reason)
                continue
            if decision.action != guard_rules.WAIT:
                break
            if not reported:
                say(self.port, decision.reason)
                reported = decision.reason
            time.sleep(INTERVAL)
        signal.alarm(0)
        waited = f" after {time.monotonic() - begin:.1f} s" if reported else ""
        if decision.action == guard_rules.FOLLOW and decision.primary is not None:
            guard_disk.follow(self._engine_file, decision.primary)
            host, port = decision.primary
            return f"starts{waited} as a replica of {host}:{port}: {decision.reason}"
        return f"starts{waited}: {decision.reason}"

    def _hand_over(self, candidate: guard_rules.Address, reason: str) -> None:
        self._handed_over = True
        say(self.port, reason)
        try:
            guard_peers.converse(candidate, self._login, [["CLUSTER", "FAILOVER", "TAKEOVER"]])
        except (OSError, ValueError, guard_peers.Answered) as error:
            say(self.port, f"{candidate[0]}:{candidate[1]} did not become primary: {guard_peers.reason(error)}")

    def _cluster(self) -> tuple[str, Decide | None, guard_rules.Limits | None]:
        known = guard_disk.members(guard_disk.nodes_file(self._given))
        own = next((one for one in known if "myself" in one.flags), None)
        reason = guard_rules.cluster_at_once(own, known, self._disk)
        if reason or own is None:
            return reason, None, None
        reachable = [one for one in known if one is not own and one.address[1] and "noaddr" not in one.flags]
        replicas = [one.address for one in reachable if one.primary == own.id]
        others = sorted((one for one in reachable if one.is_primary), key=lambda one: "fail" in one.flags)
        asked = [*replicas, *(one.address for one in others[:OTHERS])]
        ask = functools.partial(guard_peers.peer, login=self._login, cluster=True)
        limits = guard_rules.cluster_limits(float(self._given.get("cluster-node-timeout", DEFAULT_NODE_TIMEOUT)) / 1000)

        def decide(elapsed: float) -> guard_rules.Decision:
            peers = guard_peers.ask_all(ask, asked)
            return guard_rules.cluster(own, self._disk, peers, replicas, elapsed, limits, handed_over=self._handed_over)

        return "", decide, limits

    def _set(self) -> tuple[str, Decide | None, guard_rules.Limits | None]:
        if "replicaof" in self._given or "slaveof" in self._given:
            return "it is a replica", None, None
        try:
            with open(self._set_file, encoding="utf-8") as stream:
                watched = json.load(stream)
        except FileNotFoundError:
            watched = {"sentinels": []}
        if not watched["sentinels"]:
            return "no Sentinel could promote another instance", None, None
        own = self._own_addresses()
        peers = [(host, port) for host, port in watched["peers"] if (host, port) not in own]
        sentinels = [tuple(one) for one in watched["sentinels"]]
        limits = guard_rules.sentinel_limits(watched["down_after"], watched["failover_timeout"])
        ask_peer = functools.partial(guard_peers.peer, login=self._login, cluster=False)
        ask_sentinel = functools.partial(guard_peers.sentinel, login=self._login, name=watched["set"])

        def decide(elapsed: float) -> guard_rules.Decision:
            answers = guard_peers.ask_all(ask_peer, peers)
            named = guard_peers.ask_all(ask_sentinel, sentinels)
            return guard_rules.sentinel_set(own, self._disk, answers, named, elapsed, limits)

        return "", decide, limits

    def _own_addresses(self) -> list[guard_rules.Address]:
        bound = self._given.get("bind", "").split(" ")
        announced = self._given.get("replica-announce-ip") or bound[0]
        port = self._given.get("replica-announce-port", "0")
        return [
            (announced, int(port) if port.isdigit() and port != "0" else self.port),
            *((host.lstrip("-"), self.port) for host in bound),
        ]


def say(port: int, text: str) -> None:
    """Log a line."""
    print(f"start guard of {port}: {text}", flush=True)


def become(user: str) -> None:
    """Give up all rights but those of the service user, for good."""
    uid, gid = (int(number) for number in user.split(":"))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def main() -> None:
    """Return when the server may start; an error of the guard's own is logged and does not keep it."""
    words = sys.argv[1:]
    if words[0] == "--user":
        become(words[1])
        words = words[2:]
    guard = Guard(*words)
    try:
        say(guard.port, guard.run())
    finally:
        with contextlib.suppress(OSError):
            guard.finish()


if __name__ == "__main__":
    main()
