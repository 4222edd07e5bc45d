"""Each lint doubts what it is for, at its place, and is silent about a sound pack."""

import pytest

from expert.authoring.lints import doubts, lints
from expert.layers import builtin

JUMPED = "when: {house-cold-start: true, gradient_norm_peak_ratio: "
UNLESS = "unless: [{task: reinforcement learning}]"
SECOND_RULE = """
  house-again:
    when: {%s}
    then: %s
    certainty: %s
    because: It is so.
    fires: [{batch_size: 9999, warmup_steps: 0, house-cold-start: true, gradient_norm_peak_ratio: 99}]
    silent: [{batch_size: 1, warmup_steps: 0, house-cold-start: true, gradient_norm_peak_ratio: 1}]
    unknown: [{}]
# What to do"""
SECOND_DIAGNOSIS = """
  house-other:
    title: Something else is wrong
    stage: debug
    origin: data choice
    severity: low
    about: It is.
    references: [ours]
    remedies: [house-add-warm-up]

# When these"""
SECOND_REMEDY = """
  house-other-remedy:
    title: Do something else
    how: Do it.
    %s

# Whole runs"""


def another_rule(when, then, certainty="0.5"):
    return "\n# What to do", SECOND_RULE % (when, then, certainty)


def another_remedy(text):
    return "\n# Whole runs", SECOND_REMEDY % text


COLD = 'batch_size: ">= 4096", warmup_steps: 0'
MISSING, OTHER = "house-warm-up-missing", "house-other"
TWO_REMEDIES = "[house-add-warm-up]", "[house-add-warm-up, house-other-remedy]"
NO_UNLESS, NO_UNKNOWN = (UNLESS, "x-note: none"), ("    unknown: [{batch_size: 8192}]\n", "")
UNEXPLAINED = "explains: [house-cold-start, gradient-jump]", "explains: []"
OTHER_DIAGNOSIS = "\n# When these", SECOND_DIAGNOSIS
IDLE = "  house_jump: {", "  house_idle: {default: 1, help: nothing}\n  house_jump: {"
NEEDED = "    effort: minutes", "    effort: minutes\n    needs: [house-other-remedy]"


def when(more):
    return JUMPED, JUMPED.replace("{house", f"{{{more}, house")


def unless(*exceptions):
    return UNLESS, f"unless: [{', '.join(f'{{{exception}}}' for exception in exceptions)}]"


def jumped(threshold, *more):
    return ", ".join([f'house-cold-start: true, gradient_norm_peak_ratio: "{threshold}"', *more])


def changed(more):
    return (
        "\ntests:",
        f"\nchange:\n  house:\n    set: {{params.house_jump: 25}}\n    reason: Ours spike.\n    {more}\n\ntests:",
    )


def suppressed(day):
    return "\ntests:", f"\nsuppress:\n  - diagnosis: {MISSING}\n    reason: Known.\n    expires: {day}\n\ntests:"


# the code, what is changed in a sound pack, and where the doubt stands
DOUBTS = [
    ("W201", [(JUMPED + '">= {house_jump}"', JUMPED + "9..3")], "gradient_norm_peak_ratio: 9..3"),
    ("W201", [unless('spike_count: "< 0"')], "spike_count"),
    ("W201", [unless('gradient_norm_peak_ratio: ">= 5"')], "gradient_norm_peak_ratio: "),
    ("W201", [unless("task: regression", "house-cold-start: true")], "house-cold-start: true}]"),
    ("W201", [when("any: [{fall_evenness: 9..3}, {crashed: true}]")], "fall_evenness: 9..3"),
    (
        "W201",
        [when('all: [{fall_evenness: "> 3"}, {any: [{fall_evenness: "< 2"}, {fall_evenness: 1}]}]')],
        "fall_evenness",
    ),
    ("W202", [when('any: [{fall_evenness: "> 3"}, {fall_evenness: "< 4"}]')], "fall_evenness"),
    ("W201", [when('none: [{spike_count: "< 0"}, {crashed: true}]')], "spike_count"),
    ("W202", [when('spike_count: ">= 0"')], 'spike_count: ">= 0"'),
    ("W202", [unless("task: regression, shuffle: [true, false]")], "shuffle: [true"),
    ("W203", [another_rule(jumped(">= 50"), MISSING), NO_UNLESS], "when"),
    ("W204", [another_rule(COLD, "house-cold-start")], "when"),
    ("W206", [IDLE], "house_idle"),
    ("W301", [OTHER_DIAGNOSIS], "house-other"),
    ("W301", [("certainty: 0.7", "certainty: 0.15")], MISSING),
    ("W302", [UNEXPLAINED, (JUMPED, JUMPED.replace("house-cold-start: true, ", ""))], "house-cold-start"),
    ("W303", [TWO_REMEDIES, another_remedy("conflicts: [house-add-warm-up]")], "house-other-remedy]"),
    ("W304", [OTHER_DIAGNOSIS, another_rule(jumped(">= 10"), OTHER), NO_UNLESS], MISSING),
    ("W305", [another_remedy("effort: hours")], "house-other-remedy"),
    ("W401", [changed("was: {params.house_jump: 9}")], "was"),
    ("W402", [changed("review_by: 2020-01-31")], "review_by"),
    ("W403", [suppressed("2020-01-31")], "- diagnosis"),
    ("W501", [NO_UNKNOWN], "house-batch-large"),
    ("W601", [("title: A large batch", "title: A very, very, very large batch of the examples that we have")], "title"),
    ("W601", [("title: Warm the learning rate up", "title: You should warm it up")], "title"),
    ("W601", [("how: Let it rise", "how: let it rise")], "how"),
    ("W601", [("times its running median.", "times its running median")], "because"),
    ("W602", [OTHER_DIAGNOSIS, another_rule("crashed: true", OTHER, "0.2")], "about"),
    (
        "W602",
        [("    remedies: [house-add-warm-up]\n", ""), ("[house-cold-start, gradient-jump]", "house-cold-start")],
        MISSING,
    ),
]


