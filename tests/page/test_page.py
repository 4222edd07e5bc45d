"""The page in a real browser: self-contained, readable by everybody, inert."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample_plans as sample
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from expert.diagnose import judge
from expert.plan import Plan, refused
from expert.renderers import index, render

PLANS = {
    "broken": lambda: sample.plan(sample.broken()),
    "overfitted": lambda: sample.plan(sample.overfitted()),
    "healthy": lambda: sample.plan(sample.healthy()),
    "doubtful": lambda: sample.doubtful(),
    "refused": lambda: refused("empty.csv", "empty", "the file is empty"),
    "hostile": lambda: hostile_plan(),
    "exhibited": lambda: sample.plan(sample.exhibited()),
    "exhibits of strangers": lambda: sample.plan(sample.strangers_exhibits()),
}


def hostile_plan() -> Plan:
    """Hostile names in the log, and hostile texts in the rules."""
    knowledge, evil = sample.example(), sample.EVIL
    texts = {"title": evil, "about": evil, "references": (evil,)}
    poisoned = replace(
        knowledge,
        symptoms={i: replace(s, **texts) for i, s in knowledge.symptoms.items()},
        diagnoses={i: replace(d, **texts) for i, d in knowledge.diagnoses.items()},
        rules={i: replace(r, because=evil) for i, r in knowledge.rules.items()},
        remedies={
            i: replace(r, title=evil, how=evil, gain=evil, snippets={"torch": evil, evil: evil})
            for i, r in knowledge.remedies.items()
        },
    )
    return judge(sample.hostile(), poisoned)


def pages() -> dict[str, str]:
    plans = {name: make() for name, make in PLANS.items()}
    return {**{n: render(p, "html") for n, p in plans.items()}, "index": index(list(plans.values()), list(plans))}


@pytest.fixture(scope="module", params=[*PLANS, "index"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    path.write_text(pages()[request.param], encoding="utf-8")
    return path


def opened(context: BrowserContext, file: Path, heard: list[str]) -> Page:
    page = context.new_page()
    page.on("request", lambda request: heard.append(f"request {request.url}"))
    page.on("console", lambda message: heard.append(f"console {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error {error}"))
    page.on("dialog", lambda dialog: (heard.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(file.as_uri())
    return page


def test_nothing_is_requested_and_no_script_fails(browser: Browser, file: Path) -> None:
    heard: list[str] = []
    with browser.new_context() as context:
        opened(context, file, heard).wait_for_timeout(50)
    assert heard == [f"request {file.as_uri()}"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100])
def test_axe_finds_nothing_to_mend(browser: Browser, file: Path, scheme: Any, width: int) -> None:
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True) as context:
        page = opened(context, file, [])
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = Axe().run(page, options={"runOnly": tags}).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_is_readable_without_javascript(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    plan = sample.plan(sample.broken())
    file.write_text(render(plan, "html"), encoding="utf-8")
    with browser.new_context(java_script_enabled=False) as context:
        page = opened(context, file, [])
        for summary in page.locator("summary").all():
            summary.evaluate("s => s.parentElement.open = true")
        text = page.inner_text("body")
    for item in plan.items:
        assert item.title in text
        for snippet in item.snippets.values():
            assert all(line in text for line in snippet.splitlines())
    for wanted in ("norm-jumped", "train.csv:1603", "The data changed", "batch_size", "Digest"):
        assert wanted in text


def test_what_is_folded_is_printed(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    plan = sample.plan(sample.broken())
    file.write_text(render(plan, "html"), encoding="utf-8")
    with browser.new_context(java_script_enabled=False) as context:
        printed = opened(context, file, []).pdf(format="A4")
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages))
    for wanted in (plan.items[-1].title, "norm-jumped", plan.packs[0].digest, "warmup_steps=60", "gpu_memory"):
        assert re.sub(r"\s+", "", wanted) in text


def test_snippets_become_tabs_that_the_keyboard_turns(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render(sample.plan(sample.broken()), "html"), encoding="utf-8")
    with browser.new_context() as context:
        page = opened(context, file, [])
        tabs = page.locator("#item-lower-the-rate [role=tab]")
        assert tabs.all_inner_texts() == ["PyTorch", "Hugging Face", "Keras"]
        tabs.first.focus()
        page.keyboard.press("ArrowRight")
        shown = page.locator("#item-lower-the-rate [role=tabpanel]:visible").inner_text()
    assert "warmup_steps=60" in shown
    assert "lr=2e-2" not in shown


def test_a_link_into_a_fold_opens_it(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render(sample.plan(sample.broken()), "html"), encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(file.as_uri() + "#item-smaller-model")
        assert page.locator("#item-smaller-model h3").is_visible()


def test_hostile_text_is_text(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    html = render(hostile_plan(), "html")
    file.write_text(html, encoding="utf-8")
    assert not set(html) & set("\u202e\x00\x1b\ud800")
    with browser.new_context() as context:
        page = opened(context, file, [])
        assert page.locator("script").count() == 1
        assert page.locator("img, iframe, object, [onerror], a[href^=javascript], [style]").count() == 0
        assert "<script>alert(1)</script>" in page.inner_text("h1")


def test_ids_are_unique_and_do_not_count(browser: Browser, file: Path) -> None:
    found = re.findall(r'\bid="([^"]*)"', file.read_text(encoding="utf-8"))
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", one) for one in found)


def test_a_long_run_makes_a_small_page() -> None:
    plan = judge(sample.broken(100_000))
    html = render(plan, "html")
    assert html.count('<figure class="chart"') == 6
    assert len(html.encode()) <= 75_000 + 75 * len(plan.knowledge.rules)  # each rule says what it would have shown


def test_the_same_plan_makes_the_same_bytes() -> None:
    first, second = (render(sample.plan(sample.broken()), form) for form in ("html", "html"))
    assert first == second


def test_every_shade_mark_and_term_is_named() -> None:
    html = render(sample.plan(sample.broken()), "html")
    for wanted in ('id="chart-loss"', "Hatched: 399 values of train/loss", "Best validation", 'id="error-bias"', "± "):
        assert wanted in html
