"""What there is to see beside the curves: drawn as it is, told in words, and read back from JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import sample_plans as sample
from playwright.sync_api import Browser

from expert.diagnose import judge, shareable
from expert.exhibits import (
    Axis,
    Bar,
    Bars,
    Exhibit,
    Histogram,
    Parallel,
    Picture,
    Pictures,
    Table,
    as_values,
    from_values,
)
from expert.facts import Fact
from expert.renderers import render
from expert.renderers._exhibits import exhibits, told
from expert.run import RunLog

SHOWN = [*sample.exhibited().exhibits, *sample.strangers_exhibits().exhibits]
OVERLAPS = """() => [...document.querySelectorAll('#exhibits svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll(':scope > text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) =>
    p.left < q.right && q.left < p.right && p.top + 3 < q.bottom && q.top + 3 < p.bottom).map(([b]) => a + ' | ' + b));
})"""


def test_every_kind_is_tried() -> None:
    assert {type(one) for one in sample.exhibited().exhibits} == set(get_args(Exhibit))


@pytest.mark.parametrize("exhibit", SHOWN, ids=lambda one: type(one).__name__)
def test_an_exhibit_comes_back_from_json(exhibit: Exhibit) -> None:
    values = json.loads(json.dumps(as_values(exhibit)))
    assert type(from_values(values)) is type(exhibit)
    assert as_values(from_values(values)) == values


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ([], "an exhibit has a kind"),
        ({"kind": "movie"}, "not 'movie'"),
        ({"kind": "table", "title": ""}, "table has title, caption, columns, rows, not title"),
        ({"kind": "table", "title": "", "caption": "", "columns": ["a"], "rows": [[1]]}, r"table.rows\[0\]\[0\] holds"),
        ({"kind": "table", "title": "", "caption": "", "columns": ["a"], "rows": [[]]}, "needs 1 cells"),
    ],
)
def test_values_that_are_no_exhibit_are_named(values: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_values(values)


def test_the_page_has_the_section_only_where_there_is_something_to_see() -> None:
    assert 'id="exhibits"' not in render(sample.plan(sample.overfitted()), "html")
    assert 'href="#exhibits"' in render(sample.plan(sample.exhibited()), "html")


@pytest.mark.parametrize("width", [390, 1100])
@pytest.mark.parametrize("run", [sample.exhibited(), sample.strangers_exhibits()], ids=["ours", "strangers"])
def test_no_two_labels_meet(browser: Browser, tmp_path: Path, run: RunLog, width: int) -> None:
    (tmp_path / "page.html").write_text(render(sample.plan(run), "html"), encoding="utf-8")
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        assert page.evaluate(OVERLAPS) == []


def test_texts_of_strangers_stay_texts_and_pictures_are_seen(browser: Browser, tmp_path: Path) -> None:
    html = render(sample.plan(sample.strangers_exhibits()), "html")
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        assert page.locator("[onerror], [style], img:not([alt]), #exhibits script").count() == 0
        seen = page.locator("#exhibits img").evaluate_all("all => all.map(one => one.naturalWidth)")
    assert seen == [3, 300]
    assert "2 pictures could not be shown" in html
    assert "5 pictures left out" in html


def test_bins_of_unequal_width_are_drawn_as_densities() -> None:
    path = exhibits([Histogram("", "", (0, 1, 4), (("train", (0.5, 0.5)),))])[0].drawing.parts[0].path
    narrow, wide = (150 - int(top) for top in re.findall(r"V(\d+)H", path))
    assert narrow == pytest.approx(3 * wide, abs=2)


def test_the_best_runs_lie_on_top() -> None:
    lines = tuple((float(n), float(n % 7)) for n in range(40))
    paths = exhibits([Parallel("", "", (Axis("a"), Axis("b")), lines)])[0].drawing.paths
    assert [style for style, _ in paths] == ["rest", "top n5", "top n4", "top n3", "top n2", "top n1"]
    assert paths[-1][1] == "M0 240L1000 240"


def test_secrets_in_rows_are_masked() -> None:
    run = RunLog("a", "a", exhibits=(Table("", "", ("cell",), (("api_key=abcdef123456",),)),))
    assert "abcdef123456" not in render(sample.plan(shareable(run, False)), "json")


def test_the_terminal_tells_what_the_first_row_and_the_first_pictures_say() -> None:
    table = Table("Rows", "", ("row", "label"), (("3", "cat"), ("9", "dog")))
    pictures = Pictures("Pairs", "", (("pair 1", (Picture(b"", "train 3"), Picture(b"", "val 7"))),))
    bars = Bars("Steps", "", "AUC", (Bar("as they are", 0.9, 0.85, 0.95), Bar("after a blur", 0.6, 0.6, 0.6)))
    assert told(table) == "row 3, label cat; and 1 more row"
    assert told(pictures) == "pair 1: train 3, val 7"
    assert told(bars) == "as they are: 0.9 (0.85 to 0.95); after a blur: 0.6 AUC"


def test_evidence_without_steps_and_logs_has_no_columns_for_them() -> None:
    measured = RunLog(
        "d",
        "d",
        facts=(
            Fact("order_sameness", 0.98),
            Fact("damaged_images", 3.0),
            Fact("damaged_share", 0.1),
            Fact("damaged_image", "a.png"),
        ),
    )
    page = render(judge(measured), "html")
    assert "What was measured" in page
    assert 'data-title="Log"' not in page
    assert 'data-title="Steps"' not in page
    assert 'data-title="Log"' in render(sample.plan(sample.overfitted()), "html")
