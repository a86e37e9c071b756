#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.host_service``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_service
version_added: 0.2.0
short_description: Bring account, kernel settings, files and units of a service to their desired state
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Sets up everything that a service needs on the host in one call, in this order. In check mode it returns the whole
    plan, even for a host where the account and the directories do not exist yet.
  - A unit is restarted if its process is older than a file that it reads at start (O(files[].restarts)). The host
    itself determines this, so that a run that was interrupted before the restart is completed by the next one.
  - A file is replaced as a whole. Its content is never shown, not even in a diff, because it may be secret.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
  - almashooq.redis.connection.lock
options:
  account:
    description: System user that the service runs as, and its group. An existing account is left unchanged.
    type: dict
    suboptions:
      user:
        description: Name of the user.
        type: str
        required: true
      group:
        description: Name of the group.
        type: str
        required: true
      comment:
        description: Comment of the account, for people.
        type: str
        default: ""
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
        description: File that sets O(kernel.sysctl) and O(kernel.sysctl_at_least) at boot. If omitted, none is written.
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
      - Other units whose files are among O(files) are only reloaded by systemd.
    type: list
    elements: str
    default: []
  state:
    description:
      - Desired state of O(units). V(started) enables and starts them, and waits until they are ready. V(enabled)
        enables them at boot and leaves them alone now. V(stopped) stops and disables those that exist.
    type: str
    choices: [started, enabled, stopped]
    default: started
  masked:
    description: Conflicting units, including those of packages that are not installed yet. They are masked and stopped.
    type: list
    elements: str
    default: []
  systemd:
    description: What to do about O(units) and O(masked) on a host without systemd.
    type: dict
    suboptions:
      required:
        description: Whether to refuse such a host. If not, the units and the files below C(/etc/systemd/system) are
          skipped there. With O(state=stopped), they are always skipped.
        type: bool
        default: true
      hint:
        description: What to do about it, as a sentence.
        type: str
  logs:
    description: Log file of each unit, in the order of O(units). Its last lines are part of the error.
    type: list
    elements: path
  timeout:
    description: Timeout until all units are ready, in seconds.
    type: float
    default: 300.0
  listen:
    description: Where the service listens. Nothing is changed while another program listens there.
    type: dict
    suboptions:
      address:
        description: Address, or a name of this host.
        type: str
        required: true
      port:
        description: Port of the server.
        type: int
        required: true
      tolerated:
        description: Units that may listen there in addition to O(units) and O(masked).
        type: list
        elements: str
        default: []
      hint:
        description: What to do about another program, as a sentence.
        type: str
        required: true
  look_at:
    description: Paths to report the type of in RV(paths).
    type: list
    elements: str
    default: []
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Run a service
  almashooq.redis.host_service:
    account: {user: example, group: example}
    directories:
      - {path: /etc/example, group: example, mode: "0750"}
    files:
      - path: /etc/example/settings.json
        content: "{{ settings | to_nice_json }}"
        group: example
        mode: "0640"
        restarts: true
      - path: /etc/systemd/system/example.service
        content: "{{ lookup('ansible.builtin.template', 'example.service.j2') }}"
        restarts: true
    units: [example.service]
    listen:
      address: 192.0.2.11
      port: 9180
      hint: Stop it, or set example_port to another one.

- name: Set kernel settings now and at boot
  almashooq.redis.host_service:
    kernel:
      sysctl: {vm.overcommit_memory: 1}
      sysctl_file: /etc/sysctl.d/90-example.conf
"""

RETURN = r"""
plan:
  description: Planned steps, one line each.
  returned: always
  type: list
  elements: str
  sample: [add group example, write /etc/example/settings.json, restart example.service]
done:
  description: Steps done, with their duration.
  returned: always
  type: list
  elements: dict
not_set:
  description: Kernel settings that differ and cannot be set here, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["could not be set here: vm.overcommit_memory is 0, wanted 1"]
units:
  description: State of each unit, by name.
  returned: success
  type: dict
  sample: {example.service: active}
systemd:
  description: Whether the host runs systemd.
  returned: success
  type: bool
paths:
  description:
    - For each path in O(look_at), its C(type) (V(absent), V(file), V(directory), V(link), V(other)) and C(owner).
  returned: success
  type: dict
"""


from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._host.options import SERVICE
from ansible_collections.almashooq.redis.plugins.module_utils._host.service import ServiceOperation


def main() -> None:
    """Do what is left to do for the service."""
    module = AnsibleModule(argument_spec={**LOCK, **SERVICE}, supports_check_mode=True)
    converge(module, ServiceOperation, needs_client=False)


if __name__ == "__main__":
    main()
