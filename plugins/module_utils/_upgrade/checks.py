# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the way of an upgrade, and what to know before: pure functions of what was observed.

Errors are answers that stop the run before anything is installed; all of them are reported together.
"""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, WARNING, Finding
from .._rolling import edges, releases
from .._rolling.lost import lost
from .checks_data import functions, modules, room
from .model import Consent, Survey

GUIDE = "docs/upgrade.md"
BOTH = 2  # releases that one deployment has during an upgrade, and never more


def before(survey: Survey, consent: Consent) -> list[Finding]:
    """Return all findings before anything is installed."""
    if not edges.release(survey.target):
        return list(targets(survey))
    return [
        *targets(survey),
        *mixture(survey),
        *changes(survey, consent),
        *back(survey, consent),
        *functions(survey),
        *modules(survey),
        *room(survey),
        *health(survey, consent),
    ]


def installed(survey: Survey, processes: t.Mapping[str, str]) -> list[Finding]:
    """Return what went wrong with the installation: a member that was restarted, a program that is not the target."""
    found = []
    for one in survey.state.members:
        known = processes.get(one.name)
        if known and one.run_id and one.run_id != known:
            found.append(
                Finding(
                    "untouched",
                    f"{one.name} was restarted while {survey.target} was installed",
                    node=one.name,
                    hint="Something else than this run restarts it when programs or packages change; find it in the "
                    "log of the host. Check the deployment (playbook almashooq.redis.health), then run again.",
                )
            )
    for name, place in survey.places.items():
        if place.installed != survey.target:
            found.append(
                Finding(
                    "program",
                    f"{name} would be started as {place.installed or 'no program that says its version'}, expected "
                    f"{survey.target}",
                    node=name,
                    hint="redis_node_server or redis_sentinel_server names another program than the one that this "
                    "run installs.",
                )
            )
    return found


def after(survey: Survey) -> list[Finding]:
    """Return the members that do not run the target."""
    return [
        Finding(
            "unfinished",
            f"{one.name} runs {one.version or 'nothing that answers'}, expected {survey.target}",
            node=one.name,
            hint="Run again.",
        )
        for one in survey.state.members
        if one.version != survey.target
    ]


def targets(survey: Survey) -> t.Iterator[Finding]:
    """Report a target that is no version, or not the same on all hosts."""
    for version in sorted({one for one in survey.targets.values() if not edges.release(one)}):
        yield Finding(
            "target",
            f"{version!r} is not a version of Redis or Valkey",
            hint="Set redis_install_engine and redis_install_version, for example valkey and 8.1.8.",
        )
    if not survey.targets:
        yield Finding("target", "no host reports the version that it would get", hint="Run without --limit.")
    if len(set(survey.targets.values())) > 1:
        each = ", ".join(f"{host} {version}" for host, version in sorted(survey.targets.items()))
        yield Finding(
            "target",
            f"the hosts would get different versions: {each}",
            hint="Give all hosts the same package sources, or set redis_install_method to source or prebuilt.",
        )


def mixture(survey: Survey) -> t.Iterator[Finding]:
    """Report more releases than an upgrade may have at a time."""
    target = edges.release(survey.target)
    mixed = [*survey.releases, *([] if target in survey.releases else [target])]
    if len(mixed) > BOTH:
        yield Finding(
            "mixture",
            f"members run {' and '.join(survey.releases)}, and the target is {survey.target}: three releases",
            hint="Finish the upgrade that was begun first: set the version that some members run already.",
        )
    elif len(survey.releases) > 1:
        yield Finding(
            "mixture",
            f"an upgrade is in progress: members run {' and '.join(survey.releases)}",
            WARNING,
            hint="Until it is finished, do not use what only the newer release has: an older replica ignores it.",
        )


def changes(survey: Survey, consent: Consent) -> t.Iterator[Finding]:
    """Report each change of the release that cannot go one by one."""
    for version in _versions(survey):
        why = releases.refusal(version, survey.target, clustered=survey.clustered, untested=consent.untested)
        if why:
            yield Finding("edge", f"{version} cannot go to {survey.target}: {why}", hint=_other_way(version, survey))


def back(survey: Survey, consent: Consent) -> t.Iterator[Finding]:
    """Ask for consent where there is no rolling way back."""
    for version in _versions(survey):
        if consent.one_way or releases.refusal(
            version, survey.target, clustered=survey.clustered, untested=consent.untested
        ):
            continue
        way = releases.way_back(version, survey.target, clustered=survey.clustered)
        if way != releases.ROLL:
            yield Finding(
                "way-back",
                f"from {survey.target} there is no way back to {version} while the deployment serves: "
                f"{_why(version, survey)}",
                hint=f"{way_back(survey, version)} Back up the data of every member first; then allow it with "
                "redis_upgrade_one_way: true.",
            )


def way_back(survey: Survey, version: str) -> str:
    """Return the way back to a version, as a sentence."""
    way = releases.way_back(version, survey.target, clustered=survey.clustered)
    old = edges.release(version)
    if way == releases.ROLL:
        return f"The way back is this playbook with {version}."
    if way == releases.TEXT_AOF:
        return (
            f"{edges.title(old)} loads an AOF that the new engine has written as text, with all members stopped "
            f"({GUIDE}, the way back)."
        )
    return "The only way back is a backup from before, without what was written since."


def health(survey: Survey, consent: Consent) -> t.Iterator[Finding]:
    """Report what keeps the roll from beginning; members that only the upgrade brings back are not in its way."""
    passed = {*consent.named, *lost(survey.state, survey.needs)}
    said = [one.failure for one in survey.state.members if one.failure and one.name not in passed]
    if not passed:
        said += survey.state.unwell
    for text in said:
        yield Finding("health", text, hint="Run playbook almashooq.redis.health, and fix what it names.")


def _versions(survey: Survey) -> list[str]:
    """Return the versions that run and are of another release than the target, one for each release."""
    target = edges.release(survey.target)
    found = {edges.release(one.version): one.version for one in survey.answering}
    return [version for release, version in found.items() if release != target]


def _why(version: str, survey: Survey) -> str:
    return releases.refusal(survey.target, version, clustered=survey.clustered)


def _other_way(version: str, survey: Survey) -> str:
    """Return what the user can do where members cannot go one by one."""
    new = edges.release(survey.target)
    if len(survey.releases) > 1 and new in survey.releases:
        forward = next(one for one in survey.releases if one != new)
        return (
            f"An upgrade to {forward} has begun: finish it. A replica that runs it already goes back only while its "
            f"primary still runs {new}, without its data files ({GUIDE}, the way back)."
        )
    if edges.text_loads(new, version) == edges.YES:
        return (
            f"{edges.title(new)} loads a text AOF of {version}, with all members stopped ({GUIDE}, offline); or copy "
            "the data key by key into a new deployment."
        )
    return "Copy the data key by key into a new deployment; or choose a version that is known from here."


def errors(findings: t.Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop the run."""
    return [one for one in findings if one.severity == ERROR]
