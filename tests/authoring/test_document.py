"""`expert rules doc` and `graph`: pages and pictures that a browser shows whole, and that no text can harm."""

from itertools import combinations

import pytest
from axe_playwright_python.sync_playwright import Axe

from expert.authoring.document import pages
from expert.authoring.graph import WIDTH, chain, drawing
from expert.layers import builtin
from expert.renderers import graph

EVIL = "<script>alert(1)</script> <img src=x onerror=alert(1)> ]]> **b** [a](javascript:alert(1)) \\u202e \\x07 &amp;"
TITLES = [
    ("title: A large batch was started without a warm-up", f'title: "{EVIL}"'),
    ("title: The warm-up for large batches is missing", f'title: "{EVIL}"'),
    ("title: Warm the learning rate up[ for the batch of {batch_size:,.0f}]", f'title: "{EVIL}"'),
    ("how: Let it rise", f'x-how: none\n    how: "{EVIL}"\n    gain: Let it rise'),
    (
        "because: The gradient norm",
        f'source: "{EVIL}"\n    false_positives: ["{EVIL}"]\n    because: The gradient norm',
    ),
    ("source: our runs\n    fires: [{house-cold", "fires: [{house-cold"),
    ("help: batch size from which we warm up", f'help: "{EVIL}"'),
    ('"Goyal et al. 2017, Accurate, Large Minibatch SGD, section 2.2"', f'"{EVIL}"'),
    ("name: the norm jumps in a run without warm-up", f'name: "{EVIL}"'),
]


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a text in the browser; what it asked for or said is in `heard`."""

    def opened(text, name="page.html", width=1100, scheme="light"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.heard = []
        page.on("request", lambda request: page.heard.append(request.url))
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("dialog", lambda dialog: (page.heard.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    return opened


def documents(knowledge, house, *changes):
    from expert.packs.tests import pack_tests
    from expert.signals import catalogue

    known = knowledge(*changes)
    file = str(house(*changes))
    return pages(known, pack_tests([house(*changes)], known, catalogue()), {file})


def test_a_page_tells_condition_params_remedies_tests_and_sources(knowledge, house, opened):
    text = opened(documents(knowledge, house)["rule-house-norm-jumped-after-a-cold-start.html"]).inner_text("body")
    for wanted in (
        "Speaks for The warm-up for large batches is missing with +0.7",
        "the highest gradient norm over its running median, after the first twentieth of the run, is at least 10",
        "the setting task is reinforcement learning",
        "house_jump",
        "from 2 to 1,000",
        "Warm the learning rate up",
        "the norm jumps in a run without warm-up",
        "house-cold-start: yes, gradient_norm_peak_ratio: 30",
        "Goyal et al. 2017",
        "house.yaml:12",
        "None is known",
    ):
        assert wanted in text


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1100, "dark")])
def test_axe_finds_nothing_to_mend_and_nothing_is_requested(knowledge, house, opened, width, scheme):
    for name, text in list(documents(knowledge, house).items())[:2]:
        page = opened(text, name, width, scheme)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = Axe().run(page, options={"runOnly": tags}).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.heard == [page.url]
        assert "<script" not in text


def test_hostile_text_is_text_on_pages_and_in_the_graph(knowledge, house, opened):
    texts = documents(knowledge, house, *TITLES)
    texts["rules.svg"] = graph(drawing(knowledge(*TITLES)))
    assert len(texts) == 4
    for name, text in texts.items():
        assert "alert(1)" in text
        assert not set(text) & set("\u202e\x07")
        page = opened(text, name)
        assert page.heard == [page.url]
        assert page.locator("script, img, iframe, [onerror], a[href^=javascript], [style]").count() == 0


def test_the_same_rules_make_the_same_bytes(knowledge, house):
    assert documents(knowledge, house) == documents(knowledge, house)


def test_every_rule_that_comes_along_has_a_page_and_a_place_in_the_index(command, tmp_path):
    assert command("rules", "doc", "docs").exit_code == 0
    index = (tmp_path / "docs/index.html").read_text(encoding="utf-8")
    assert all(f'href="rule-{id_}.html"' in index for id_ in builtin().rules)
    assert len(list((tmp_path / "docs").glob("rule-*.html"))) == len(builtin().rules)
    measured = next(rule for rule in builtin().rules.values() if rule.record)
    assert str(measured.record) in (tmp_path / f"docs/rule-{measured.id}.html").read_text(encoding="utf-8")


def test_boxes_never_overlap_and_stand_inside_the_picture():
    for picture in (
        drawing(builtin()),
        drawing(builtin(), ["divergence"]),
        chain(builtin().rules["jump-before-climb"], builtin()),
    ):
        assert len(picture.boxes) > 3
        assert not [(a.id, b.id) for a, b in combinations(picture.boxes, 2) if _overlap(a, b)]
        assert all(b.x >= 0 and b.x + WIDTH <= picture.width for b in picture.boxes)
        assert all(b.y >= 0 and b.y + b.height <= picture.height for b in picture.boxes)


def _overlap(a, b):
    return a.x < b.x + WIDTH and b.x < a.x + WIDTH and a.y < b.y + b.height and b.y < a.y + a.height


def test_every_label_stands_inside_its_box(opened):
    page = opened(graph(drawing(builtin())), "rules.svg")
    outside = page.evaluate(
        """[...document.querySelectorAll('g')].filter(g => [...g.querySelectorAll('text')].some(t => {
            const r = g.querySelector('rect').getBBox(), b = t.getBBox();
            return b.x < r.x || b.y < r.y || b.x + b.width > r.x + r.width || b.y + b.height > r.y + r.height + 1
        })).map(g => g.textContent)"""
    )
    assert outside == []


def test_a_cause_stands_right_of_what_it_explains():
    picture = drawing(builtin())
    x = {box.id: box.x for box in picture.boxes}
    assert all(x[line.start] < x[line.end] for line in picture.lines)


def test_the_graph_of_a_pack_shows_what_it_defines_and_what_that_touches(command, house, tmp_path):
    assert command("rules", "graph", house(), "-o", "house.svg").exit_code == 0
    svg = (tmp_path / "house.svg").read_text(encoding="utf-8")
    assert "house-add-warm-up" in svg
    assert "gradient-jump" in svg
    assert "overfitting" not in svg
    assert "did you mean 'divergence'" in command("rules", "graph", "--about", "divergance").stderr
