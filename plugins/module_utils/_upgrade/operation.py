# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module ``upgrade_info`` does: observe a deployment and its data, and evaluate what an upgrade would meet."""

from __future__ import annotations

import typing as t

from .._engine.deployment import Deployment
from .._rolling.deployment import make_kind
from . import checks, observe, render
from .model import Survey
from .options import AFTER, BEFORE, INSTALLED, consent, memory, places

if t.TYPE_CHECKING:
    from .._client import Record
    from .._nodes import Finding

Params = t.Mapping[str, t.Any]


def survey(params: Params, record: Record) -> dict[str, t.Any]:
    """Return the answers, as the module gives them back; nothing is changed, and no lock is taken."""
    deployment = Deployment(record, params["timeout"])
    try:
        seen = _observe(params, deployment)
    finally:
        deployment.close()
    found = _findings(params, seen)
    versions = {one.name: one.version for one in seen.state.members}
    return {
        "target": seen.target,
        "versions": versions,
        "processes": {one.name: one.run_id for one in seen.state.members if one.run_id},
        "behind": [one.name for one in seen.behind],
        "findings": [one.result() for one in found],
        "obstacles": [f"{params['deployment']}: {one.text()}" for one in checks.errors(found)],
        "report": (render.report if params["stage"] == BEFORE else render.ended)(params["deployment"], seen, found),
    }


def _observe(params: Params, deployment: Deployment) -> Survey:
    kind = make_kind(params, deployment)
    nodes, login = kind.scopes[0]
    state = kind.observe()
    asks = params["stage"] == BEFORE
    names = [one.name for one in state.members]
    return Survey(
        state=state,
        targets={host: str(version) for host, version in params["targets"].items()},
        instances=observe.observe(nodes, deployment.connections(nodes, login)) if asks else (),
        places=places(params["hosts"], names),
        memory=memory(params["hosts"]) if asks else {},
    )


def _findings(params: Params, seen: Survey) -> list[Finding]:
    if params["stage"] == INSTALLED:
        return checks.installed(seen, params["processes"])
    if params["stage"] == AFTER:
        return checks.after(seen)
    return checks.before(seen, consent(params))
