# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as files, and in a real browser: on a desk, on a phone, on paper, in light and in dark."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest

from ..unit._report import results
from ..unit._report.test_render import poisoned
from .action_runner import all_converged, converged, refused
from .browser import PAPER, PHONE, Shown, browser

Opened = t.Callable[[str], Shown]
Result = dict[str, t.Any]


def options(directory: pathlib.Path, result: Result, **more: t.Any) -> dict[str, t.Any]:
    return {"result": result, "directory": str(directory), **more}


def names(directory: pathlib.Path) -> list[str]:
    return sorted(path.name for path in (directory / "shop").iterdir())


def test_check_first_then_two_files_with_copies_and_a_second_run_changes_nothing(tmp_path: pathlib.Path) -> None:
    desired = options(tmp_path, results.result(), targets={"availability_percent": 99.9})
    planned = converged("acceptance_report", desired, check=True, diff=True)
    assert planned["changed"] is True
    assert list(tmp_path.iterdir()) == []

    written = converged("acceptance_report", desired, diff=True)
    assert (written["plan"], written["diff"]) == (planned["plan"], planned["diff"])
    assert len(written["diff"]["after"].splitlines()) == 4
    stem = "2026-05-01T10-00-00.000"
    assert names(tmp_path) == [f"{stem}.html", f"{stem}.json", "latest.html", "latest.json"]
    assert written["html"] == str(tmp_path / "shop" / f"{stem}.html")
    kept = json.loads(pathlib.Path(written["json"]).read_text())
    assert kept == written["result"]
    assert kept["targets"][-1]["met"] is True
    assert kept["passed"] is True
    assert "correct horse" not in pathlib.Path(written["json"]).read_text() + pathlib.Path(written["html"]).read_text()

    again = converged("acceptance_report", desired)
    assert (again["changed"], again["plan"]) == (False, [])


def test_history_is_kept_up_to_a_number_and_tells_what_got_worse(tmp_path: pathlib.Path) -> None:
    twice = [options(tmp_path, results.result(day=day), keep=3) for day in range(1, 5) for _again in range(2)]
    *_before, written, _again = found = all_converged("acceptance_report", *twice)
    assert [one["changed"] for one in found] == [True, False] * 4
    assert [one["started"][8:10] for one in written["history"]] == ["02", "03"]
    assert [name[8:10] for name in names(tmp_path) if re.fullmatch(r"2.*json", name)] == ["02", "03", "04"]

    failed = converged("acceptance_report", options(tmp_path, results.failed(day=5), keep=3))
    verdicts = {one["what"]: one["verdict"] for one in failed["changes"]}
    assert verdicts["item failover"] == "worse"
    assert verdicts["load, read, whole, pipeline 1: operations"] == "worse"
    assert "FAILED (failed: failover, load; targets not met: ops_per_second" in failed["summary"]


def test_other_topologies_and_files_that_are_no_results_are_left_alone(tmp_path: pathlib.Path) -> None:
    converged("acceptance_report", options(tmp_path, results.result("replication", day=1)))
    broken = tmp_path / "shop" / "2026-05-02T10-00-00.000.json"
    broken.write_text('{"schema": 1')
    (tmp_path / "shop" / "notes.txt").write_text("mine")
    written = converged("acceptance_report", options(tmp_path, results.result(day=3), keep=10))
    assert written["history"] == []
    assert str(broken) in str(written["warnings"])
    assert "notes.txt" in names(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"result": {"schema": 1}}, "items is missing"),
        ({"keep": 0}, "keep is 0"),
        ({"worse_percent": -1.0}, "worse_percent is -1"),
        ({"failures_per_month": float("inf")}, "failures_per_month is inf"),
        ({"directory": "/dev/null/reports"}, "/dev/null/reports"),
    ],
    ids=["half a result", "keep", "percent", "failures", "directory"],
)
def test_refusals_write_nothing(tmp_path: pathlib.Path, change: dict[str, t.Any], said: str) -> None:
    assert said in refused("acceptance_report", {**options(tmp_path, results.result()), **change})["msg"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def opened() -> t.Iterator[Opened]:
    with browser() as open_file:
        yield open_file


PAGES: dict[str, list[Result]] = {
    "passed": [results.result()],
    "set": [results.result("replication")],
    "failed, with history": [*(results.result(day=day) for day in range(1, 8)), results.failed(day=9)],
    "thirty instances": [results.large()],
    "no drills": [results.result(drills=[], load=None, targets=[])],
    "hostile": [poisoned(results.failed())],
}


@pytest.fixture(scope="module", params=PAGES.values(), ids=PAGES)
def page(request: pytest.FixtureRequest, opened: Opened, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Shown]:
    directory = tmp_path_factory.mktemp("reports")
    calls = [options(directory, result, targets={"availability_percent": 99.9}) for result in request.param]
    written = all_converged("acceptance_report", *calls)[-1]
    shown = opened(written["html"])
    shown.page.set_default_timeout(30000)
    yield shown
    shown.page.close()


def told(shown: Shown) -> Result:
    """Return the result that lies beside the page."""
    path = pathlib.Path(shown.page.url.removeprefix("file://")).with_suffix(".json")
    return t.cast(Result, json.loads(path.read_text()))


def test_it_asks_nobody_for_anything_and_runs_nothing(page: Shown) -> None:
    assert page.asked == [page.page.url]
    assert page.complaints == []
    assert page.page.evaluate("document.scripts.length") == 0


def test_title_and_all_items_are_shown(page: Shown) -> None:
    result = told(page)
    assert page.page.title().startswith("Acceptance of shop: " + ("passed" if result["passed"] else "failed"))
    page.page.set_viewport_size({"width": PHONE, "height": 800})
    text = page.text()
    for item in result["items"]:
        # What a browser takes for a blank is one, whatever it was.
        words = re.findall(r"\w+", item["summary"])
        assert re.search(r"\W+".join(words), text), item["summary"]
    assert ("PASSED" if result["passed"] else "FAILED") in text


@pytest.mark.parametrize("width", [PHONE, 768, 870, 1280])
def test_nothing_reaches_beyond_the_window(page: Shown, width: int) -> None:
    page.page.emulate_media(media="screen")
    assert page.beyond(width) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Shown, scheme: t.Literal["light", "dark"]) -> None:
    assert page.pale(scheme) == []


def test_it_fits_on_paper(page: Shown, tmp_path: pathlib.Path) -> None:
    page.page.emulate_media(media="print", color_scheme="dark")
    try:
        assert page.beyond(PAPER) == []
        # On paper it is dark on light, whatever the screen has.
        assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        pdf = page.page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    finally:
        page.page.emulate_media(media="screen", color_scheme="light")
    assert pdf.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 40
