#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.instance``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: instance
version_added: 0.1.0
short_description: Converges the managed configuration of the instances of one host
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes the managed configuration and the users file of each instance, and changes in running instances what can be
    changed while they run.
  - "What the settings mean is the engine's to say: a throwaway server of the same binary, with the settings to be and
    without a port, refuses what it refuses, before anything is changed, and shows the values that running instances are
    compared with. No unit, alias or default is known to this module."
  - Running instances are compared in all their settings. A directive that is dropped goes back to the engine's default,
    and so does what somebody has set by hand.
  - "What takes a restart is written and returned as RV(restart_required): this module restarts nothing."
  - "The engine's own file (V(redis.conf) in the data directory) is created empty and never written again: it belongs to
    the engine, which keeps there what replication and Sentinel decide. An instance has to be started as
    C(SERVER DATA_DIR/PORT/redis.conf --include CONFIG_DIR/PORT.conf)."
extends_documentation_fragment:
  - almashooq.redis.host
  - almashooq.redis.connection.attributes
options:
  settings:
    description:
      - Directives of the engine for all instances, by name. Those in O(instances[].settings) win.
      - A text or a number is the rest of the line as in V(redis.conf), a boolean is V(yes) or V(no), and null leaves
        the directive out, also one that this module would write. A list is several lines where the engine adds them up
        (for example C(save)), or one line with all values where it takes several (for example C(bind)); any other list
        of more than one value is refused.
      - What would cut an instance off from its peers, its replicas, Sentinel or this module is refused, for example
        C(bind) without the instance's own address, or C(rename-command) of a command that the engine writes to
        replicas. The error tells why, and what to do instead.
      - Some directives cannot be set here, because this module derives them from other options or because they belong
        to the engine. The error for each names the option.
    type: dict
    default: {}
  secret_settings:
    description:
      - Like O(settings), for directives whose value is a secret, such as V(tls-key-file-pass). They are not shown.
    type: dict
    default: {}
  replication_user:
    description:
      - User that replicas log in as to their primary. It has the rights for replication only.
    type: str
    default: replication
  replication_password:
    description:
      - Password of O(replication_user).
    type: str
    required: true
  users:
    description:
      - All other users. The engine's V(default) user is off unless it is listed here.
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
          - Password of the user. Only its hash is written.
        type: str
      rules:
        description:
          - "ACL rules as the engine takes them, for example V(~app:* +@read)."
        type: str
        default: ""
  accept_memory_overcommit:
    description:
      - Whether C(maxmemory) of all instances together may be more than the memory of the host.
    type: bool
    default: false
  live:
    description:
      - Which part of the work this call does. A setting that running instances take while they run is changed on one
        instance first. It stays only if a new connection to the instance's address is let in, and if the instance still
        stands in its deployment as before, as its peers, its replicas or its primary see it. Otherwise the values from
        before are put back over the connection that was open all the time, and the module fails.
      - V(apply) does everything, on one instance after another.
      - "The others are for a deployment on several hosts. V(defer) leaves instances alone that have such a change, and
        returns them as RV(deferred). V(trial) makes the change, and keeps the values from before on record. V(keep)
        drops that record and writes the files; it leaves users and logins, which change on all hosts at once, to a call
        with V(apply). V(undo) puts the values from before back, and does nothing else."
      - Whatever a call that was interrupted has on record is put back first, unless the call is to V(keep) it.
    type: str
    choices: [apply, defer, trial, keep, undo]
    default: apply
  only:
    description:
      - Ports of the instances that this call is about. By default all.
    type: list
    elements: int
    default: []
seealso:
  - module: almashooq.redis.instance_daemon
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Two instances with 2 GB each
  almashooq.redis.instance:
    instances:
      - port: 7000
        address: 192.0.2.11
      - port: 7001
        address: 192.0.2.11
        settings:
          replica-priority: 50
    settings:
      maxmemory: 2gb
      maxmemory-policy: allkeys-lru
      save: ["900 1", "300 10"]
      client-output-buffer-limit: replica 512mb 128mb 60
    admin_password: "{{ admin_password }}"
    replication_password: "{{ replication_password }}"
    users:
      - name: app
        password: "{{ app_password }}"
        rules: ~app:* +@read +@write
  register: configured

- name: Tell what waits for a restart
  ansible.builtin.debug:
    msg: "{{ item.port }}: {{ item.setting }} is {{ item.running }}, will be {{ item.wanted }}"
  loop: "{{ configured.restart_required }}"

- name: Change the password of the administrator
  almashooq.redis.instance:
    instances:
      - port: 7000
        address: 192.0.2.11
    admin_password: "{{ new_password }}"
    admin_password_old: "{{ old_password }}"
    replication_password: "{{ replication_password }}"
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
  contains:
    step:
      description: Line of RV(plan).
      type: str
    seconds:
      description: Seconds that it took, together with the steps done at the same time.
      type: float
instances:
  description: The instances.
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port.
      type: int
    address:
      description: Address.
      type: str
    running:
      description: Whether it runs.
      type: bool
    pid:
      description: Its process, or null.
      type: int
    config_file:
      description: Path of the managed configuration.
      type: str
    users_file:
      description: Path of the users file.
      type: str
    data_dir:
      description: Path of the data directory.
      type: str
restart_required:
  description: What running instances take over at their next start only.
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port of the instance.
      type: int
    setting:
      description: Name of the setting, or V((version\)) where another version runs than is installed.
      type: str
    running:
      description: Value in force.
      type: str
    wanted:
      description: Value from the next start on.
      type: str
deferred:
  description: Instances that are left alone because of a live change, with O(live=defer).
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port of the instance.
      type: int
    role:
      description: V(master) or V(slave).
      type: str
    settings:
      description: Names of the settings.
      type: list
      elements: str
memory:
  description: What the instances may take and what the host has, in bytes.
  returned: success
  type: dict
  contains:
    limit:
      description: Memory of the host, or of the container that it is.
      type: int
    source:
      description: What sets the limit.
      type: str
    total:
      description: Sum of C(maxmemory) of all managed instances of the host.
      type: int
    instances:
      description: C(maxmemory) of each instance, by port.
      type: dict
    others:
      description: C(maxmemory) of managed instances that are not in O(instances), by file name.
      type: dict
engine:
  description: The engine that was asked.
  returned: success
  type: dict
  contains:
    name:
      description: V(redis) or V(valkey).
      type: str
    version:
      description: Its version.
      type: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._instance.config import Config
from ansible_collections.almashooq.redis.plugins.module_utils._instance.options import CONFIG


def main() -> None:
    """Converge the configuration of this host's instances."""
    module = AnsibleModule(argument_spec=CONFIG, supports_check_mode=True)
    converge(module, Config)


if __name__ == "__main__":
    main()
