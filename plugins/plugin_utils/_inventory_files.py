# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an inventory as they are written: numbers that Ansible would hand on in another spelling.

A number that has been loaded does not show that it was written 0770, so the files are read once more.
"""

from __future__ import annotations

import ast
import os
import re
import typing as t

import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.model import Known, Option, Scalar, is_secret

Read = t.Callable[[str], str]
IGNORED = (".orig", ".retry", ".pyc", ".bak", "~", ".swp", ".pem", ".key", ".crt", ".py", ".md")
LARGEST = 2**20
FOLDERS = ("group_vars", "host_vars")
_PREFIX = "tag:yaml.org,2002:"
_LOADER: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# In an INI inventory a value is a Python literal where it is one (ansible.builtin.ini), else text.
_INI = re.compile(r"(?<!\S)(redis_\w+)\s*=\s*([^\s#;]+)")


def variable_files(sources: t.Iterable[str], folders: t.Iterable[str]) -> list[str]:
    """Return the files that variables are read from: inventories, and group_vars and host_vars beside them."""
    roots = [source for source in sources if os.path.exists(source)]
    bases = [one if os.path.isdir(one) else os.path.dirname(one) for one in roots] + list(folders)
    roots += [os.path.join(base, folder) for base in bases for folder in FOLDERS]
    found = [path for root in roots for path in ([root] if os.path.isfile(root) else _below(root))]
    kept = [path for path in found if not _ignored(os.path.basename(path)) and os.path.isfile(path)]
    return [path for path in dict.fromkeys(map(os.path.realpath, kept)) if _is_text(path)]


def group_files(sources: t.Iterable[str], folders: t.Iterable[str]) -> set[str]:
    """Return the names below group_vars: each is a group's, or read by none."""
    bases = [one if os.path.isdir(one) else os.path.dirname(one) for one in sources] + list(folders)
    names: set[str] = set()
    for base in bases:
        folder = os.path.join(base, "group_vars")
        if os.path.isdir(folder):
            names.update(re.sub(r"\.(ya?ml|json)$", "", name) for name in os.listdir(folder) if not _ignored(name))
    return names


def scalars(path: str, text: str, known: Known) -> t.Iterator[tuple[Scalar, Option]]:
    """Yield the unquoted numbers of this collection's variables in one file, each with the option that takes it."""
    if "redis_" not in text:
        return
    try:
        documents = [one for one in yaml.compose_all(text, Loader=_LOADER) if one is not None]
    except yaml.YAMLError:
        documents = []
    if any(_has_mappings(one) for one in documents):
        for document in documents:
            yield from _variables(path, document, known)
    else:
        yield from _ini(path, text, known)


def _has_mappings(node: yaml.Node) -> bool:
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return any(isinstance(one, yaml.MappingNode) for one in nodes)


def _variables(path: str, node: yaml.Node, known: Known) -> t.Iterator[tuple[Scalar, Option]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            option = known.options.get(key.value) if isinstance(key, yaml.ScalarNode) else None
            if option is None:
                yield from _variables(path, value, known)
            else:
                yield from _numbers(path, option.name, value, option)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _variables(path, value, known)


def _numbers(path: str, name: str, node: yaml.Node, option: Option) -> t.Iterator[tuple[Scalar, Option]]:
    if isinstance(node, yaml.ScalarNode):
        kind = node.tag.removeprefix(_PREFIX)
        if not node.style and kind in ("int", "float"):
            yield Scalar(path, node.start_mark.line + 1, name, node.value, kind), option
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _numbers(path, f"{name}[{index}]", value, option.element())
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            own = str(key.value)
            yield from _numbers(
                path,
                f"{name}.{own}",
                value,
                option.options.get(own, Option(own, secret=option.secret or is_secret(own))),
            )


def _ini(path: str, text: str, known: Known) -> t.Iterator[tuple[Scalar, Option]]:
    for line, content in enumerate(text.splitlines(), 1):
        if content.lstrip().startswith(("#", ";")):
            continue
        for match in _INI.finditer(content):
            option, written = known.options.get(match[1]), match[2].strip("\"'")
            if option is not None and _is_whole(written):
                yield Scalar(path, line, match[1], written, "int"), option


def _is_whole(text: str) -> bool:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return False
    return isinstance(value, int) and not isinstance(value, bool)


def _below(root: str) -> t.Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names))


def _ignored(name: str) -> bool:
    return name.startswith(".") or name.endswith(IGNORED)


def _is_text(path: str) -> bool:
    # What may be run is an inventory script: it prints JSON, in which nothing is rewritten.
    return not _ignored(os.path.basename(path)) and os.path.getsize(path) <= LARGEST and not os.access(path, os.X_OK)
