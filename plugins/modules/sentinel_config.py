#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configure and run the Sentinel of one host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel_config
short_description: Configures and runs the Sentinel of one host
version_added: 0.1.0
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes the managed settings and the users file, creates Sentinel's own file once, empty, and starts Sentinel.
  - Sentinel's own file is Sentinel's. It is edited for one thing only, the hooks, which Sentinel takes from nowhere
    else (C(deny-scripts-reconfig) stays on), and only while this Sentinel is stopped.
  - Users, and the login at the instances, are changed while it runs. Settings and hooks take a restart, one for all of
    them, and only when all O(peers) are up. Call this module on one host after the other (C(throttle) of 1).
  - "The settings are judged by the engine: a throwaway Sentinel without a port refuses what it refuses, before anything
    is changed."
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  server:
    description:
      - Path of the engine's server binary, which is Sentinel's, too.
    type: path
    default: /usr/bin/redis-server
  user:
    description:
      - User that Sentinel runs as.
    type: str
    default: redis
  group:
    description:
      - Group of O(user), which may read the managed files.
    type: str
    default: redis
  config_dir:
    description:
      - Directory of the managed files, V(PORT.conf) and V(PORT.acl).
    type: path
    default: /etc/redis-sentinel
  data_dir:
    description:
      - Directory below which Sentinel has its own, named by its port, with its own V(sentinel.conf) in it.
    type: path
    default: /var/lib/redis-sentinel
  log_dir:
    description:
      - Directory of the log, V(PORT.log).
    type: path
    default: /var/log/redis-sentinel
  run_dir:
    description:
      - Directory of the pid file of a daemon.
    type: path
    default: /run/redis-sentinel
  address:
    description:
      - IP address that Sentinel listens on besides loopback.
    type: str
    required: true
  port:
    description:
      - Its port.
    type: int
    default: 26379
  settings:
    description:
      - Directives of the process, for example C(loglevel) or C(tls-port). What Sentinel watches is none of them.
    type: dict
    default: {}
  users:
    description:
      - Further users of Sentinel. The user V(default) is off unless it is listed here.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the user.
        type: str
        required: true
      password:
        description:
          - Its password. Only its hash is written.
        type: str
      rules:
        description:
          - What it may do, in the words of ACL SETUSER.
        type: str
        default: ""
  admin_user:
    description:
      - User with all rights, whom the modules log in as.
    type: str
    default: admin
  admin_password:
    description:
      - Password of O(admin_user).
    type: str
    required: true
  admin_password_old:
    description:
      - Password that a running Sentinel still has, for the run that changes O(admin_password).
    type: str
  peer_user:
    description:
      - User that the other Sentinels log in as. It has the rights for that only.
    type: str
    default: sentinel
  peer_password:
    description:
      - Password of O(peer_user).
    type: str
    required: true
  client_user:
    description:
      - User for applications, which may ask who is primary and hear of a switch, and nothing else.
    type: str
    default: client
  client_password:
    description:
      - Password of O(client_user). Without it there is no such user.
    type: str
  sets:
    description:
      - Names of the sets that Sentinel logs in at with O(auth_user). Those that it does not watch are passed over.
    type: list
    elements: str
    default: []
  auth_user:
    description:
      - User that Sentinel logs in as at the instances of O(sets).
    type: str
  auth_password:
    description:
      - Password of O(auth_user). Without it the login of the sets is left alone.
    type: str
  notification_script:
    description:
      - Program that Sentinel runs for each event of a set. Without it, none.
    type: path
  client_reconfig_script:
    description:
      - Program that Sentinel runs when another instance becomes primary. Without it, none.
    type: path
  scripts_to_come:
    description:
      - Programs that another task of the same run installs before this one.
      - One that is not there is planned with instead of refused.
      - For check mode, in which that other task has installed nothing. Sentinel does not start without its programs.
    type: list
    elements: path
    default: []
  peers:
    description:
      - The other Sentinels, which have to be up before this one is restarted.
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description:
          - Its address.
        type: str
        required: true
      port:
        description:
          - Its port.
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
          - Address that it announces; not looked at here.
        type: str
      announce_port:
        description:
          - Port that it announces; not looked at here.
        type: int
  unit:
    description:
      - Systemd unit that runs Sentinel. Without it, Sentinel runs as a daemon.
    type: str
  open_files:
    description:
      - Limit of open files of a daemon.
    type: int
    default: 65536
  timeout:
    description:
      - How long each wait may take at most, in seconds.
    type: float
    default: 60.0
requirements:
  - redis-py (Python package C(redis)) 4.3 or later on the host that runs the module
  - Linux
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: A Sentinel with hooks
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
  description: What was to be done, one line each.
  returned: always
  type: list
  elements: str
done:
  description: What was done, and how long it took.
  returned: always
  type: list
  elements: dict
running:
  description: Whether Sentinel runs.
  returned: success
  type: bool
sets:
  description: Names of the sets that it watches.
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
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.execute import SentinelConfig
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.options import SENTINEL_CONFIG


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SENTINEL_CONFIG, supports_check_mode=True)
    converge(module, SentinelConfig)


if __name__ == "__main__":
    main()
