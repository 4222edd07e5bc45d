import subprocess
import sys

import numpy as np
import pandas
import polars
import pytest

import expert
from expert.redact import MASK, identity_masked, is_secret, secrets_masked

LOSSES = [1 / (1 + step) for step in range(30)] + [float("nan")] * 10


@pytest.mark.parametrize("frame", [dict, pandas.DataFrame, polars.DataFrame])
def test_columns_in_memory_are_a_run(frame):
    plan = expert.diagnose(frame({"step": list(range(40)), "train_loss": LOSSES}), settings={"lr": 0.1})
    assert plan.verdict == "Broken"
    assert plan.run.settings["lr"] == 0.1


def test_a_plan_shows_itself_as_text_and_in_a_notebook(tmp_path):
    plan = expert.diagnose({"train_loss": LOSSES})
    assert "NaN" in str(plan)
    assert plan._repr_html_().startswith("<iframe sandbox ")


def test_a_path_that_does_not_exist_is_a_plan_that_says_so(tmp_path):
    plan = expert.diagnose(tmp_path / "gone.csv")
    assert plan.verdict == "Not judged"
    assert "no such file" in plan.not_judged[0].how


def test_a_log_that_is_too_short_says_so_within_the_sentence():
    assert "Not judged, because only 3 training losses" in str(expert.diagnose({"train_loss": [1.0, 0.9, 0.8]}))


def test_frames_are_taken_as_their_users_have_them():
    columns = {"train_loss": [1.0, 0.5, 0.25], "val_loss": [1.0, 0.6, 0.3]}
    lazy = expert.diagnose(polars.LazyFrame(columns)).run
    indexed = expert.diagnose(pandas.DataFrame(columns, index=pandas.Index([10, 20, 30], name="epoch"))).run
    assert lazy["train_loss"].values.tolist() == columns["train_loss"]
    assert indexed["train_loss"].steps.tolist() == [10, 20, 30]
    assert [series.name for series in indexed.series] == ["train_loss", "val_loss"]


def test_settings_may_be_a_file(tmp_path):
    (tmp_path / "s.yaml").write_text("learning_rate: 1e-3\n")
    assert expert.diagnose({"train_loss": LOSSES}, settings=tmp_path / "s.yaml").run.settings == {"lr": 0.001}
    assert expert.diagnose({"train_loss": LOSSES}, settings=str(tmp_path / "s.yaml")).run.settings == {"lr": 0.001}


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ({"settings": {"lr": "abc"}}, "lr: 'abc' is not a number"),
        ({"settings": {"num_classes": -3}}, "num_classes: -3 is less than 1"),
        ({"settings": "gone.yaml"}, "gone.yaml"),
        ({"mapped": {"col7": "val_loss"}}, "there is no column 'col7'"),
        ({"directions": {"score": "higher"}}, "there is no metric 'score'"),
    ],
)
def test_what_a_caller_adds_and_cannot_be_is_a_value_error(arguments, answer):
    with pytest.raises(ValueError, match=answer):
        expert.diagnose({"train_loss": LOSSES}, **arguments)


def test_the_package_and_a_plan_show_what_they_are():
    assert dir(expert) == ["KnowledgeBase", "Monitor", "Plan", "RunLog", "diagnose", "preflight", "tune"]
    assert repr(expert.diagnose({"train_loss": LOSSES})).startswith("<Plan of run: Broken, findings: ")


def test_several_runs_are_no_single_plan(broken, healthy, tmp_path):
    with pytest.raises(ValueError, match=r"holds 2 runs: broken, healthy; .*`from expert.diagnose import plans`"):
        expert.diagnose(tmp_path)
    from expert.diagnose import plans

    assert len(list(plans(tmp_path))) == 2


def test_what_cannot_be_a_run_is_a_type_error():
    with pytest.raises(TypeError, match="not int"):
        expert.diagnose(3)


def test_a_mistake_of_our_own_becomes_the_plan_of_its_run(broken):
    knowledge = object()
    plan = expert.diagnose(broken, knowledge=knowledge)
    assert plan.verdict == "Not judged"
    assert "AttributeError" in plan.not_judged[0].how


def test_the_function_stays_a_function_whatever_is_imported_first():
    code = "from expert.diagnose import judge; import expert; import expert.diagnose; assert callable(expert.diagnose)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "name",
    ["token", "hf_token", "apiKey", "WANDB_API_KEY", "password", "db-passwd", "client_secret", "auth", "credentials"],
)
def test_names_of_secrets_are_known(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["lr", "max_tokens", "tokens_per_second", "keypoints", "author", "monitor", "passes"])
def test_names_of_settings_are_no_secrets(name):
    assert not is_secret(name)


@pytest.mark.parametrize(
    "text",
    [
        "token=hunter2",
        'api_key: "hunter2 and more"',
        "--api-key hunter2",
        "https://me:hunter2@host/x",
        "Authorization: Bearer hunter2hunter2",
        'config {"hf_token": "hunter2", "lr": 0.1}',
        "WANDB_API_KEY=hunter2 python train.py",
        "login with hf_hunter2abcdefghijklmnop",
    ],
)
def test_secrets_in_text_are_masked(text):
    assert "hunter2" not in secrets_masked(text)
    assert MASK in secrets_masked(text)


@pytest.mark.parametrize(
    "text", ["Epoch 3: loss 0.5, key idea", "the token count is 5", "train/loss: 0.3 val/acc: 0.5"]
)
def test_other_text_is_left_as_it_is(text):
    assert secrets_masked(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("saved to /home/carla/x/model.pt", f"saved to {MASK}/model.pt"),
        (r"C:\Users\carla\log.csv", f"{MASK}/log.csv"),
        ("ask carla@lab.example.org", f"ask {MASK}"),
        ("rank 0 on gpu7.cluster.internal:29500", f"rank 0 on {MASK}"),
        ("master 10.1.2.3:29500", f"master {MASK}"),
        ("train/loss and val/acc at 0.5", "train/loss and val/acc at 0.5"),
    ],
)
def test_paths_hosts_and_people_are_masked_on_demand(text, left):
    assert identity_masked(text) == left


def test_numbers_and_arrays_are_columns_too():
    assert expert.diagnose({"train_loss": np.array(LOSSES)}).verdict == "Broken"
