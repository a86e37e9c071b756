# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what is generated and committed: tables of README and docs, the picture of the architecture, roles' READMEs.

A unit test holds that the files are what this makes of docs/support.json, of the first comment of each playbook, of
the modules' documentation, of the roles' argument_specs, of the table of upgrade edges and of the examples in
.config/docs/examples.

    python tests/tools/generate.py
"""

from __future__ import annotations

import ast
import importlib
import json
import pathlib
import sys
import textwrap
import typing as t

import yaml

import matrix
import picture
import variables
from variables import BACK, plain

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLES, MODULES = "roles/*/meta/argument_specs.yml", "plugins/modules/*.py"
WIDTH = 120
INTERNAL = "Internal to the roles and playbooks of this collection"
EXAMPLES = ROOT / ".config" / "docs" / "examples"
# The roles that site.yml runs on the hosts of each group whatever else is set.
GROUPS = {
    "redis_cluster": ("redis_node", "redis_cluster"),
    "redis_replication": ("redis_node", "redis_replication"),
    "redis_sentinel": ("redis_sentinel",),
}


def main() -> int:
    """Write all files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


def files() -> dict[pathlib.Path, str]:
    """Return what each generated file has to hold."""
    results = json.loads(matrix.RESULTS.read_text(encoding="utf-8"))
    readme, page = ROOT / "README.md", ROOT / "docs" / "support.md"
    front = with_block(readme.read_text(encoding="utf-8"), "support", summary(matrix.LANES, results))
    made = {readme: with_block(front, "contents", contents())}
    made[page] = with_block(page.read_text(encoding="utf-8"), "support", support(matrix.LANES, results))
    guide = ROOT / "docs" / "upgrade.md"
    made[guide] = with_block(guide.read_text(encoding="utf-8"), "edges", changes())
    made[ROOT / "docs" / "modules.md"] = modules_page(sorted(ROOT.glob(MODULES)))
    made[ROOT / "docs" / "images" / "architecture.svg"] = picture.svg()
    specs = {path.parents[1].name: specified(path) for path in sorted(ROOT.glob(ROLES))}
    about = {role: plain(of_role["main"]["short_description"]) for role, of_role in specs.items()}
    roles = {role: of_role["main"]["options"] for role, of_role in specs.items()}
    made[ROOT / "docs" / "variables.md"] = variables.page(about, GROUPS, roles)
    for role, of_role in specs.items():
        made[ROOT / "roles" / role / "README.md"] = role_readme(
            role, of_role, variables.section(role, example(role), roles)
        )
    return made


def example(role: str) -> str:
    """Return the variables that a role's README gives as an example."""
    return (EXAMPLES / f"{role}.yml").read_text(encoding="utf-8").partition("---\n")[2]


def with_block(page: str, name: str, block: str) -> str:
    """Return a page with a block between its two comments; raises ValueError where they are missing."""
    begin, end = f"<!-- {name}: made by make generate -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = page.partition(begin)
    _old, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"there is no place for {name}: {begin.strip()} ... {end.strip()}")
    return f"{before}{begin}\n{block}\n{end}{after}"


def contents() -> str:
    """Return the README's tables of playbooks, roles and modules, the internal ones left out."""
    playbooks = [
        f"| [`almashooq.redis.{path.stem}`](playbooks/{path.name}) | {purpose(path)} |"
        for path in sorted(ROOT.glob("playbooks/*.yml"))
    ]
    roles = [
        f"| [`{path.parents[1].name}`](roles/{path.parents[1].name}/README.md) |"
        f" {plain(specified(path)['main']['short_description'])} |"
        for path in sorted(ROOT.glob(ROLES))
    ]
    modules = [
        f"| [`{path.stem}`](plugins/modules/{path.name}) | {plain(about['short_description'])} |"
        for path, about in ((path, documentation(path)) for path in sorted(ROOT.glob(MODULES)))
        if not is_internal(about)
    ]
    tables = [
        f"| {kind} | what it does |\n| --- | --- |\n" + "\n".join(rows)
        for kind, rows in (("playbook", playbooks), ("role", roles), ("module", modules))
    ]
    return "\n\n".join(tables) + "\n"


