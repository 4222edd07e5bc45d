"""The difference, synthesized: what is said is what is done, and what is done carries as far as is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner

from expert.cli.data import data
from expert.data import load, together
from expert.data.synthesis import pictures, rows, synthesize
from expert.data.synthesis.rows import Rows
from expert.data.synthesis.separation import separation
from expert.data.synthesis.transform import Transform
from expert.exhibits import Pictures
from expert.facts import Fact


def scenes(n: int, seed: int = 0) -> np.ndarray:
    """Colored blots on a slope, (n, 20, 20, 3) of 0 to 1."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:20, :20]
    at, wide = random.uniform(4, 16, (2, n, 1, 1)), random.uniform(2, 4, (n, 1, 1))
    blots = np.exp(-((y - at[0]) ** 2 + (x - at[1]) ** 2) / wide**2)
    return (0.2 + 0.01 * y + 0.6 * blots)[..., None] * random.uniform(0.5, 1, (n, 1, 1, 3))


def measurements(n: int, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    size = random.normal(10, 2, n)
    kind = random.choice(["oak", "elm", "ash"], n)
    return pl.DataFrame(
        {"size": size, "weight": size**2 + random.normal(0, 4, n), "age": random.gamma(4, 5, n), "kind": kind}
    )


def changed(frame: pl.DataFrame, seed: int = 1) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    kept = pl.Series((frame["kind"] == "oak").to_numpy() | (random.random(len(frame)) < 0.5))
    noisy = frame["age"] + pl.Series(random.normal(0, 20, len(frame)))
    gone = pl.Series(random.random(len(frame)) < 0.3)
    return frame.with_columns(pl.col("size") * 2.5 - 3, noisy.alias("age"), frame["weight"].set(gone, None)).filter(
        kept
    )


def of_pictures() -> list[Transform[Any]]:
    before, after = (
        scenes(60),
        (0.6 * scenes(60, 1) + np.random.default_rng(0).normal(0.1, 0.05, (60, 20, 20, 3))).clip(0, 1),
    )
    blurrier = pictures._propose(after, before)
    return [*pictures._propose(before, after), *(one for one in blurrier if one.kind in ("blur", "sharpening"))]


def of_rows() -> list[Transform[Any]]:
    frame, other = measurements(400), changed(measurements(400, 2))
    return list(rows._propose(Rows(frame), Rows(other)))


def run(code: str, given: Any, random: np.random.Generator) -> Any:
    names: dict[str, Any] = {}
    exec(code, names)
    return names["synthesize"](given, random)


@pytest.mark.parametrize("transform", of_pictures(), ids=lambda one: one.says)
def test_the_snippet_of_pictures_does_what_was_measured(transform: Transform[Any]) -> None:
    one = scenes(1, 3)
    done = transform.change(one, np.random.default_rng(5))[0]
    assert np.allclose(run(pictures.snippet([transform]), one[0], np.random.default_rng(5)), done, atol=0.01)


@pytest.mark.parametrize("transform", of_rows(), ids=lambda one: one.says)
def test_the_snippet_of_rows_does_what_was_measured(transform: Transform[Any]) -> None:
    frame = measurements(200, 3)
    done = pd.DataFrame(transform.change(Rows(frame), np.random.default_rng(5)).frame.to_dict(as_series=False))
    given = pd.DataFrame(frame.to_dict(as_series=False))
    said = run(rows.snippet([transform]), given, np.random.default_rng(5)).reset_index(drop=True)
    numbers = ["size", "weight", "age"]
    assert list(said["kind"]) == list(done["kind"])
    assert np.allclose(said[numbers].astype(float), done[numbers].astype(float), rtol=0.01, atol=0.05, equal_nan=True)


def test_every_kind_is_tried() -> None:
    kinds = {one.kind for one in [*of_pictures(), *of_rows()]}
    assert kinds >= {"brightness", "contrast", "color", "tone", "noise", "blur", "sharpening", "scale", "rotation"}
    assert kinds >= {"scale and offset", "quantiles", "missing", "proportions"}


def test_the_distance_goes_on_growing_where_an_auc_stands_at_1() -> None:
    random = np.random.default_rng(0)
    ours, theirs = random.normal(0, 1, (2, 300, 3))
    near, far, farther = (separation(ours, theirs + shift) for shift in (0, 4, 12))
    assert near < 0.5 < 3 < far < farther


def synthesized(train: Any, test: Any) -> tuple[dict[str, Any], list[Any]]:
    first = load(train, "train")
    found = list(synthesize(together(first, load(test, "test", like=first))))
    return {f.name: f.value for f in found if isinstance(f, Fact)}, [f for f in found if not isinstance(f, Fact)]


def test_noise_is_found_and_taken_away() -> None:
    noisy = scenes(160, 1) + np.random.default_rng(0).normal(0, 0.1, (160, 20, 20, 3))
    facts, shown = synthesized(scenes(160), noisy.clip(0, 1))
    assert "noise" in facts["synthesis"]
    assert facts["synthesis_share"] >= 0.5
    assert any(isinstance(one, Pictures) for one in shown)


def test_another_unit_is_found_and_taken_away() -> None:
    frame = measurements(400, 1)
    facts, _ = synthesized(measurements(400), frame.with_columns(pl.col("weight") * 2.2))
    assert "weight" in facts["synthesis"]
    assert facts["synthesis_share"] >= 0.5


def test_of_splits_that_are_alike_it_is_said_that_nothing_tells_them_apart() -> None:
    facts, (bars,) = synthesized(measurements(300), measurements(300, 1))
    assert facts == {}
    assert [bar.label for bar in bars.bars] == ["as they are"]
    assert "nothing to synthesize" in bars.title


def test_the_plan_quotes_the_snippet_and_how_far_it_carries(tmp_path: Path) -> None:
    measurements(400).write_csv(tmp_path / "train.csv")
    measurements(400, 1).with_columns(pl.col("weight") * 2.2).write_csv(tmp_path / "test.csv")
    sets = [str(tmp_path / name) for name in ("train.csv", "test.csv")]
    done = CliRunner().invoke(data, [*sets, "--try-synthesis", "--format", "json", "-o", "-", "-q"])
    item = next(one for one in json.loads(done.stdout)["plan"] if one["remedy"] == "synthesize-difference")
    assert "weight" in item["snippets"]["torch"]
    assert "weight" in item["how"]
