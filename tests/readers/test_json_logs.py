"""JSON Lines, and the state of the Trainer, whole and damaged."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from expert.readers import Refused, claim, read


def run_of(tmp_path, text, name="log.jsonl"):
    path = tmp_path / name
    path.write_text(text)
    assert len(claim(path)) == 1
    (run,) = read(path)
    assert not isinstance(run, Refused), run
    return run


def values(run, name):
    return run[name].values.tolist()


def test_flat_and_nested_records_are_read(tmp_path):
    run = run_of(tmp_path, '{"step": 1, "train": {"loss": 0.5}, "val": {"loss": 0.6}}\n{"step": 2, "train_loss": 1}\n')
    assert values(run, "train_loss")[:1] == [0.5]
    assert values(run, "val_loss") == [0.6]


def test_the_first_record_may_hold_the_settings(tmp_path):
    rows = '{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 1}\n'
    run = run_of(tmp_path, '{"lr": 0.1, "batch_size": 8, "model": "net"}\n' + rows)
    assert run.settings["lr"] == 0.1
    assert run["train_loss"].lines.tolist() == [2, 3]
    run = run_of(tmp_path, '{"config": {"lr": 0.2}}\n' + rows)
    assert run.settings["lr"] == 0.2


def test_a_key_gives_the_split(tmp_path):
    lines = [f'{{"mode": "{m}", "epoch": {e}, "loss": {e}.5, "acc": 0.5}}\n' for e in (1, 2) for m in ("train", "val")]
    run = run_of(tmp_path, "".join(lines))
    assert values(run, "train_loss") == values(run, "val_loss") == [1.5, 2.5]
    assert values(run, "val_acc") == [0.5, 0.5]


def test_nan_in_every_spelling_is_a_value_and_null_is_absent(tmp_path):
    spelled = ["NaN", "nan", "-nan", '"nan"', '"NaN"', "Infinity", "-Infinity", "inf", '"-inf"']
    text = "".join(f'{{"step": {i}, "loss": {s}, "val_loss": null}}\n' for i, s in enumerate(spelled))
    run = run_of(tmp_path, text + '{"step": 20, "val_loss": 1}\n')
    assert [math.isfinite(v) for v in values(run, "train_loss")] == [False] * len(spelled)
    assert len(run["val_loss"]) == 1


def test_the_summary_of_a_trainer_is_no_step(tmp_path):
    rows = '{"loss": 0.5, "step": 1}\n{"loss": 0.4, "step": 2}\n{"train_runtime": 9.0, "train_loss": 0.45, "step": 2}\n'
    run = run_of(tmp_path, rows)
    assert [series.name for series in run.series] == ["train_loss"]
    assert run.settings["train_runtime"] == 9
    assert "line 3" in " ".join(run.notes)


def test_bad_lines_are_skipped_and_named(tmp_path):
    run = run_of(tmp_path, '{"step": 1, "loss": 0.5}\noops\n{"step": 2, "loss": 0.4}\n{"step": 3, "lo')
    assert values(run, "train_loss") == [0.5, 0.4]
    notes = " ".join(run.notes)
    assert "line 2" in notes
    assert "line 4 is cut" in notes


@given(st.lists(st.tuples(st.floats(), st.none() | st.floats()), min_size=2, max_size=30))
def test_json_lines_give_back_what_was_written(tmp_path_factory, rows):
    text = "".join(json.dumps({"step": i, "loss": a, "eval_loss": b}) + "\n" for i, (a, b) in enumerate(rows))
    run = run_of(tmp_path_factory.mktemp("json"), text)
    assert [str(v) for v in values(run, "train_loss")] == [str(a) for a, _ in rows]
    written = [str(b) for _, b in rows if b is not None]
    assert [str(v) for s in run.series if s.name == "val_loss" for v in s.values.tolist()] == written


HISTORY = [{"epoch": e / 4, "loss": 1 / e, "step": e} for e in range(1, 9)] + [
    {"epoch": 2.0, "eval_loss": 0.5, "step": 8}
]
STATE = json.dumps({"global_step": 8, "max_steps": 8, "log_history": HISTORY, "num_train_epochs": 2}, indent=2)


def test_a_state_cut_in_the_middle_is_read_up_to_the_damage(tmp_path):
    cut = STATE[: STATE.index('"step": 5')]
    run = run_of(tmp_path, cut, "trainer_state.json")
    assert values(run, "train_loss") == [1 / e for e in range(1, 5)]
    assert f"line {cut.count(chr(10)) + 1}" in " ".join(run.notes)
    assert run.settings["max_steps"] == 8


def test_bare_nan_in_a_state_is_a_value(tmp_path):
    run = run_of(tmp_path, STATE.replace('"eval_loss": 0.5', '"eval_loss": NaN'), "trainer_state.json")
    assert math.isnan(values(run, "val_loss")[0])


def test_a_state_without_history_is_refused_with_what_it_holds(tmp_path):
    path = tmp_path / "trainer_state.json"
    path.write_text('{"best_metric": 0.5, "global_step": 100}')
    (refused,) = read(path)
    assert "log_history" in refused.reason
    assert "best_metric" in refused.reason


def test_of_the_checkpoints_the_last_is_read(tmp_path):
    for step in (2, 10, 8):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        history = [{"loss": 1.0, "step": s} for s in range(step)]
        (folder / "trainer_state.json").write_text(json.dumps({"global_step": step, "log_history": history}))
    (run,) = read(tmp_path)
    assert len(run["train_loss"]) == 10
