"""What was planted is named, a random split is left in peace, and hostile data stop nothing."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.model_selection import train_test_split

import expert
from expert.cli import expert as command
from expert.data import compare
from expert.data.checks.drift import drift
from expert.data.checks.duplicates import near
from expert.data.checks.joint import joint
from expert.data.checks.label_noise import contradicted, floor
from expert.data.compare import measure, opened
from expert.data.domain import discrepancy, standard_error, told_apart
from expert.exhibits import Histogram, Table
from expert.measured import read, write
from expert.supplied import SUPPLIERS


@pytest.fixture(scope="module")
def cancer():
    x, y = load_breast_cancer(return_X_y=True)
    return train_test_split(x, y, test_size=0.3, random_state=1)


def above_low(plan):
    return [f.diagnosis.id for f in plan.findings if f.severity in ("critical", "high", "medium")]


def facts(measured, about=""):
    return {fact.name: fact.value for fact in measured.facts if fact.about == about}


@pytest.mark.parametrize("seed", [3, 4])
def test_rows_of_few_coarse_columns_come_up_twice_without_a_leak(seed):
    x, y = load_iris(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(x))
    a, b = np.split(order, [120])
    assert above_low(compare((x[a, 2:], y[a]), (x[b, 2:], y[b]))) == []


def test_samples_that_are_repeated_in_training_are_no_shift(cancer):
    a, b, ya, yb = cancer
    assert above_low(compare((np.tile(a, (3, 1)), np.tile(ya, 3)), (b, yb))) == ["duplicate-samples"]


def test_a_column_that_gives_the_target_away_is_named_and_no_duplicates_are_looked_for(cancer):
    a, b, ya, yb = (pl.DataFrame(one) if one.ndim > 1 else one for one in cancer)
    told = [x.with_columns(tax=pl.Series(y * 2.0 + 1)) for x, y in ((a, ya), (b, yb))]
    plan = compare((told[0], ya), (told[1], yb))
    assert "answer-in-the-inputs" in above_low(plan)
    assert "data-leakage" not in above_low(plan)


def test_the_second_of_two_is_the_test_set_if_its_name_says_so(tmp_path, cancer):
    a, b, ya, yb = cancer
    for name, x, y in (("train", a, ya), ("test", b, yb)):
        pl.DataFrame(x).with_columns(target=pl.Series(y)).write_csv(tmp_path / f"{name}.csv")
    told = CliRunner().invoke(
        command, ["data", str(tmp_path / "train.csv"), str(tmp_path / "test.csv"), "-o", "-", "--format", "json"]
    )
    assert '"test_size"' in told.stdout
    assert '"val_size"' not in told.stdout


@pytest.mark.parametrize("source", [load_iris, load_wine])
def test_a_random_split_is_left_in_peace(source):
    x, y = source(return_X_y=True)
    a, b, ya, yb = train_test_split(x, y, test_size=0.3, random_state=5)
    assert above_low(compare((a, ya), (b, yb))) == []


def test_a_shift_of_one_column_is_named_and_drawn(cancer):
    a, b, ya, yb = cancer
    moved = b.copy()
    moved[:, 4] *= 1.3
    plan = compare((a, ya), test=(moved, yb))
    assert "distribution-shift" in above_low(plan)
    assert [fact.value for fact in plan.run.facts if fact.name == "most_shifted"] == ["feature 4"]
    assert any(isinstance(e, Histogram) and "feature 4" in e.title for e in plan.run.exhibits)


def test_samples_of_both_splits_are_a_leak_and_stand_in_pairs(cancer):
    a, b, ya, yb = cancer
    plan = compare((a, ya), (np.vstack([b, a[:40]]), np.append(yb, ya[:40])))
    assert "data-leakage" in above_low(plan)
    assert any(isinstance(e, Table) and "stand in training too" in e.title for e in plan.run.exhibits)


def test_rows_of_few_coarse_columns_repeat_without_being_copies():
    random = np.random.default_rng(0)
    frame = pl.DataFrame({name: random.choice(np.array(list("xyz")), 900) for name in "abc"})
    assert above_low(compare(frame[:600], frame[600:])) == []


def test_every_fact_is_declared_and_fits(cancer):
    a, b, ya, yb = cancer
    found = measure(opened({"train": (a, ya), "val": (b, yb)})).facts
    assert all(SUPPLIERS["data"][fact.name].admits(fact.value) for fact in found)


def test_what_was_measured_is_kept_and_read_back(cancer, tmp_path):
    a, b, ya, yb = cancer
    measured = measure(opened({"train": (a, ya), "val": (b[:, ::-1], yb)}))
    (tmp_path / "data.json").write_text(write(measured))
    assert read(tmp_path / "data.json") == measured


def test_a_file_that_is_no_such_file_is_refused(tmp_path):
    for text in ("{", "[]", '{"of": "data sets", "format": 99}', '{"of": "data sets", "format": 1}'):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(ValueError, match=r"a\.json"):
            read(tmp_path / "a.json")


def test_a_run_is_judged_with_its_data(cancer, tmp_path):
    a, b, ya, yb = cancer
    text = write(measure(opened({"train": (a, ya), "val": (np.vstack([b, a]), np.append(yb, ya))})))
    (tmp_path / "data.json").write_text(text)
    log = {"train_loss": [1 / (n + 1) for n in range(40)], "val_loss": [1.1 / (n + 1) for n in range(40)]}
    plan = expert.diagnose(log, data=tmp_path / "data.json")
    assert "data-leakage" in above_low(plan)
    assert plan.run.settings["train_size"] == len(a)
    assert plan.run.exhibits


def test_the_command_writes_a_page_and_a_file_and_fails_on_a_finding(cancer, tmp_path):
    a, b, ya, yb = cancer
    np.savez(tmp_path / "train.npz", x=a, y=ya)
    np.savez(tmp_path / "val.npz", x=np.vstack([b, a]), y=np.append(yb, ya))
    arguments = ["data", *(str(tmp_path / f"{name}.npz") for name in ("train", "val")), "--fail-on", "high"]
    arguments += ["--save", str(tmp_path / "data.json"), "-o", str(tmp_path / "r.html"), "--no-config"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 1, done.output
    assert "stand in training too" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert read(tmp_path / "data.json").facts


def test_the_command_says_what_is_wrong_in_one_line(tmp_path):
    (tmp_path / "a.csv").write_text("x\n")
    done = CliRunner().invoke(command, ["data", str(tmp_path / "a.csv"), "--no-config"])
    assert done.exit_code == 2
    assert "no rows" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"x": [1.0] * 60, "label": ["only"] * 60}),
        pl.DataFrame({"x": [None] * 60, "z": ["a b"] * 60, "label": [0, 1] * 30}),
        pl.DataFrame({"x": [1.0, float("inf"), float("nan")] * 20, "label": [0.5, None, 1.5] * 20}),
        pl.DataFrame({"x": [1.0], "label": [1]}),
        pl.DataFrame({"x": [[1], [2]] * 30, "y": [1, 2] * 30, "w": ["a", None] * 30}),
    ],
)
def test_hostile_tables_are_looked_at_to_the_end(frame):
    for other in (frame[:1], None):
        assert not [note for note in measure(opened({"train": frame, "val": other})).notes if "it failed" in note]


def test_ten_thousand_columns_are_looked_at():
    x = np.random.default_rng(0).normal(size=(120, 10_000))
    measured = measure(opened({"train": (x[:80], np.arange(80) % 2), "val": (x[80:], np.arange(40) % 2)}))
    assert facts(measured, "val")["compared_columns"] == 10_000
    assert len(measured.facts) < 100


def test_two_samples_of_one_source_cannot_be_told_apart():
    x = np.random.default_rng(0).normal(size=(400, 4)).astype(np.float32)
    told = told_apart(x[:200], x[200:])
    assert told is not None
    assert told.low < 0.5 < told.high
    assert discrepancy(x[:200], x[200:])[1] > 0.01
    assert discrepancy(x[:200], x[200:] + 1)[1] < 0.01


def test_the_error_of_an_area_is_that_of_hanley_and_mcneil():
    assert standard_error(0.5, 100, 100) == pytest.approx(((100 + 100 + 1) / (12 * 100 * 100)) ** 0.5, rel=0.01)


def predicted(spread, wrong, size=2000):
    """Labels of two classes, a share of them wrong, and what a model tells of them that sees the classes overlap."""
    random = np.random.default_rng(0)
    odds = random.normal(0, spread, size)
    chance = 1 / (1 + np.exp(-odds))
    y = (random.random(size) < chance).astype(int)
    return np.where(random.random(size) < wrong, 1 - y, y), np.column_stack([1 - chance, chance])


@pytest.mark.parametrize("spread", [2, 4, 8])
def test_classes_that_only_overlap_have_no_wrong_labels(spread):
    assert floor(*predicted(spread, 0)).low == 0


@pytest.mark.parametrize("wrong", [0.02, 0.05, 0.15])
def test_the_share_of_wrong_labels_lies_in_its_interval(wrong):
    found = floor(*predicted(8, wrong))
    assert 0.005 <= found.low <= wrong <= found.high
    assert found.share == pytest.approx(wrong, rel=0.5)


def test_three_wrong_labels_of_a_hundred_are_found_and_none_in_classes_that_overlap():
    random = np.random.default_rng(0)
    y = np.arange(900) % 3
    x = random.normal(size=(900, 4)) + 4 * np.eye(4)[y]
    wrong = np.where(random.random(900) < 0.03, (y + 1) % 3, y)
    assert above_low(compare((x, wrong))) == ["label-noise"]
    assert above_low(compare((x - 2.5 * np.eye(4)[y], y))) == []


def test_twins_by_chance_have_other_labels_in_training_too():
    random = np.random.default_rng(1)
    frame = pl.DataFrame({f"x{n}": random.integers(0, 1 + n % 3, 1200) for n in range(1, 9)})
    frame = frame.with_columns(label=random.integers(0, 2, 1200))
    plan = compare(frame[:800], frame[800:])
    assert above_low(plan) == []
    assert any(fact.name == "overlap_labels_differ" and fact.value > 0.2 for fact in plan.run.facts)


def test_rows_of_the_usual_values_repeat_by_chance_and_copies_do_not():
    random = np.random.default_rng(2)
    sparse = random.normal(size=(600, 20)).round(1) * (random.random((600, 20)) < 0.04)
    copied = random.normal(size=(600, 20)).round(1)
    copied[500:] = copied[:100]
    assert above_low(compare(sparse)) == []
    assert above_low(compare(copied)) == ["duplicate-samples"]


@pytest.mark.parametrize("moved", [0, 1])
def test_rows_that_their_words_tell_apart_are_no_copies(moved):
    x = np.random.default_rng(3).normal(size=(500, 3))
    towns = [f"town {n % 20}" for n in range(500)] + [f"town {(n + moved) % 20}" for n in range(60)]
    frame = pl.DataFrame(np.vstack([x, x[:60] + 1e-4])).with_columns(town=pl.Series(towns))
    measured = measure(opened({"train": frame[:500], "val": frame[500:]}), looks={"near": near})
    assert facts(measured, "val")["near_overlap_count"] == 60 * (1 - moved)


def test_rows_of_numbers_that_were_copied_and_shaken_are_a_leak(cancer):
    a, b, *_ = cancer
    copied = a[:50] * (1 + 1e-3 * np.random.default_rng(7).normal(size=(50, a.shape[1])))
    assert above_low(compare(a, np.vstack([b, copied]))) == ["data-leakage"]


def test_a_dozen_rows_are_too_few_to_tell_splits_apart_by():
    x = np.random.default_rng(65).normal(size=(38, 6))
    for order in (np.random.default_rng(n).permutation(38) for n in (0, 1, 2)):
        assert above_low(compare(x[order[:26]], x[order[26:]])) == []


def test_splits_of_few_different_rows_are_not_told_apart():
    rows = np.array([[0.0, 1.0], [1.0, 0.0]])[np.arange(60) % 2]
    assert told_apart(rows[:40].astype(np.float32), rows[40:].astype(np.float32)) is None


@pytest.mark.parametrize("target", ["len", "count"])
def test_a_column_may_bear_any_name(target):
    names = ["count", "len", "key", "literal", "index", "word", "row of the source", "größe 尺寸"]
    random = np.random.default_rng(6)
    frame = pl.DataFrame(
        {
            name: random.choice([*"abcd"], 120) if n % 2 else random.normal(size=120).round(1)
            for n, name in enumerate(names)
        }
    )
    frame = frame.with_columns(pl.Series(target, random.choice([*"xy"], 120)))
    measured = measure(opened({"train": frame[:80], "val": frame[80:]}, target))
    assert [note for note in measured.notes if "failed" in note] == []
    assert facts(measured)["largest_class"] in ("x", "y")


def test_a_label_that_sure_predictions_contradict_is_suspected():
    y = np.array([0, 0, 0, 1, 1, 1])
    told = np.array([[0.9, 0.1]] * 3 + [[0.1, 0.9]] * 2 + [[0.95, 0.05]])
    assert contradicted(y, told).suspects.tolist() == [5]


def test_a_target_that_a_split_lacks_is_said(cancer):
    a, b, ya, _ = cancer
    sets = opened({"train": pl.DataFrame(a).with_columns(label=pl.Series(ya)), "val": pl.DataFrame(b)})
    assert any("no column 'label'" in note for note in sets.notes)


def test_numbers_beyond_all_bounds_stop_no_check():
    random = np.random.default_rng(0)
    frame = pl.DataFrame({"x": 10.0**250 * random.random(90), "y": random.random(90), "label": np.arange(90) % 2})
    assert [note for note in measure(opened({"train": frame[:60], "val": frame[60:]})).notes if "failed" in note] == []


def test_the_columns_are_compared_once(cancer):
    a, b, *_ = cancer
    sets = opened({"train": a, "test": b + 1})
    measure(sets, looks={"drift": drift})
    sets.drifts["test"] = [replace(sets.drifts["test"][4], distance=2.0)]
    shown = measure(sets, looks={"joint": joint}).exhibits
    assert [one.columns for one in shown if isinstance(one, Table)] == [("split", "row", "feature 4")]


def test_a_quantity_that_another_follows_with_a_tenth_of_scatter_is_not_given_away():
    random = np.random.default_rng(0)
    x = random.normal(size=300)
    told = {
        name: {"x": x, "z": random.normal(size=300), "y": x + s * random.normal(size=300)}
        for name, s in (("far", 0.1), ("near", 0.01))
    }
    assert above_low(compare(pl.DataFrame(told["far"]))) == []
    assert above_low(compare(pl.DataFrame(told["near"]))) == ["answer-in-the-inputs"]


def test_a_few_copies_in_a_small_split_are_a_leak(cancer):
    a, b, *_ = cancer
    assert "data-leakage" in above_low(compare(a, np.vstack([b[:54], a[:6]])))


def test_the_answer_is_named_beside_columns_that_nearly_tell_it():
    x, y = load_iris(return_X_y=True)
    told = np.column_stack([x, y + np.random.default_rng(8).normal(0, 0.05, len(y))])
    assert above_low(compare((told, y))) == ["answer-in-the-inputs"]
