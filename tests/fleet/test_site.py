"""The site in a real browser: it asks nobody for anything, works without scripts, and hostile names stay text."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from expert.configuration import read
from expert.fleet import supervised
from tests.fleet.fleets import DAY, healthy, overfitted, put, take

OURS = """
format: 1
pack: ours
change:
  optimization:
    set: {params.spike_ratio: 12}
    was: {params.spike_ratio: 8}
    reason: Ours jump.
    owner: ann
    review_by: 2026-10-01
suppress:
  - {diagnosis: overfitting, reason: known in v1, expires: 2026-10-02}
"""
EVIL = "<script>document.title='evil'<"  # a folder's name holds no slash


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("fleet") / "runs"
    put(root / EVIL / "log.csv", overfitted())
    put(root / "good" / "log.csv", healthy())
    put(root / "empty" / "log.csv", "")
    take(root)
    take(root, day=1)
    return root.parent / "site"


def pages(site):
    found = [*site.glob("*.html"), *site.glob("night/*.html"), *site.glob("cause/*.html"), *site.glob("runs/*.html")]
    assert len(found) >= 5
    return found


def test_no_page_asks_for_anything_and_all_are_accessible(site, browser):
    context = browser.new_context(color_scheme="dark", bypass_csp=True)
    page = context.new_page()
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    for file in pages(site):
        page.goto(file.as_uri())
        assert page.title() != "evil"
        violations = (
            Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
        )
        assert not violations, [(v["id"], v["nodes"][0]["html"]) for v in violations]
    assert heard == [file.as_uri() for file in pages(site)]
    context.close()


def test_every_link_leads_somewhere_without_scripts(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for file in pages(site):
        page.goto(file.as_uri())
        links = page.locator("a[href]").all()
        for target in {link.get_attribute("href") for link in links}:
            assert target.startswith("#") or (file.parent / target).exists(), (file.name, target)
    context.close()


def test_what_is_wrong_stands_on_the_first_page(site):
    text = (site / "index.html").read_text()
    assert "Ongoing" in text
    assert "&lt;script&gt;" in text
    assert "Nothing new" in text


def test_what_is_due_for_review_and_what_to_log_stand_on_the_first_page(tmp_path):
    put(tmp_path / "runs" / "log.csv", healthy())
    (tmp_path / "ours.yaml").write_text(OURS)
    (tmp_path / "expert.toml").write_text('rules = ["ours.yaml"]\n')
    told = take(tmp_path / "runs", rules=supervised.rules(read(tmp_path / "expert.toml"), DAY.date()))
    due = [one.why for one in told.health if one.kind == "due"]
    assert due == [
        "its change was to be reviewed by ann until 2026-10-01",
        "its suppression expired on 2026-10-02",
    ]
    text = (tmp_path / "site" / "index.html").read_text()
    assert "2 changes to be looked at again" in text
    assert "optimizer.param_groups" in text  # how to log the rate


def test_open_findings_are_counted_night_by_night(site):
    text = (site / "index.html").read_text()
    assert "open findings, night by night: 2026-11-01 1, 2026-11-02 1" in text
