# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet of the report: light and dark, wide and narrow, on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --paper: #ffffff; --ground: #f4f6f8; --ink: #1b2530; --quiet: #55616e; --rule: #d5dbe2; --brand: #1f4e79;
  --good: #17663a; --good-ground: #e4f4ea; --bad: #a61b1b; --bad-ground: #fdeaea; --warn: #7a4d00;
    --warn-ground: #fff3da;
  --c0: #1f6fb2; --c1: #b2501f; --c2: #2e7d4f; --c3: #8a3f9e; --c4: #a3261f; --c5: #5b6b00; --c6: #00727a;
    --c7: #6a5acd; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #171d24; --ground: #0f1419; --ink: #e6ebf0; --quiet: #a3afbb; --rule: #333e49; --brand: #8fc1ee;
  --good: #7bd49a; --good-ground: #14301f; --bad: #ff9d95; --bad-ground: #3a1716; --warn: #f2c46b;
    --warn-ground: #362810;
  --c0: #6fb3ea; --c1: #eb9a6c; --c2: #76c596; --c3: #cf93e0; --c4: #f08a83; --c5: #c0cf5c; --c6: #5cc7cf;
    --c7: #aea3f5; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
    overflow-wrap: anywhere; }
main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
header, section { background: var(--paper); border: 1px solid var(--rule); border-radius: .5rem; margin: 1rem 0;
  padding: 1.25rem; }
header { border-top: .35rem solid var(--brand); }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; } h2 { font-size: 1.35rem; margin: 0 0 .75rem;
  color: var(--brand); }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; } h4 { font-size: .95rem; margin: 0 0 .4rem; }
p { margin: .4rem 0; } .quiet, figcaption { color: var(--quiet); font-size: .9rem; }
.kicker { color: var(--quiet); text-transform: uppercase; letter-spacing: .08em; font-size: .85rem; margin: 0; }
.verdict { display: inline-block; font-weight: 700; font-size: 1.1rem; padding: .3rem .9rem; border-radius: .4rem;
  border: 1px solid; }
.passed, .better { color: var(--good); } .failed, .error, .worse { color: var(--bad); } .warning {
  color: var(--warn); }
.verdict.passed, .badge.passed, .badge.better { background: var(--good-ground); }
.verdict.failed, .badge.failed, .badge.error, .badge.worse { background: var(--bad-ground); }
.badge.warning { background: var(--warn-ground); }
.badge { display: inline-block; white-space: nowrap; padding: 0 .5rem; border-radius: .8rem; border: 1px solid;
  font-size: .85rem; font-weight: 600; }
.badge.skipped, .badge.changed, .badge.info { color: var(--quiet); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0; padding: 0; }
a { color: var(--brand); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem;
  margin: .5rem 0 1rem; }
.card { border: 1px solid var(--rule); border-radius: .4rem; padding: .6rem .75rem; display: flex;
  flex-direction: column; }
.card .label { color: var(--quiet); font-size: .85rem; } .card .value { font-size: 1.4rem; font-weight: 650;
  line-height: 1.3; margin-top: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .95rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 650; padding: .3rem 0; } th, td { text-align: left; vertical-align: top;
  padding: .4rem .6rem; border-bottom: 1px solid var(--rule); }
thead th { color: var(--quiet); font-size: .85rem; font-weight: 600; } tbody th { font-weight: 600; }
  td:empty::after { content: "\\2013"; }
.short { white-space: nowrap; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.findings { list-style: none; padding: 0; margin: 0; } .findings li { color: var(--ink);
  border-left: .3rem solid var(--quiet); padding: .3rem .9rem; margin: .75rem 0; }
.findings li.error { border-color: var(--bad); } .findings li.warning { border-color: var(--warn); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0; font-size: .9rem;
  } .facts dt { color: var(--quiet); } .facts dd { margin: 0; }
.note { border-left: .3rem solid var(--warn); padding-left: .75rem; }
figure { margin: .75rem 0; } svg { display: block; } .band svg { width: 100%; height: 1.75rem; border-radius: .3rem;
  }
.scale { display: flex; justify-content: space-between; font-size: .8rem; color: var(--quiet); } .rail {
  fill: var(--rule); }
.slots { stroke: var(--paper); stroke-width: 2; vector-effect: non-scaling-stroke; }
.zones { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem; }
.zone { border: 2px dashed var(--rule); border-radius: .5rem; padding: .6rem; } .zone h3 { margin: 0 0 .5rem;
  color: var(--quiet); }
.hosts { display: grid; gap: .6rem; } .host { border: 1px solid var(--quiet); border-radius: .4rem;
  padding: .5rem .7rem; background: var(--ground); }
.host ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .4rem; } .host li { display: flex;
  gap: .6rem; align-items: flex-start; } .told span { display: block; line-height: 1.3; }
