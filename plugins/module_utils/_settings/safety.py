# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What forbids a plan, as pure functions: each raises Refused."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._managed.model import Instance
from .._managed.steps import MakeDirectory
from .model import Answer, Desired, Host, Memory
from .steps import RecordPending, SeedEngineFile, Step, WriteFile

GIB = 2**30
MIB = 2**20


def check_obstacles(wanted: Desired, host: Host) -> None:
    """Refuse where something stands in an instance's way, all of it in one error."""
    found = [(one, node) for one, node in zip(wanted.instances, host.nodes) if node.obstacle]
    if found:
        raise Refused(
            "; ".join(f"{one.node}: {node.obstacle}" for one, node in found),
            node=found[0][0].node,
            hint=found[0][1].remedy,
            nodes=[one.node for one, _node in found],
        )


def check_writable(steps: t.Sequence[Step], host: Host) -> None:
    """Refuse a plan that writes where nothing can be written, before its first step."""
    for step in steps:
        for path in _written(step):
            if path in host.unwritable:
                raise Refused(
                    f"{path} cannot be written, and it has to be to {_purpose(step)}",
                    hint="Mount its file system read-write or take its immutable flag away, "
                    "or choose another directory.",
                    path=path,
                )


def check_memory(wanted: Desired, answers: t.Mapping[int, Answer], memory: Memory) -> None:
    """Refuse instances that together may take more memory than the host has."""
    each = maxmemory(wanted.instances, answers)
    total = sum(each.values()) + sum(size for _who, size in memory.others)
    if total <= memory.limit or wanted.accept_memory_overcommit:
        return
    parts = [f"{port}: {human(size)}" for port, size in each.items()]
    parts += [f"{name}: {human(size)}" for name, size in memory.others]
    raise Refused(
        f"the instances of this host may take {human(total)} together ({', '.join(parts)}), "
        f"but {memory.source} is {human(memory.limit)}",
        hint="Lower maxmemory, run fewer instances here, or set accept_memory_overcommit.",
        memory=memory_result(wanted, answers, memory),
    )


def memory_result(wanted: Desired, answers: t.Mapping[int, Answer], memory: Memory) -> dict[str, t.Any]:
    """Return the memory figures in bytes."""
    each = maxmemory(wanted.instances, answers)
    return {
        "limit": memory.limit,
        "source": memory.source,
        "total": sum(each.values()) + sum(size for _who, size in memory.others),
        "instances": {str(port): size for port, size in each.items()},
        "others": dict(memory.others),
    }


def maxmemory(instances: t.Sequence[Instance], answers: t.Mapping[int, Answer]) -> dict[int, int]:
    """Return each instance's maxmemory in bytes; one without a limit counts as nothing."""
    return {one.port: int(dict(answers[one.port].settings).get("maxmemory", "0")) for one in instances}


def human(size: int) -> str:
    """Return a number of bytes for people."""
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / MIB:.0f} MiB"


def _written(step: Step) -> tuple[str, ...]:
    if isinstance(step, MakeDirectory):
        return (step.directory.path,)
    if isinstance(step, (WriteFile, SeedEngineFile)):
        return (step.file.path.rpartition("/")[0], step.file.path)
    if isinstance(step, RecordPending):
        return (step.path,)
    return ()


def _purpose(step: Step) -> str:
    description = step.describe()
    return description if description.startswith("write") else f"make {description}"
