# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what is generated and committed: the README's table of support, the list of modules, a README of each role.

A unit test holds that the files are what this makes of docs/support.json, of the modules' documentation and of the
roles' argument_specs.

    python tests/tools/generate.py
"""

from __future__ import annotations

import ast
import json
import pathlib
import re
import sys
import typing as t

import yaml

import matrix

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- support: made by make generate -->\n", "<!-- end of support -->\n"
INTERNAL = "Internal to the roles and playbooks of this collection"
MARKUP = re.compile(r"\b[A-Z]\(([^)]*)\)")


def main() -> int:
    """Write all files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


def files() -> dict[pathlib.Path, str]:
    """Return what each generated file has to hold."""
    readme = ROOT / "README.md"
    results = json.loads(matrix.RESULTS.read_text(encoding="utf-8"))
    made = {readme: with_support(readme.read_text(encoding="utf-8"), support(matrix.LANES, results))}
    made[ROOT / "docs" / "modules.md"] = modules_page(sorted(ROOT.glob("plugins/modules/*.py")))
    for specification in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        role = specification.parents[1]
        entry_points = yaml.safe_load(specification.read_text(encoding="utf-8"))["argument_specs"]
        made[role / "README.md"] = role_readme(role.name, entry_points)
    return made


def with_support(readme: str, table: str) -> str:
    """Return the README with a table between the two comments."""
    before, _begin, rest = readme.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def support(lanes: t.Iterable[matrix.Lane], results: t.Mapping[str, t.Mapping[str, t.Any]]) -> str:
    """Return the table: what lanes are about in one row, with what passed and what did not."""
    rows: dict[str, list[matrix.Lane]] = {}
    for lane in lanes:
        rows.setdefault(lane.name.rpartition("/")[0], []).append(lane)
    head = "| | Passed | Not passed | Last run |\n| --- | --- | --- | --- |\n"
    return head + "".join(row(of_it, results) for of_it in rows.values())


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


def modules_page(paths: t.Iterable[pathlib.Path]) -> str:
    """Return the page that lists all modules: those for playbooks of your own, and those of the roles alone."""
    lines: dict[bool, list[str]] = {True: [], False: []}
    for path in paths:
        about = documentation(path)
        described = about["description"]
        internal = str(described if isinstance(described, str) else described[0]).startswith(INTERNAL)
        lines[internal].append(f"| `{about['module']}` | {plain(about['short_description'])} |")
    head = ["| module | |", "| --- | --- |"]
    return "\n".join(
        [
            "# Modules",
            "",
            "All options and results: `ansible-doc almashooq.redis.NAME`.",
            "",
            "## For playbooks of your own",
            "",
            *head,
            *lines[False],
            "",
            "## Internal",
            "",
            "The roles and playbooks of this collection call these; options and results may change in any release.",
            "",
            *head,
            *lines[True],
            "",
        ]
    )


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


def role_readme(name: str, entry_points: t.Mapping[str, t.Any]) -> str:
    """Return a role's README: what it is for, and where its variables are described."""
    main_one = entry_points["main"]
    lines = [f"# almashooq.redis.{name}", "", f"{main_one['short_description']}.", ""]
    described = main_one.get("description", [])
    lines += [f"- {plain(line)}" for line in ([described] if isinstance(described, str) else described)]
    others = {entry: about for entry, about in entry_points.items() if entry != "main"}
    if others:
        lines += ["", "Further entry points (`tasks_from`):", ""]
        lines += [f"- `{entry}`: {plain(about['short_description'])}" for entry, about in others.items()]
    lines += ["", f"All variables: `ansible-doc --type role almashooq.redis.{name}`, or"]
    lines += [
        "[meta/argument_specs.yml](meta/argument_specs.yml); their defaults: [defaults/main.yml](defaults/main.yml).",
        "",
    ]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return a sentence of Ansible's documentation in Markdown."""
    return MARKUP.sub(lambda found: f"`{found[1].partition('#')[0]}`", " ".join(text.split()))


if __name__ == "__main__":
    sys.exit(main())