.address { font-weight: 600; } .shard { flex: none; min-width: 1.9rem; height: 1.9rem; border-radius: .4rem;
  border: 2px solid var(--quiet); text-align: center; line-height: 1.65rem; font-weight: 700; font-size: .9rem; }
.plot { display: grid; grid-template-columns: minmax(2.5rem, max-content) 1fr; gap: .2rem .5rem; } .plot .area svg {
  width: 100%; height: 13rem; overflow: visible; }
.y { display: flex; flex-direction: column; justify-content: space-between; text-align: right; font-size: .8rem;
  color: var(--quiet); line-height: 1; }
.x { grid-column: 2; display: flex; justify-content: space-between; font-size: .8rem; color: var(--quiet); }
.grid { stroke: var(--rule); vector-effect: non-scaling-stroke; } .event { stroke: var(--ink);
  stroke-dasharray: 2 3; vector-effect: non-scaling-stroke; }
.ok { fill: var(--c2); } .bad { fill: var(--c4); } .gap { fill: var(--bad-ground); } .fill { fill: var(--c0); }
  .dot { fill: var(--c0); }
.line { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.spark { width: 100%; max-width: 10rem; height: 2.5rem; margin-top: .3rem; overflow: visible; } .meter {
  display: inline-block; width: 6rem; max-width: 100%; height: .5rem; border-radius: .2rem; }
.key { display: inline-block; width: 1.4rem; height: .7rem; vertical-align: baseline; } .key.ok {
  background: var(--c2); } .key.bad { background: var(--c4); } .key.gap { background: var(--bad-ground);
  outline: 1px solid var(--rule); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; padding: 0; margin: .3rem 0; }
  .legend .key { height: 0; border-top: 3px solid; vertical-align: middle; }
.legend .s3, .legend .s4, .legend .s5 { border-top-style: dashed; } .line.s3, .line.s4, .line.s5 {
  stroke-dasharray: 7 4; }
.events { font-size: .9rem; padding-left: 1.5rem; margin: .4rem 0; } .events time { display: inline-block;
  min-width: 5rem; font-variant-numeric: tabular-nums; color: var(--quiet); }
.drill .facts { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .4rem 1rem; }
.drill .facts dd { font-weight: 600; }
.drill { border-top: 1px solid var(--rule); margin-top: 1rem; } footer { color: var(--quiet); font-size: .85rem;
  padding-bottom: 2rem; }
@media screen and (max-width: 54rem) { header, section { padding: 1rem; } main, footer { padding: 0 .5rem; } h1 {
  font-size: 1.6rem; }
  .stack, .stack tbody, .stack tr, .stack th, .stack td, .stack caption { display: block; } .stack thead {
    position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .stack tr { border: 1px solid var(--rule); border-radius: .4rem; margin: .5rem 0; padding: .3rem .7rem; }
    .stack th, .stack td { border: 0; padding: .15rem 0; }
  .stack td { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .5rem; } .stack td::before {
    content: attr(data-label); color: var(--quiet); font-size: .85rem; } .stack td > * { justify-self: start; }
    .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .facts { grid-template-columns: 1fr 1fr; } }
@page { size: A4; margin: 15mm; }
@media print { :root { color-scheme: light;
  --paper: #ffffff; --ground: #ffffff; --ink: #000000; --quiet: #444444; --rule: #bbbbbb; --brand: #1f4e79;
  --good: #17663a; --good-ground: #e4f4ea; --bad: #a61b1b; --bad-ground: #fdeaea; --warn: #7a4d00;
    --warn-ground: #fff3da;
  --c0: #1f6fb2; --c1: #b2501f; --c2: #2e7d4f; --c3: #8a3f9e; --c4: #a3261f; --c5: #5b6b00; --c6: #00727a;
    --c7: #6a5acd; }
  body { font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; } main, footer {
    max-width: none; padding: 0; } nav { display: none; }
  header, section { border: 0; border-radius: 0; padding: 0; margin: 0 0 8mm; } header {
    border-top: .35rem solid var(--brand); padding-top: 3mm; }
  tr, li, figure, .card, .host, .drill > h3 { break-inside: avoid; } h2, h3, h4, caption { break-after: avoid; }
    thead { display: table-header-group; }
  table { font-size: 9pt; } th, td { padding: 1mm 1.5mm; } .meter { width: 3.5rem; }
  .zones { grid-template-columns: repeat(3, minmax(0, 1fr)); } .plot .area svg { height: 45mm; } }
"""


def colours(number: int) -> str:
    """Return the rules for the colours of shards and lines."""
    rules = (
        ".slots.{c} {{ fill: var(--{c}); }} .shard.{c} {{ color: var(--{c}); border-color: var(--{c}); }}"
        " .shard.primary.{c} {{ background: var(--{c}); color: var(--paper); }}"
        " .line.{s} {{ stroke: var(--{c}); }} .legend .{s} {{ border-color: var(--{c}); }}\n"
    )
    return "".join(rules.format(c=f"c{index}", s=f"s{index}") for index in range(number))
