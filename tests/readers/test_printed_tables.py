"""Tables and boxes that programs print; the samples are built from their documentation."""

import pytest

from expert.readers import claim, read

FASTAI = """\
epoch     train_loss  valid_loss  accuracy  time
0         1.25        0.75        0.7       00:12
epoch     train_loss  valid_loss  accuracy  time
0         0.75        0.5         0.75      00:14
1         0.5         0.25        0.8       01:14
"""
SKORCH = """\
  epoch    train_loss    valid_acc    valid_loss    cp     dur
-------  ------------  -----------  ------------  ----  ------
      1        \x1b[36m0.6868\x1b[0m       \x1b[32m0.6000\x1b[0m        \x1b[35m0.6740\x1b[0m     +  0.0225
      2        \x1b[36m0.6706\x1b[0m       0.5950        \x1b[35m0.6627\x1b[0m     +  0.0211
      3        \x1b[36m0.6637\x1b[0m       0.6000        0.6700        0.0211
"""
SPACY = """\
\x1b[38;5;4mℹ Pipeline: ['tok2vec', 'ner']\x1b[0m
E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE
---  ------  ------------  --------  ------  ------  ------  ------
  0       0          0.00     45.50   10.00   20.00    5.00    0.10
  0     200          1.50    125.00   50.00   60.00   40.00    0.50
  1     400          0.50     75.00   75.00   80.00   70.00    0.75
✔ Saved pipeline to output directory
"""
BOXES = """\
Using cpu device
---------------------------------
| rollout/           |          |
|    ep_len_mean     | 22.3     |
|    ep_rew_mean     | 21.5     |
| time/              |          |
|    total_timesteps | 2048     |
---------------------------------
-----------------------------------------
| rollout/                |             |
|    ep_rew_mean          | 26.1        |
| time/                   |             |
|    total_timesteps      | 4096        |
| train/                  |             |
|    learning_rate        | 0.0003      |
|    value_loss           | nan         |
-----------------------------------------
"""


def run_of(tmp_path, text, reader, name="train.log"):
    path = tmp_path / name
    path.write_text(text)
    assert [found for found, _ in claim(path)] == [reader]
    (run,) = read(path)
    return run


def curve(series):
    return list(zip(series.steps.tolist(), series.values.tolist(), series.lines.tolist(), strict=True))


def test_fastai_tables_of_one_model_are_one_run(tmp_path):
    run = run_of(tmp_path, FASTAI, "printed_tables")
    assert curve(run["val_loss"]) == [(0, 0.75, 2), (1, 0.5, 4), (2, 0.25, 5)]
    assert "starts again in line 4" in " ".join(run.notes)


def test_the_history_of_skorch_is_read(tmp_path):
    run = run_of(tmp_path, SKORCH, "printed_tables")
    assert curve(run["train_loss"]) == [(1, 0.6868, 3), (2, 0.6706, 4), (3, 0.6637, 5)]
    assert run["val_acc"].values.tolist() == [0.6, 0.595, 0.6]


def test_the_table_of_spacy_is_read_without_the_losses_of_its_first_batch(tmp_path):
    run = run_of(tmp_path, SPACY, "printed_tables", "output.log")
    assert curve(run["train_loss"]) == [(200, 126.5, 5), (400, 75.5, 6)]
    assert run["val_f1"].values.tolist() == pytest.approx([0.1, 0.5, 0.75])


def test_the_objective_of_kaldi_is_a_likelihood(tmp_path):
    rows = "".join(f"{i}\t23.0\t-{4 - i}.5\t-{4 - i}.75\t0.25\n" for i in range(3))
    text = "%Iter\tduration\ttrain_objective\tvalid_objective\tdifference\n" + rows + "Total training time is 0:01:10\n"
    run = run_of(tmp_path, text, "printed_tables", "accuracy.report")
    assert curve(run["val_loss"]) == [(0, 4.75, 2), (1, 3.75, 3), (2, 2.75, 4)]


def test_boxes_of_stable_baselines_are_read(tmp_path):
    run = run_of(tmp_path, BOXES, "printed_boxes")
    assert curve(run["train_reward"]) == [(2048, 21.5, 5), (4096, 26.1, 11)]
    assert str(run["train_value_loss"].values[0]) == "nan"


def test_the_episodes_of_a_monitor_are_read(tmp_path):
    text = '#{"t_start": 1587.5, "env_id": "BipedalWalker-v3"}\nr,l,t\n-101.5,55,0.2\n-97.25,108,0.7\n-90.5,99,1.1\n'
    run = run_of(tmp_path, text, "monitor", "monitor.csv")
    assert curve(run["train_reward"]) == [(0, -101.5, 3), (1, -97.25, 4), (2, -90.5, 5)]
    assert run["train_reward"].times.tolist() == [0.2, 0.7, 1.1]
    assert run.settings["task"] == "reinforcement learning"


def test_the_runs_of_a_chart_of_wandb_are_told_apart(tmp_path):
    names = [f"{run} - val_loss{end}" for run in ("good-run-1", "bad - run-2") for end in ("", "__MIN", "__MAX")]
    header = ",".join(f'"{name}"' for name in ["Step", *names])
    path = tmp_path / "wandb_export_2024-01-01.csv"
    path.write_text(f'{header}\n"0","1.5","1.5","1.5","2.5","2.5","2.5"\n"10","1.25","1","2","","",""\n')
    assert [found for found, _ in claim(path)] == ["wandb_chart"]
    good, bad = read(path)
    assert (good.name, bad.name) == ("good-run-1", "bad - run-2")
    assert curve(good["val_loss"]) == [(0, 1.5, 2), (10, 1.25, 3)]
    assert curve(bad["val_loss"]) == [(0, 2.5, 2)]


def test_cells_that_hold_dictionaries_are_ignored_and_said(tmp_path):
    path = tmp_path / "progress.csv"
    path.write_text(
        "episode_reward_mean,training_iteration,timesteps_total,hist_stats,info/learner/default_policy/cur_lr\n"
        "10.5,1,4000,\"{'episode_reward': [1.0, 2.0], 'lengths': [3]}\",0.001\n"
        "20.5,2,8000,\"{'episode_reward': [2.0, 3.0], 'lengths': [4]}\",0.001\n"
    )
    (run,) = read(path)
    assert run["train_reward"].values.tolist() == [10.5, 20.5]
    assert "hist_stats" in " ".join(run.notes)
