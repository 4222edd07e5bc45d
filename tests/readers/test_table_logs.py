"""Tables: what real ones do wrong, and what is read all the same."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expert.readers import Refused, claim, read

NANS = [
    "nan",
    "NaN",
    "NAN",
    "-nan",
    "-NaN",
    "nan(ind)",
    "-nan(ind)",
    "nan(snan)",
    "1.#QNAN",
    "1.#IND",
    "-1.#IND",
    "1.#SNAN",
]
INFINITIES = ["inf", "Inf", "INF", "Infinity", "infinity", "+inf", "1.#INF", "1.#INF00"]


def table(tmp_path, text, name="log.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def run_of(tmp_path, text, name="log.csv", encoding="utf-8"):
    (run,) = read(table(tmp_path, text, name, encoding))
    assert not isinstance(run, Refused), run
    return run


def values(run, name):
    return run[name].values.tolist()


@pytest.mark.parametrize("spelling", NANS)
def test_a_nan_in_every_spelling_is_a_value(tmp_path, spelling):
    run = run_of(tmp_path, f"epoch,loss,val_loss\n1,0.5,0.6\n2,{spelling},\n3,0.3,0.5\n")
    assert math.isnan(run["train_loss"].values[1])
    assert values(run, "val_loss") == [0.6, 0.5]


@pytest.mark.parametrize("spelling", INFINITIES)
def test_infinity_in_every_spelling_is_a_value(tmp_path, spelling):
    run = run_of(tmp_path, f"epoch,loss\n1,{spelling}\n2,-{spelling.lstrip('+')}\n")
    assert values(run, "train_loss") == [math.inf, -math.inf]


def test_padded_names_and_cells_are_read(tmp_path):
    run = run_of(
        tmp_path, "      epoch,   train/loss,     val/loss \n          0,    0.5    ,      0.6\n     1, 0.4,0.5\n"
    )
    assert values(run, "train_loss") == [0.5, 0.4]
    assert values(run, "val_loss") == [0.6, 0.5]


def test_train_and_validation_on_alternate_rows_keep_both(tmp_path):
    text = "epoch,step,train_loss,val_loss\n0,9,,0.9\n0,9,0.8,\n1,19,,0.7\n1,19,0.6,\n"
    run = run_of(tmp_path, text)
    assert values(run, "train_loss") == [0.8, 0.6]
    assert values(run, "val_loss") == [0.9, 0.7]
    assert run["val_loss"].steps.tolist() == [9, 19]
    assert run["train_loss"].lines.tolist() == [3, 5]


def test_a_repeated_header_is_skipped_and_named(tmp_path):
    run = run_of(tmp_path, "epoch,loss\n1,0.5\n2,0.4\n3,0.3\nepoch,loss\n2,0.45\n3,0.2\n")
    assert values(run, "train_loss") == [0.5, 0.45, 0.2]
    assert "line 5" in " ".join(run.notes)
    assert run.events[0].line == 6


def test_of_a_resumed_run_the_later_row_counts(tmp_path):
    rows = [(step, 1 / step) for step in range(1, 51)] + [(step, 2 / step) for step in range(41, 61)]
    run = run_of(tmp_path, "step,loss\n" + "".join(f"{s},{v!r}\n" for s, v in rows))
    loss = run["train_loss"]
    assert len(loss) == 60
    assert loss.values[44] == 2 / 45
    assert loss.values[39] == 1 / 40
    assert [(e.kind, e.step, e.line) for e in run.events] == [("resume", 41, 52)]


def test_a_summary_row_at_the_end_is_no_step(tmp_path):
    for last in ("mean,0.4", ",0.4", "avg,0.4"):
        run = run_of(tmp_path, f"epoch,loss\n1,0.5\n2,0.4\n3,0.3\n4,0.2\n{last}\n")
        assert values(run, "train_loss") == [0.5, 0.4, 0.3, 0.2]
        assert "line 6" in " ".join(run.notes)


def test_a_line_cut_in_the_middle_is_left_out_and_named(tmp_path):
    run = run_of(tmp_path, "epoch,loss,val_loss\n1,0.5,0.6\n2,0.4,0.5\n3,0.")
    assert values(run, "train_loss") == [0.5, 0.4]
    assert "line 4 is cut" in " ".join(run.notes)


def test_a_last_line_without_an_end_is_kept(tmp_path):
    assert values(run_of(tmp_path, "epoch,loss\n1,0.5\n2,0.4"), "train_loss") == [0.5, 0.4]


def test_ragged_rows_are_read(tmp_path):
    run = run_of(tmp_path, "epoch,loss,acc\n1,0.5,0.6\n2,0.4\n3,0.3,0.8,9,9\n4,0.2,0.9\n")
    assert values(run, "train_loss") == [0.5, 0.4, 0.3, 0.2]
    assert "more cells" in " ".join(run.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_every_encoding_is_read(tmp_path, encoding):
    run = run_of(tmp_path, "epoch,loss,größe\n1,0.5,3\n2,0.4,3\n", encoding=encoding)
    assert values(run, "train_loss") == [0.5, 0.4]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path, end):
    run = run_of(tmp_path, end.join(["epoch,loss", "1,0.5", "2,0.4", ""]))
    assert values(run, "train_loss") == [0.5, 0.4]
    assert run["train_loss"].lines.tolist() == [2, 3]


def test_decimal_commas_are_read_between_semicolons(tmp_path):
    run = run_of(tmp_path, "epoch;loss;val_loss\n1;0,5;0,6\n2;0,4;NaN\n")
    assert values(run, "train_loss") == [0.5, 0.4]
    assert math.isnan(run["val_loss"].values[1])


def test_a_table_of_tabs_needs_no_ending(tmp_path):
    assert values(run_of(tmp_path, "step\tloss\n1\t0.5\n2\t0.4\n", "metrics"), "train_loss") == [0.5, 0.4]


def test_a_table_aligned_with_blanks_is_read(tmp_path):
    text = (
        "epoch     train_loss  valid_loss  time \n0         0.912       0.812       00:12\n1         0.7  #na#  00:13\n"
    )
    run = run_of(tmp_path, text, "fastai.txt")
    assert values(run, "train_loss") == [0.912, 0.7]
    assert values(run, "val_loss") == [0.812]
    assert run["train_loss"].times.tolist() == [12, 13]


def test_a_column_that_stands_twice_is_read_once_if_it_is_the_same(tmp_path):
    run = run_of(tmp_path, "epoch,loss,loss,acc,acc\n1,0.5,0.5,0.1,0.2\n2,0.4,0.4,0.2,0.3\n")
    assert [s.column for s in run.series] == ["loss", "acc", "acc (2)"]


def test_columns_of_words_are_ignored_and_said(tmp_path):
    run = run_of(tmp_path, "epoch,phase,loss\n1,warm-up,0.5\n2,main,0.4\n")
    assert "phase" in " ".join(run.notes)
    assert values(run, "train_loss") == [0.5, 0.4]


def test_steps_that_start_again_in_every_epoch_are_counted_on(tmp_path):
    rows = [(epoch, batch, 1 / (1 + epoch * 10 + batch)) for epoch in range(3) for batch in range(0, 10, 2)]
    run = run_of(tmp_path, "epoch,batch_idx,loss\n" + "".join(f"{e},{b},{v}\n" for e, b, v in rows))
    assert len(run["train_loss"]) == 15
    assert not run.events


def test_a_table_of_numbers_without_a_header_is_called_by_its_file(tmp_path):
    run = run_of(tmp_path, "nan\nnan\nnan\n", "rec_loss.csv")
    assert np.isnan(run["train_loss"].values).all()
    assert "no header" in " ".join(run.notes)


def test_wall_times_are_read_in_seconds(tmp_path):
    run = run_of(tmp_path, "timestamp,step,loss\n2024-10-20 15:37:23,1,0.5\n2024-10-20 15:38:23,2,0.4\n")
    assert np.diff(run["train_loss"].times).tolist() == [60]


def test_lines_are_right_below_blank_ones(tmp_path):
    run = run_of(tmp_path, "\n\nepoch,loss\n1,0.5\n\n2,0.4\n")
    assert run["train_loss"].lines.tolist() == [4, 6]


def test_lines_are_right_below_cells_of_several_lines(tmp_path):
    run = run_of(tmp_path, 'epoch,note,loss\n1,"two\nlines",0.5\n2,"one",0.4\n')
    assert run["train_loss"].lines.tolist() == [2, 4]


def test_remarks_above_the_header_are_passed_over(tmp_path):
    run = run_of(tmp_path, "# my run\n# of today, 8 cores\nepoch,loss\n1,0.5\n2,0.4\n")
    assert run["train_loss"].lines.tolist() == [4, 5]
    assert values(run_of(tmp_path, "# epoch,loss\n1,0.5\n2,0.4\n"), "train_loss") == [0.5, 0.4]


def test_a_table_without_rows_or_numbers_is_refused_with_the_reason(tmp_path):
    (header,) = read(table(tmp_path, "epoch,loss\n", "empty.csv"))
    assert "no row below" in header.reason
    assert "empty.csv" in header.reason
    (words,) = read(table(tmp_path, "name,place\nann,york\nbob,bath\n", "words.csv"))
    assert isinstance(words, Refused)


def test_prose_with_commas_is_no_table(tmp_path):
    assert not claim(table(tmp_path, "Dear all, hello\nas promised, here\nis the, thing\n", "letter.txt"))


cells = st.one_of(st.none(), st.floats(), st.integers(-(10**9), 10**9))


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=30))
def test_a_table_gives_back_what_was_written(tmp_path_factory, rows):
    text = "epoch,loss,val_loss\n" + "".join(
        f"{i},{'' if a is None else a},{'' if b is None else b}\n" for i, (a, b) in enumerate(rows)
    )
    run = run_of(tmp_path_factory.mktemp("table"), text) if any(c is not None for r in rows for c in r) else None
    for place, name in enumerate(("train_loss", "val_loss")):
        written = [(i, float(row[place])) for i, row in enumerate(rows) if row[place] is not None]
        if written:
            np.testing.assert_array_equal(run[name].steps, [i for i, _ in written])
            np.testing.assert_array_equal(run[name].values, [v for _, v in written])


@given(steps=st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_steps_always_ascend_and_the_last_writer_wins(tmp_path_factory, steps):
    text = "step,loss\n" + "".join(f"{step},{row}\n" for row, step in enumerate(steps))
    run = run_of(tmp_path_factory.mktemp("table"), text)
    loss = run["train_loss"]
    assert all(a < b for a, b in pairwise(loss.steps))
    if len(set(steps)) == len(steps) and len(steps) > 1 and steps == sorted(steps):
        assert loss.values.tolist() == list(range(len(steps)))


def test_thousands_of_columns_are_read_and_a_line_without_end_is_no_table(tmp_path):
    names = [f"layer{n}/loss" for n in range(5_000)]
    path = tmp_path / "metrics.csv"
    path.write_text(",".join(["step", *names]) + "\n" + "".join(f"{s}" + ",0.5" * 5_000 + "\n" for s in range(3)))
    (run,) = read(path)
    assert len(run["train_layer4999_loss"]) == 3
    path.write_bytes(b"1," * 5_000_000)
    (refused,) = read(path)
    assert isinstance(refused, Refused)


EPOCHS = range(1, 9)


@pytest.mark.parametrize("name", ["phase", "Split", "mode", "dataset"])
def test_rows_that_name_their_split_are_curves_of_that_split(tmp_path, name):
    rows = "".join(f"{e},{split},{loss / e}\n" for e in EPOCHS for split, loss in (("train", 1), ("val", 2)))
    (tmp_path / "log.csv").write_text(f"epoch,{name},loss\n{rows}")
    (run,) = read(tmp_path / "log.csv")
    assert run["train_loss"].values.tolist() == [1 / e for e in EPOCHS]
    assert run["val_loss"].values.tolist() == [2 / e for e in EPOCHS]
    assert run["val_loss"].lines.tolist() == [1 + 2 * e for e in EPOCHS]
    assert not run.events


def test_rows_that_name_their_metric_are_curves_of_that_metric(tmp_path):
    rows = "".join(
        f"{e},{metric},{loss / e}\n" for e in EPOCHS for metric, loss in (("train_loss", 1), ("val_loss", 2))
    )
    (tmp_path / "log.csv").write_text(f"step,metric,value\n{rows}")
    (run,) = read(tmp_path / "log.csv")
    assert run["val_loss"].values.tolist() == [2 / e for e in EPOCHS]
    assert run["train_loss"].steps.tolist() == [*EPOCHS]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(("name", "parts"), [("fold", (0, 1, 2)), ("model", ("a", "b")), ("task", ("x", "y"))])
def test_folds_models_and_tasks_in_a_column_are_runs_of_their_own(tmp_path, kind, name, parts):
    rows = [(e, part, (n + 1) / e) for n, part in enumerate(parts) for e in EPOCHS]
    path = tmp_path / f"log.{kind}"
    if kind == "csv":
        path.write_text(f"epoch,{name},loss\n" + "".join(f"{e},{part},{loss}\n" for e, part, loss in rows))
    else:
        path.write_text("".join(json.dumps({"epoch": e, name: part, "loss": loss}) + "\n" for e, part, loss in rows))
    runs = list(read(path))
    assert [run.name.split(" ", 1)[1] for run in runs] == [f"{name} {part}" for part in parts]
    assert [run["train_loss"].values[0] for run in runs] == [n + 1 for n in range(len(parts))]
    assert not any(run.events for run in runs)


def test_a_run_that_goes_on_under_another_name_is_one_run(tmp_path):
    (tmp_path / "log.csv").write_text(
        "step,run_id,loss\n" + "".join(f"{s},{s // 10},{1 / (s + 1)}\n" for s in range(40))
    )
    (run,) = read(tmp_path / "log.csv")
    assert len(run["train_loss"]) == 40


def test_folds_that_nothing_tells_apart_are_said_to_be_mixed(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss\n" + "".join(f"{e},{k / e}\n" for k in (1, 2, 3) for e in EPOCHS))
    (run,) = read(tmp_path / "log.csv")
    assert "3 models or folds" in " ".join(run.notes)
    assert not run.events


ULTRALYTICS = [
    "epoch",
    "time",
    "train/box_loss",
    "train/cls_loss",
    "train/dfl_loss",
    "metrics/precision(B)",
    "metrics/recall(B)",
    "metrics/mAP50(B)",
    "metrics/mAP50-95(B)",
    "val/box_loss",
    "val/cls_loss",
    "val/dfl_loss",
    "lr/pg0",
    "lr/pg1",
    "lr/pg2",
]


def test_the_columns_of_ultralytics_are_read_through_their_padding(tmp_path):
    """Its results.csv pads every header and number to 23 characters, as BaseTrainer.save_metrics of v8 does."""
    numbers = [[n, *((n + column / 16) / 10 for column in range(1, len(ULTRALYTICS)))] for n in range(1, 7)]
    rows = [ULTRALYTICS, *([f"{int(row[0])}", *(f"{value:.5g}" for value in row[1:])] for row in numbers)]
    (tmp_path / "results.csv").write_text("".join(",".join(f"{cell:>23}" for cell in row) + "\n" for row in rows))
    (run,) = read(tmp_path / "results.csv")
    by_column = {series.column: series for series in run.series}
    for column in ("train/box_loss", "metrics/mAP50-95(B)", "val/dfl_loss", "lr/pg0"):
        written = [float(f"{row[ULTRALYTICS.index(column)]:.5g}") for row in numbers]
        assert by_column[column].values.tolist() == written
    assert by_column["val/box_loss"].steps.tolist() == [1, 2, 3, 4, 5, 6]