def changes() -> str:
    """Return the tables of the changes of the release: those that members can make one by one, and all others."""
    edges, releases = (rolling(name) for name in ("edges", "releases"))
    possible, others = [], []
    for (old, new), edge in edges.EDGES.items():
        of_sets, of_clusters = (edges.refusal(old, new, clustered=clustered) for clustered in (False, True))
        if of_sets:
            others.append(f"| {old} | {new} | {of_sets} | {'text AOF' if edge.text == edges.YES else edge.text} |")
            continue
        way = {releases.ROLL: "this playbook", releases.TEXT_AOF: "text AOF, offline", releases.NO_WAY: "a backup"}
        back = way[releases.way_back(old, new, clustered=False)]
        possible.append(f"| {old} | {new} | yes | {'no' if of_clusters else 'yes'} | {back} |")
    return (
        "| from | to | sets | clusters | way back |\n| --- | --- | --- | --- | --- |\n"
        + "\n".join(possible)
        + "\n\nNot possible one by one, whatever the user accepts:\n\n| from | to | why | offline |\n"
        + "| --- | --- | --- | --- |\n"
        + "\n".join(others)
        + "\n"
    )


def rolling(name: str) -> t.Any:
    """Return a module of the collection's package of rolling restarts."""
    directory = str(ROOT / ".collections")
    if directory not in sys.path:
        sys.path.append(directory)
    return importlib.import_module(f"ansible_collections.almashooq.redis.plugins.module_utils._rolling.{name}")


def purpose(playbook: pathlib.Path) -> str:
    """Return what a playbook is for: the first line of its first comment, which is one sentence."""
    line = playbook.read_text(encoding="utf-8").partition("---\n")[2].partition("\n")[0]
    if not (line.startswith("# ") and line.endswith(".")):
        raise ValueError(f"{playbook.name} does not begin with a comment of one sentence in one line")
    return line[2:-1]


def specified(specification: pathlib.Path) -> dict[str, t.Any]:
    """Return the entry points of a role, as its argument_specs describe them."""
    return t.cast("dict[str, t.Any]", yaml.safe_load(specification.read_text(encoding="utf-8"))["argument_specs"])


def summary(lanes: t.Iterable[matrix.Lane], results: t.Mapping[str, t.Mapping[str, t.Any]]) -> str:
    """Return one sentence: what passed in all lanes that are about it; the table has what did not."""
    passed = [
        str(results[of_it[0].name]["what"])
        for of_it in subjects(lanes)
        if all(told(results.get(lane.name)) == "" for lane in of_it)
    ]
    kinds: dict[str, list[str]] = {}
    for subject in passed:
        kind, _space, version = subject.rpartition(" ")
        kinds.setdefault(kind, []).append(version)
    newest = max((str(result["date"]) for result in results.values()), default="never")
    names = "; ".join(f"{kind} {', '.join(versions)}" for kind, versions in kinds.items()) or "nothing yet"
    return textwrap.fill(f"Passed everything in the support matrix (last run: {newest}): {names}.", 120) + "\n"


def subjects(lanes: t.Iterable[matrix.Lane]) -> t.Collection[list[matrix.Lane]]:
    """Return the lanes in groups, by what they are about."""
    found: dict[str, list[matrix.Lane]] = {}
    for lane in lanes:
        found.setdefault(lane.name.rpartition("/")[0], []).append(lane)
    return found.values()


def support(lanes: t.Iterable[matrix.Lane], results: t.Mapping[str, t.Mapping[str, t.Any]]) -> str:
    """Return the table: what lanes are about in one row, with what passed and what did not."""
    head = "| | Passed | Not passed | Last run |\n| --- | --- | --- | --- |\n"
    return head + "".join(row(of_it, results) for of_it in subjects(lanes))


