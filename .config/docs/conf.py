# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx' settings for the documentation site, see tests/tools/docs.py."""

from __future__ import annotations

project = "almashooq.redis"
author = "the almashooq.redis authors"
project_copyright = "2026, the almashooq.redis authors"
html_title = project

extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", "ansible.inv")}
# Headings of guides are link targets, as they are on GitHub.
myst_heading_anchors = 3
# Nothing is fetched when the site is read, neither scripts nor fonts.
html_theme = "furo"
html_show_sourcelink = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]

# Variables of the environment that Ansible's own documentation describes; its inventory has no place for them here.
nitpick_ignore_regex = [("envvar", "ANSIBLE_.*")]
