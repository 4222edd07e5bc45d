"""Roots that are URLs, on fsspec's own file system in memory."""

from __future__ import annotations

import fsspec

from tests.fleet.fleets import healthy, overfitted, states, take_roots


def test_a_url_is_judged_like_a_folder_and_only_what_changed_is_fetched(tmp_path):
    memory = fsspec.filesystem("memory")
    memory.pipe("/fleet/bad/log.csv", overfitted().encode())
    memory.pipe("/fleet/good/log.csv", healthy().encode())
    memory.pipe("/fleet/bad/model.pt", b"weights")
    told = take_roots(("memory://fleet",), tmp_path)
    assert {entry.run for entry in told.entries} == {"bad/log.csv"}
    assert not list((tmp_path / ".expert" / "mirror").rglob("*.pt"))
    pages = [page.read_text() for page in (tmp_path / "run").glob("*.html")]
    assert any("memory://fleet/bad/log.csv" in page for page in pages)
    assert not any("mirror" in page for page in pages)
    memory.rm("/fleet/bad", recursive=True)
    assert set(states(take_roots(("memory://fleet",), tmp_path, day=1))) == {"resolved"}


def test_a_url_that_cannot_be_reached_is_told_and_stops_no_other(tmp_path):
    memory = fsspec.filesystem("memory")
    memory.pipe("/there/good/log.csv", healthy().encode())
    told = take_roots(("memory://there", "memory://nowhere", "nosuch://x"), tmp_path)
    assert told.runs == 1
    assert {key for key, _ in told.failures} == {"memory://nowhere", "nosuch://x"}
