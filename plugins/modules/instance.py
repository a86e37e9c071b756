#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.instance``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: instance
version_added: 0.2.0
short_description: Apply the managed configuration to the instances of one host
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes the managed configuration and the users file of each instance, and applies settings that can change at run
    time to running instances.
  - The engine validates the settings. A throwaway server of the same binary starts with the desired settings and
    without a port. Whatever it refuses is refused before anything is changed, and running instances are compared with
    the values that it shows. The module itself contains no list of units, aliases or defaults.
  - All settings of running instances are compared. A directive that is removed returns to the engine's default, and so
    does a setting that was changed by hand.
  - Settings that need a restart are written, recorded on the host and returned as RV(restart_required). The module
    restarts nothing.
  - Where an instance runs, the module first takes the lock of the deployment. Hosts of one run share it; another run
    waits.
  - The engine's own file (V(redis.conf) in the data directory) is created empty and never written again. It belongs to
    the engine, which stores there what replication and Sentinel decide. Start an instance as C(SERVER
    DATA_DIR/PORT/redis.conf --include CONFIG_DIR/PORT.conf).
extends_documentation_fragment:
  - almashooq.redis.host
  - almashooq.redis.host.instances
  - almashooq.redis.host.users
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  settings:
    description:
      - Directives of the engine for all instances, by name. Those in O(instances[].settings) take precedence.
      - A string or a number is the rest of the line as in V(redis.conf), a boolean is V(yes) or V(no), and null leaves
        the directive out, even one that this module would write. A list is written as several lines where the engine
        adds them up (for example C(save)), or as one line with all values where it takes several (for example C(bind)).
        Any other list of more than one value is refused.
      - Directives that would isolate an instance from its peers, its replicas, Sentinel or this module are refused, for
        example C(bind) without the instance's own address, or C(rename-command) of a command that the engine writes to
        replicas. The error states the reason, and what to do instead.
      - Some directives cannot be set here, because this module derives them from other options or because they belong
        to the engine. The error for each names the option.
    type: dict
    default: {}
  secret_settings:
    description:
      - Like O(settings), for directives whose value is a secret, such as V(tls-key-file-pass). They are never shown.
    type: dict
    default: {}
  replication_user:
    description:
      - User that replicas use to log in to their primary. It has only the rights for replication.
    type: str
    default: replication
  replication_password:
    description:
      - Password of O(replication_user).
    type: str
    required: true
  accept_memory_overcommit:
    description:
      - Whether the sum of C(maxmemory) of all instances may exceed the host's memory.
    type: bool
    default: false
  service:
    description:
      - Host setup around the instances, as in M(almashooq.redis.host_service). It is applied after the settings, in the
        same call, and started last.
    type: dict
    suboptions:
      kernel:
        description:
          - Kernel settings, applied now and at each boot.
          - Settings that a container does not allow are returned as C(not_set), the same in each run.
        type: dict
        suboptions:
          sysctl:
            description: Settings by name, with their required value.
            type: dict
            default: {}
          sysctl_at_least:
            description: Settings by name, with their minimum value.
            type: dict
            default: {}
          transparent_hugepage:
            description:
              - Mode of transparent huge pages. If V(never) is in force, it stays.
              - If omitted, the mode is left unchanged.
            type: str
            choices: [never, madvise, always]
          sysctl_file:
            description: File that sets O(service.kernel.sysctl) and O(service.kernel.sysctl_at_least) at boot. If
              omitted, none is written.
            type: path
          tmpfiles_file:
            description: File of systemd-tmpfiles that sets the mode of huge pages at boot. If omitted, none is written.
            type: path
          required:
            description: Whether a setting that cannot be set here is an error.
            type: bool
            default: false
      directories:
        description: Directories, in the order in which they are created.
        type: list
        elements: dict
        default: []
        suboptions:
          path:
            description: Path.
            type: path
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
            default: "0755"
          packaged:
            description:
              - Whether a package of the distribution contains it, too. If it exists, its group and mode are then left
                unchanged, except that its owner gets all permissions and others lose write permission.
            type: bool
            default: false
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
      logs:
        description: Log file of each unit, in the order of O(service.units). Its last lines are part of the error.
        type: list
        elements: path
  daemon:
    description:
      - Starts the instances as M(almashooq.redis.instance_daemon) does, on a host without a service manager.
    type: dict
    suboptions:
      open_files:
        description:
          - Limit of open files for instances that are started. If it cannot be set, the module warns.
        type: int
        default: 65536
      guard:
        description:
          - Directory of the start guard that role P(almashooq.redis.redis_node#role) installs. The guard runs before
            each instance that is started. If a replica has data that the instance would erase, it waits until that
            replica is promoted or the deployment has had time to promote it. If omitted, the guard does not run.
        type: path
  live:
    description:
      - Which part of the work this call does. A setting that changes at run time is changed on one instance first. The
        change stays only if the instance's address accepts a new connection, and if its peers, its replicas or its
        primary see the instance in the deployment as before. Otherwise the previous values are restored through the
        connection that was open all the time, and the module fails.
      - V(apply) does everything, on one instance after another.
      - The other values are for a deployment on several hosts. V(defer) leaves instances with such a change alone, and
        returns them as RV(deferred). V(trial) makes the change, and records the previous values. V(keep) removes that
        record and writes the files; it leaves users and logins, which change on all hosts at once, to a call with
        V(apply). V(undo) only restores the previous values.
      - Previous values recorded by an interrupted call are restored first, except with V(keep).
    type: str
    choices: [apply, defer, trial, keep, undo]
    default: apply
  only:
    description:
      - Ports of the instances that this call handles. Default is all.
    type: list
    elements: int
    default: []
seealso:
  - module: almashooq.redis.instance_daemon
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Configure two instances with 2 GB each
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

- name: Report settings that need a restart
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
  description: Planned steps, one line each.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration.
  returned: always
  type: list
  elements: dict
  contains:
    step:
      description: Line of RV(plan).
      type: str
    seconds:
      description: Duration in seconds, together with the steps done in parallel.
      type: float
instances:
  description: State of the instances.
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port of the server.
      type: int
    address:
      description: Address of the server.
      type: str
    running:
      description: Whether the instance runs.
      type: bool
    pid:
      description: Process ID, or null.
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
  description: Settings that running instances apply only at their next start.
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port of the instance.
      type: int
    setting:
      description: Name of the setting, or V((version\)) if the running version differs from the installed one.
      type: str
    running:
      description: Current value.
      type: str
    wanted:
      description: Value from the next start on.
      type: str
deferred:
  description: Instances that were left alone because of a live change, with O(live=defer).
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
service:
  description: Result of M(almashooq.redis.host_service).
  returned: when O(service) is given
  type: dict
guard:
  description: Decisions of the start guard, one line or more for each instance that was started.
  returned: when O(daemon) is given and an instance was started
  type: list
  elements: str
memory:
  description: Memory limits of the instances and memory of the host, in bytes.
  returned: success
  type: dict
  contains:
    limit:
      description: Memory of the host or container.
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
  description: Engine of the server program.
  returned: success
  type: dict
  contains:
    name:
      description: V(redis) or V(valkey).
      type: str
    version:
      description: Version of the engine.
      type: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._settings.instances import InstancesOperation
from ansible_collections.almashooq.redis.plugins.module_utils._settings.options import CONFIG


def main() -> None:
    """Converge the configuration of this host's instances."""
    module = AnsibleModule(argument_spec=CONFIG, supports_check_mode=True)
    converge(module, InstancesOperation)


if __name__ == "__main__":
    main()
