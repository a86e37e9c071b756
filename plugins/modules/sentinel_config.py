#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configure and run the Sentinel of one host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel_config
short_description: Configure and run the Sentinel of one host
version_added: 0.2.0
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes the managed settings and the users file, creates Sentinel's own file once, empty, and starts Sentinel.
  - Sentinel's own file belongs to Sentinel. The module edits only the hooks in it, because Sentinel accepts them
    nowhere else (C(deny-scripts-reconfig) stays on), and only while this Sentinel is stopped.
  - Users and the login on the instances are changed at run time. Settings and hooks need a restart. There is one
    restart for all of them, and only if all O(peers) are up. Call this module on one host after the other (C(throttle)
    of 1).
  - Before it changes anything, the module takes the lock of the deployment, at this Sentinel and at those of O(peers).
    Another run waits.
  - The engine validates the settings. A throwaway Sentinel starts with them without a port; whatever it refuses is
    refused before anything is changed.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.host
  - almashooq.redis.host.users
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  config_dir:
    description:
      - Directory of the managed files, V(PORT.conf) and V(PORT.acl).
    type: path
    default: /etc/redis-sentinel
  data_dir:
    description:
      - Base of Sentinel's data directory, which is below it, named by the port and containing Sentinel's own
        V(sentinel.conf).
    type: path
    default: /var/lib/redis-sentinel
  log_dir:
    description:
      - Directory of the log, V(PORT.log).
    type: path
    default: /var/log/redis-sentinel
  run_dir:
    description:
      - Directory of a daemon's pid file.
    type: path
    default: /run/redis-sentinel
  address:
    description:
      - IP address that Sentinel listens on, in addition to loopback.
    type: str
    required: true
  port:
    description:
      - Port of the server.
    type: int
    default: 26379
  settings:
    description:
      - Directives of the process, for example C(loglevel) or C(tls-port). What Sentinel monitors is not configured
        here.
    type: dict
    default: {}
  peer_user:
    description:
      - User that the other Sentinels log in as. It has only the rights they need.
    type: str
    default: sentinel
  peer_password:
    description:
      - Password of O(peer_user).
    type: str
    required: true
  client_user:
    description:
      - User for applications, which may only query the primary and subscribe to failover events.
    type: str
    default: client
  client_password:
    description:
      - Password of O(client_user). Without it, the user is not created.
    type: str
  sets:
    description:
      - Names of the sets that Sentinel logs in to with O(auth_user). Sets that it does not monitor are skipped.
    type: list
    elements: str
    default: []
  auth_user:
    description:
      - User that Sentinel uses to log in to the instances of O(sets).
    type: str
  auth_password:
    description:
      - Password of O(auth_user). If omitted, the login of the sets is left unchanged.
    type: str
  notification_script:
    description:
      - Program that Sentinel runs for each event of a set. Default is none.
    type: path
  client_reconfig_script:
    description:
      - Program that Sentinel runs when another instance becomes primary. Default is none.
    type: path
  scripts_to_come:
    description:
      - Programs that an earlier task of the same run installs.
      - A missing one is accepted in the plan instead of refused.
      - For check mode, in which that task has installed nothing. Sentinel does not start without its programs.
    type: list
    elements: path
    default: []
  peers:
    description:
      - Other Sentinels, which must be up before this one is restarted.
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description:
          - Address of the server.
        type: str
        required: true
      port:
        description:
          - Port of the server.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on.
        type: str
      zone:
        description:
          - Failure domain of the machine.
        type: str
      announce_ip:
        description:
          - Address that it announces; not used here.
        type: str
      announce_port:
        description:
          - Port that it announces; not used here.
        type: int
  unit:
    description:
      - Systemd unit that runs Sentinel. If omitted, Sentinel runs as a daemon.
    type: str
  service:
    description:
      - Host setup around the Sentinel, as in M(almashooq.redis.host_service). It is applied first, in the same call.
        The units are enabled, and started by this module.
    type: dict
    suboptions:
      files:
        description: Files to write. Their directories must exist or be made by the same call.
        type: list
        elements: dict
        default: []
        suboptions:
          path:
            description: Path.
            type: path
            required: true
          content:
            description: Content of the file.
            type: str
            required: true
          owner:
            description: Owner of the path.
            type: str
            default: root
          group:
            description: Group of the path.
            type: str
            default: root
          mode:
            description: Mode, as an octal number.
            type: str
            default: "0644"
          restarts:
            description:
              - Whether the units read the file at start, so that they are restarted if their process is older.
            type: bool
            default: false
      units:
        description:
          - Units, with their suffix. They are queried in one call to systemd, and started in parallel.
          - Other units whose files are among O(service.files) are only reloaded by systemd.
        type: list
        elements: str
        default: []
  open_files:
    description:
      - Limit of open files of a daemon.
    type: int
    default: 65536
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: Run a Sentinel with hooks
  almashooq.redis.sentinel_config:
    address: 198.51.100.11
    admin_password: "{{ redis_node_admin_password }}"
    peer_password: "{{ redis_node_sentinel_password }}"
    notification_script: /usr/local/lib/redis-hooks/notify
    client_reconfig_script: /usr/local/lib/redis-hooks/reconfigure
    sets: [main]
    auth_user: sentinel
    auth_password: "{{ redis_node_sentinel_password }}"
    peers:
      - {address: 198.51.100.12, port: 26379}
      - {address: 198.51.100.13, port: 26379}
    unit: redis-sentinel@26379.service
  throttle: 1
"""

RETURN = r"""
plan:
  description: Planned steps, one line each.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration.
  returned: always
  type: list
  elements: dict
running:
  description: Whether Sentinel runs.
  returned: success
  type: bool
service:
  description: Result of M(almashooq.redis.host_service).
  returned: when O(service) is given
  type: dict
sets:
  description: Names of the sets that it monitors.
  returned: success
  type: list
  elements: str
config_file:
  description: Path of the managed file.
  returned: success
  type: str
sentinel_file:
  description: Path of Sentinel's own file.
  returned: success
  type: str
engine:
  description: Engine and version.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.operation import SentinelOperation
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.options import SENTINEL_CONFIG


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SENTINEL_CONFIG, supports_check_mode=True)
    converge(module, SentinelOperation)


if __name__ == "__main__":
    main()
