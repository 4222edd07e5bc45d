"""What became of a finding since the last night."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expert.fleet.states import NEWS, Sighting, absent, identity, present
from expert.knowledge import SEVERITIES

severities = st.sampled_from(SEVERITIES)
states = st.sampled_from(
    ("new", "worse", "reopened", "ongoing", "better", "provisional", "suppressed", "unjudged", "resolved")
)
sightings = st.builds(Sighting, states, severities)


def test_what_was_never_seen_is_new():
    assert present("high", None, growing=False, accepted=False) == "new"


@pytest.mark.parametrize(
    ("before", "now", "state"),
    [("high", "high", "ongoing"), ("high", "critical", "worse"), ("high", "medium", "better")],
)
def test_severity_tells_worse_from_better(before, now, state):
    assert present(now, Sighting("ongoing", before), growing=False, accepted=False) == state


def test_what_was_resolved_is_reopened():
    assert present("high", Sighting("resolved", "high"), growing=False, accepted=False) == "reopened"


def test_a_growing_run_is_provisional_and_news_once_it_has_ended():
    assert present("high", None, growing=True, accepted=False) == "provisional"
    assert present("high", Sighting("provisional", "high"), growing=False, accepted=False) == "new"


@given(severities, st.none() | sightings, st.booleans())
def test_what_is_accepted_is_no_news(severity, before, growing):
    assert present(severity, before, growing=growing, accepted=True) not in NEWS


@given(severities, sightings)
def test_a_second_night_without_a_change_has_no_news(severity, before):
    state = present(severity, before, growing=False, accepted=False)
    assert present(severity, Sighting(state, severity), growing=False, accepted=False) == "ongoing"


@given(sightings, st.booleans())
def test_what_is_gone_is_said_once(before, judged):
    state = absent(before, judged=judged)
    if state == "resolved":
        assert absent(Sighting(state, before.severity), judged=judged) is None


@given(st.text(), st.text(), st.text())
def test_an_identity_tells_its_parts_apart(family, diagnosis, about):
    assert identity(family, diagnosis, about) != identity(family + "x", diagnosis, about)
