# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suboptions that several modules share are documented alike: doc fragments cannot be put inside of an option."""

from __future__ import annotations

import importlib
import typing as t

import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._host.options import SERVICE
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.options import SENTINEL_CONFIG
from ansible_collections.almashooq.redis.plugins.module_utils._settings.options import CONFIG, DAEMON

MODULES: dict[str, dict[str, t.Any]] = {
    "host_service": SERVICE,
    "instance": CONFIG,
    "instance_daemon": DAEMON,
    "sentinel_config": SENTINEL_CONFIG,
}
# An option that holds the options of another module.
NESTING = ("service.", "daemon.")
Documented = tuple[str, dict[str, t.Any], t.Any]


def documented(name: str, spec: t.Mapping[str, t.Any], docs: t.Mapping[str, t.Any]) -> t.Iterator[Documented]:
    """Yield name, argument spec and documentation of each option, those inside of others included."""
    for option, given in spec.items():
        # What a module does not document itself comes from a fragment.
        if option in docs:
            yield f"{name}.{option}", given, docs[option]
            yield from documented(f"{name}.{option}", given.get("options", {}), docs[option].get("suboptions", {}))


def alike(docs: t.Any) -> t.Any:
    """Return documentation in a form that can be compared: paragraphs as a list, names of options from the top."""
    if isinstance(docs, dict):
        found = {key: alike(value) for key, value in docs.items()}
        if isinstance(docs.get("description"), str):
            found["description"] = [found["description"]]
        return found
    if isinstance(docs, list):
        return [alike(each) for each in docs]
    if isinstance(docs, str):
        for prefix in NESTING:
            docs = docs.replace(f"O({prefix}", "O(")
    return docs


def test_what_has_one_argument_spec_has_one_documentation() -> None:
    found: dict[int, list[Documented]] = {}
    for module, spec in MODULES.items():
        text = importlib.import_module(f"ansible_collections.almashooq.redis.plugins.modules.{module}").DOCUMENTATION
        for each in documented(module, spec, yaml.safe_load(text)["options"]):
            found.setdefault(id(each[1]), []).append(each)
    shared = {each[0]: [name for name, _spec, _docs in others] for each, *others in found.values() if others}
    assert shared["host_service.files"] == ["instance.service.files", "sentinel_config.service.files"]
    assert shared["host_service.kernel.sysctl"] == ["instance.service.kernel.sysctl"]
    assert shared["instance.daemon.guard"] == ["instance_daemon.guard"]
    for (first, _spec, docs), *others in found.values():
        for other, _same, theirs in others:
            assert alike(theirs) == alike(docs), f"{other} is documented in another way than {first}"