def found(knowledge, code):
    return [problem for problem in doubts(knowledge) if problem.code == code]


@pytest.mark.parametrize(("code", "changes", "place"), DOUBTS)
def test_a_lint_doubts_what_it_is_for_at_its_place(code, changes, place, knowledge):
    (problem,) = found(knowledge(*changes), code)
    assert problem.text[problem.column - 1 :].startswith(place)


# the code, and what comes near to what it doubts but is sound
SOUND = [
    ("W201", [(JUMPED + '">= {house_jump}"', JUMPED + "3..3")]),
    ("W201", [unless('gradient_norm_peak_ratio: ">= 15"')]),
    ("W201", [when('any: [{fall_evenness: "> 3"}, {fall_evenness: "< 2"}]')]),
    ("W202", [when('spike_count: ">= 1"')]),
    ("W202", [when('any: [{fall_evenness: "> 4"}, {fall_evenness: "< 3"}]')]),
    ("W203", [another_rule(jumped(">= 50"), MISSING, "0.9"), NO_UNLESS]),
    ("W203", [another_rule(jumped(">= 50", "crashed: true"), MISSING), NO_UNLESS]),
    ("W204", [another_rule(COLD.replace("4096", "4097"), "house-cold-start")]),
    ("W206", [IDLE, ("The gradient norm reached", "Over {house_idle} it reached")]),
    ("W301", [OTHER_DIAGNOSIS, another_rule("crashed: true", OTHER, "0.2")]),
    ("W302", [UNEXPLAINED]),
    ("W303", [TWO_REMEDIES, another_remedy("knob: lr\n    direction: up")]),
    ("W304", [OTHER_DIAGNOSIS, another_rule(jumped(">= 11"), OTHER), NO_UNLESS]),
    ("W305", [another_remedy("needs: []"), NEEDED]),
    ("W401", [changed("was: {params.house_jump: 10}")]),
    ("W402", [changed("review_by: 9999-12-31")]),
    ("W403", [suppressed("9999-12-31")]),
    ("W501", [(NO_UNKNOWN[0], "    status: experimental\n")]),
    ("W601", [("title: Warm the learning rate up", "title: Warm it up[ to {usual_lr:.1e}]")]),
    ("W602", [("the first gradients are far longer than the later ones.", "so it goes.")]),
]


@pytest.mark.parametrize(("code", "changes"), SOUND)
def test_a_lint_is_silent_about_what_is_sound(code, changes, knowledge):
    assert found(knowledge(*changes), code) == []


def test_every_lint_is_tried_both_ways_and_says_what_it_finds():
    fired, silent = ({case[0] for case in cases} for cases in (DOUBTS, SOUND))
    assert fired == silent == set(lints())
    assert all(lint.about.endswith(".") for lint in lints().values())


def test_nothing_is_doubtful_about_the_starter(knowledge):
    assert doubts(knowledge()) == ()


def test_nothing_is_doubtful_about_the_packs_that_come_along():
    assert list(map(str, doubts(builtin()))) == []