def row(lanes: t.Sequence[matrix.Lane], results: t.Mapping[str, t.Mapping[str, t.Any]]) -> str:
    """Return one row: the lanes' results by how they ended."""
    run = [results[lane.name] for lane in lanes if lane.name in results]
    newest = max(run, key=lambda result: str(result["date"]), default=None)
    endings: dict[str, list[str]] = {}
    for lane in lanes:
        endings.setdefault(told(results.get(lane.name)), []).append(matrix.variant(lane))
    passed = ", ".join(endings.pop("", []))
    others = "; ".join(f"{', '.join(variants)}: {ending}" for ending, variants in endings.items())
    subject, date = (newest["what"], newest["date"]) if newest else (matrix.what(lanes[0], ""), "")
    return f"| {subject} | {passed} | {others} | {date} |\n"


def told(result: t.Mapping[str, t.Any] | None) -> str:
    """Return in a few words why a lane did not pass; nothing for one that did."""
    if result is None:
        return "not run yet"
    if result["outcome"] == "passed":
        return ""
    return f"not run, {result['reason']}" if result["outcome"] == "not run" else "**failed**"


LOGINS = """\
Modules log in to instances with `username`, `password` and the `tls` options, and to Sentinels with the same names
prefixed with `sentinel_`. Action groups `redis` and `redis_sentinel` pass each login to all modules that accept it.
Login options for Sentinels that are omitted default to those for the instances.

```yaml
- name: Attach the replicas of a set and monitor it
  hosts: redis1
  module_defaults:
    group/almashooq.redis.redis:
      username: admin
      password: "{{ redis_node_admin_password }}"
    group/almashooq.redis.redis_sentinel:
      sentinel_password: "{{ redis_sentinel_admin_password }}"
  tasks: []   # no task needs a login
```"""


def modules_page(paths: t.Iterable[pathlib.Path]) -> str:
    """Return the page that lists all modules: those for playbooks of your own, and those of the roles alone."""
    lines: dict[bool, list[str]] = {True: [], False: []}
    for path in paths:
        about = documentation(path)
        lines[is_internal(about)].append(f"| `{about['module']}` | {plain(about['short_description'])} |")
    head = ["| module | |", "| --- | --- |"]
    return "\n".join(
        [
            "# Modules",
            "",
            "All options and results: `ansible-doc almashooq.redis.NAME`.",
            "",
            LOGINS,
            "",
            "## For playbooks of your own",
            "",
            *head,
            *lines[False],
            "",
            "## Internal",
            "",
            "Used by the roles and playbooks of this collection; options and results may change in any release.",
            "",
            *head,
            *lines[True],
            "",
            BACK,
            "",
        ]
    )


def is_internal(about: t.Mapping[str, t.Any]) -> bool:
    """Return whether a module or filter says that it is for the roles and playbooks of this collection alone."""
    described = about["description"]
    return str(described if isinstance(described, str) else described[0]).startswith(INTERNAL)


def internal() -> set[str]:
    """Return the names of modules and filters that are internal to the collection."""
    paths = [*ROOT.glob(MODULES), *(ROOT / "plugins" / "filter").glob("*.py")]
    return {path.stem for path in paths if is_internal(documentation(path))}


def documentation(path: pathlib.Path) -> dict[str, t.Any]:
    """Return what a module says of itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "DOCUMENTATION"
        ):
            return t.cast("dict[str, t.Any]", yaml.safe_load(ast.literal_eval(node.value)))
    raise ValueError(f"{path.name} documents nothing")


def role_readme(name: str, entry_points: t.Mapping[str, t.Any], about_variables: t.Sequence[str]) -> str:
    """Return a role's README: what it does, and its variables."""
    main_one = entry_points["main"]
    lines = [f"# almashooq.redis.{name}", "", f"{plain(main_one['short_description'])}.", ""]
    described = main_one.get("description", [])
    for line in [described] if isinstance(described, str) else described:
        lines += textwrap.wrap(f"- {plain(line)}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    others = {entry: about for entry, about in entry_points.items() if entry != "main"}
    if others:
        lines += ["", "Further entry points (`tasks_from`):", ""]
        lines += [f"- `{entry}`: {plain(about['short_description'])}" for entry, about in others.items()]
    return "\n".join([*lines, "", *about_variables])


if __name__ == "__main__":
    sys.exit(main())
