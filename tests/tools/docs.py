# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the documentation site: what modules, filters and roles say of themselves, and all guides, with search.

Guides are written for GitHub.  Links between them are links within the site; links to other files of the
repository become links to it there, or, to a role or a module, to the page that is made of what it says of itself.
A link to nothing, a heading that is not there and every warning of Sphinx are errors.  Badges, which come from other
sites, are left out.

    python tests/tools/docs.py                 .cache/docs/html/index.html is where to begin
    python tests/tools/docs.py DIRECTORY       DIRECTORY/html/index.html
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t
import zlib

import yaml

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / ".cache" / "docs"
SETTINGS = ROOT / ".config" / "docs"
COLLECTION = "almashooq.redis"
# The pages of the top level; of a user's own notes in a checkout the site knows nothing.
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md")
LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
ROLE = re.compile(r"roles/(\w+)/(?:meta/argument_specs\.yml|README\.md)")
MODULE = re.compile(r"plugins/modules/(\w+)\.py")
BADGES = re.compile(r"<!-- badges -->\n.*?<!-- end of badges -->\n", re.DOTALL)
IMAGES = "docs/images"
# Guides that are lists to look things up in: they stand below the reference, see .config/docs/contents/index.md.
LISTS = ("docs/modules", "docs/variables")

# What the reference names of Ansible's own documentation, and where it is: its inventory is not available everywhere.
ANSIBLE = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "callback_plugins": "plugins/callback.html#callback-plugins",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
BUILTIN = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+_module)\b")


class Broken(Exception):
    """A link that leads nowhere."""


def main() -> int:
    """Write Sphinx' sources below the named directory or the cache, and have it make the site."""
    work = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else WORK
    source = work / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    pages = guides()
    broken = []
    for page in pages:
        try:
            text = rewrite((ROOT / page).read_text(encoding="utf-8"), page, pages, repository())
        except Broken as error:
            broken.append(str(error))
            continue
        target = source / site_name(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    if broken:
        print(*broken, sep="\n", file=sys.stderr)
        return 1
    # What belongs below a page is named at its end, where GitHub has no use for it.
    for contents in (SETTINGS / "contents").rglob("*.md"):
        with (source / contents.relative_to(SETTINGS / "contents")).open("a", encoding="utf-8") as page_of_site:
            page_of_site.write(contents.read_text(encoding="utf-8").replace("{guides}", "\n".join(in_order(pages))))
    shutil.copytree(ROOT / IMAGES, source / IMAGES)
    (source / "_static").mkdir()
    shutil.copy(SETTINGS / "site.css", source / "_static")
    shutil.copy(SETTINGS / "conf.py", source)
    reference(source / "collection")
    write_inventory(source / "ansible.inv", source / "collection")
    program = [sys.executable, "-m", "sphinx", "--builder", "html", "--nitpicky", "--fail-on-warning", "--keep-going"]
    made = subprocess.run(
        [*program, "--fresh-env", "--quiet", "-j", "auto", str(source), str(work / "html")], check=False
    )
    if made.returncode == 0:
        print(f"documentation: {work / 'html' / 'index.html'}")
    return made.returncode


def guides() -> list[str]:
    """Return the paths of all pages that are written by hand."""
    return sorted(
        str(path.relative_to(ROOT))
        for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
        if path.name in TOP or path.is_relative_to(ROOT / "docs")
    )


def in_order(pages: t.Iterable[str]) -> list[str]:
    """Return the users' guides in the order of the README's links at its end, and then those that it does not name."""
    links = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Links\n")[2]
    named = re.findall(r"\]\((docs/[\w-]+)\.md", links)
    others = [page.removesuffix(".md") for page in pages if re.fullmatch(r"docs/[^/]+\.md", page)]
    return [page for page in dict.fromkeys([*named, *others]) if page not in LISTS]


def site_name(page: str) -> str:
    """Return where a page stands in the site: the README is the front page."""
    return "index.md" if page == "README.md" else page


def repository() -> str:
    """Return the address of the repository."""
    return str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"])


def rewrite(text: str, page: str, pages: t.Collection[str], address: str) -> str:
    """Return a page with its local links as the site needs them; raises Broken for one that leads nowhere."""

    def link(found: re.Match[str]) -> str:
        path, anchor = found[1], found[2] or ""
        wanted = os.path.normpath(os.path.join(os.path.dirname(page), path))
        role, module = ROLE.fullmatch(wanted), MODULE.fullmatch(wanted)
        if not (ROOT / wanted).exists():
            raise Broken(f"{page}: {path} is not there")
        if wanted in pages:
            return relative(site_name(wanted), page) + anchor
        if wanted.startswith(f"{IMAGES}/"):
            return relative(wanted, page)
        if role:
            return relative(f"collection/{role[1]}_role.rst", page)
        if module:
            return relative(f"collection/{module[1]}_module.rst", page)
        return f"{address}/{'tree' if (ROOT / wanted).is_dir() else 'blob'}/main/{wanted}{anchor}"

    return LINK.sub(link, BADGES.sub("", text))


def relative(target: str, page: str) -> str:
    """Return a path of the site as a page has to name it."""
    return os.path.relpath(target, os.path.dirname(page) or ".")


def write_inventory(path: pathlib.Path, pages: pathlib.Path) -> None:
    """Write Sphinx' inventory of Ansible's documentation, as far as the reference links to it."""
    text = "".join(page.read_text(encoding="utf-8") for page in pages.glob("*.rst"))
    modules = {found[0]: f"collections/ansible/builtin/{found[1]}.html" for found in BUILTIN.finditer(text)}
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version:\n# What follows is compressed using zlib.\n"
    lines = "".join(f"{label} std:label -1 {place} {label}\n" for label, place in {**ANSIBLE, **modules}.items())
    path.write_bytes(head.encode() + zlib.compress(lines.encode()))


def reference(directory: pathlib.Path) -> None:
    """Have antsibull-docs write a page of each module, filter and role."""
    directory.mkdir()
    program = pathlib.Path(sys.executable).parent / "antsibull-docs"
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version"]
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "PATH": f"{program.parent}:{os.environ['PATH']}",
    }
    command = [str(program), "collection", *options, "--dest-dir", str(directory), COLLECTION]
    subprocess.run(command, check=True, env=environment, cwd=directory)
    for page in directory.glob("*.rst"):
        page.write_text(tidied(page.read_text(encoding="utf-8")), encoding="utf-8")
    index = directory / "index.rst"
    index.write_text(marked(index.read_text(encoding="utf-8"), generate.internal()), encoding="utf-8")


def tidied(text: str) -> str:
    """Return a generated page without a list of its headings, which the theme has beside it, and with short entries."""
    without_list = re.sub(r"^\.\. contents::\n(?: +.*\n)*", "", text, flags=re.MULTILINE)
    return re.sub(r"^( +)(\w+)_(module|filter|role)$", r"\1\2 (\3) <\2_\3>", without_list, flags=re.MULTILINE)


def marked(index: str, internal: t.Collection[str]) -> str:
    """Return the list of all modules and plugins with the collection's name as it is, and internal ones marked."""

    def mark(found: re.Match[str]) -> str:
        return f"{found[0]}(internal) " if found[2] in internal else found[0]

    named = re.sub(rf"^{COLLECTION}$", COLLECTION, index, count=1, flags=re.MULTILINE | re.IGNORECASE)
    return re.sub(r"^(\* :ansplugin:`(\w+) (?:module|filter) <[^>]+>` -- )", mark, named, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
