# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of one server process lie."""

from __future__ import annotations

from dataclasses import dataclass


def pending_file(data_dir: str) -> str:
    """Return the path of the record of what the instances below a directory take over at their next start."""
    return f"{data_dir}/pending.json"


@dataclass(frozen=True)
class Layout:
    """Where the files of a host's instances lie, and the names of the user and group of the service."""

    server: str
    user: str
    group: str
    config_dir: str
    data_dir: str
    log_dir: str
    run_dir: str
    # The name of the engine's own file, and what else its command line takes: Sentinel has its own.
    own_name: str = "redis.conf"
    arguments: tuple[str, ...] = ()

    def config_file(self, port: int) -> str:
        """Return the path of an instance's managed configuration."""
        return f"{self.config_dir}/{port}.conf"

    def users_file(self, port: int) -> str:
        """Return the path of an instance's users file."""
        return f"{self.config_dir}/{port}.acl"

    def trial_file(self, port: int) -> str:
        """Return the path of the record of what a live change on trial has replaced."""
        return f"{self.config_dir}/{port}.trial"

    @property
    def pending_file(self) -> str:
        """Return the path of the record of what instances take over at their next start."""
        return pending_file(self.data_dir)

    def home(self, port: int) -> str:
        """Return an instance's data directory, which no other instance has."""
        return f"{self.data_dir}/{port}"

    def engine_file(self, port: int) -> str:
        """Return the path of the configuration that belongs to the engine."""
        return f"{self.home(port)}/{self.own_name}"

    def log_file(self, port: int) -> str:
        """Return the path of an instance's log."""
        return f"{self.log_dir}/{port}.log"

    def pid_file(self, port: int) -> str:
        """Return the path of a daemon's pid file."""
        return f"{self.run_dir}/{port}.pid"
