import json
import re

import pytest


def test_settings_beside_the_log_are_outdone_by_a_file_and_that_by_single_ones(command, healthy, tmp_path):
    (tmp_path / "config.json").write_text('{"lr": 0.1, "batch_size": 8, "num_classes": 3}')
    (tmp_path / "mine.toml").write_text("lr = 0.2\nbatch_size = 16\n")
    listed = command("facts", healthy, "--settings", "mine.toml", "--set", "lr=3e-1").stdout
    assert re.search(r"^ +lr += +0.3$", listed, re.MULTILINE)
    assert re.search(r"^ +batch_size += +16$", listed, re.MULTILINE)
    assert re.search(r"^ +num_classes += +3$", listed, re.MULTILINE)


def test_single_settings_are_typed_as_yaml_1_2_has_them(command, healthy):
    arguments = ["--set", "lr=1e-3", "--set", "batch_norm=true", "--set", "answer=no", "--set", "class_counts=[90, 10]"]
    listed = command("facts", healthy, *arguments).stdout
    assert re.search(r"^ +lr += +0.001$", listed, re.MULTILINE)
    assert re.search(r"^ +batch_norm += +yes$", listed, re.MULTILINE)
    assert re.search(r"^ +answer += +no$", listed, re.MULTILINE)
    assert re.search(r"^ +class_counts += +\[90, 10\]$", listed, re.MULTILINE)


def test_a_column_is_what_a_person_says_it_is(command, tmp_path):
    rows = (f"{step},{2 * 0.97**step},{2 * 0.97**step + 1}" for step in range(40))
    (tmp_path / "log.csv").write_text("\n".join(["step,train_loss,col7", *rows]))
    assert "best_val_loss" not in command("facts", "log.csv").stdout.split("not measured")[0]
    assert "best_val_loss" in command("facts", "log.csv", "--map", "col7=val_loss").stdout.split("not measured")[0]


def test_a_metric_has_the_direction_that_a_person_gives_it(command, tmp_path):
    rows = (f"{step},{2 * 0.97**step},{step}" for step in range(40))
    (tmp_path / "log.csv").write_text("\n".join(["step,train_loss,val_score", *rows]))
    assert "higher is better" not in command("facts", "log.csv").stdout
    assert "higher is better" in command("facts", "log.csv", "--set", "direction.val_score=higher").stdout


def test_a_known_run_is_compared_with(command, healthy, tmp_path):
    (tmp_path / "better.csv").write_text(healthy.read_text().replace("0,2.0", "0,0.9") + "60,0.01\n")
    listed = command("facts", healthy, "--baseline", "better.csv").stdout
    ratio = re.search(r"baseline_train_loss_ratio +(\S+)", listed)
    assert float(ratio[1].replace(",", "")) > 10


def test_a_run_that_stays_below_a_known_one_is_found(command, tmp_path):
    for name, best in {"ours": 0.7, "theirs": 0.9}.items():
        rows = (f"{step},{2 * 0.97**step},{best - best * 0.9**step}" for step in range(60))
        (tmp_path / f"{name}.csv").write_text("\n".join(["step,train_loss,val_acc", *rows]))
    done = command("diagnose", "ours.csv", "--baseline", "theirs.csv", "-o", "-", "--format", "json")
    assert "below-known-result" in {finding["diagnosis"] for finding in json.loads(done.stdout)["findings"]}
    alone = command("diagnose", "ours.csv", "-o", "-", "--format", "json")
    assert "below-known-result" not in alone.stdout.split('"not_judged"')[0]


def test_a_baseline_of_several_runs_is_a_mistake(command, healthy, broken, tmp_path):
    done = command("diagnose", healthy, "--baseline", tmp_path)
    assert done.exit_code == 2
    assert "2 runs" in done.stderr


def test_facts_name_their_series_their_steps_and_their_lines(command, broken):
    listed = command("facts", broken).stdout
    assert re.search(r"nonfinite_loss_step +30 .*train_loss, steps 30 to 39, broken.csv:32-41", listed)
    assert "read by csv" in listed
    assert re.search(r"^  step +→  the clock +steps$", listed, re.MULTILINE)
    assert re.search(r"^  train_loss +→  train_loss", listed, re.MULTILINE)
    assert "not measured, because missing:" in listed
    assert "best_val_loss, best_val_position" in listed


def test_a_secret_among_the_settings_reaches_no_output(command, broken, tmp_path):
    (tmp_path / "config.json").write_text(
        json.dumps(
            {"wandb_api_key": "hunter2a", "nested": {"hf_token": "hunter2b"}, "db": "postgres://me:hunter2c@host/x"}
        )
    )
    arguments = ["--set", "password=hunter2d", "--set", "note=--auth-token hunter2e"]
    shown = [command(name, broken, *arguments).stdout for name in ("facts", "diagnose", "explain")]
    forms = [
        command("diagnose", broken, "-o", "-", "--format", f, *arguments).stdout for f in ("html", "json", "markdown")
    ]
    assert "hunter2" not in "".join([*shown, *forms])
    assert "•••" in shown[0]


@pytest.mark.parametrize("folder", ["home/carla", "Users/carla", "scratch/carla", "data/carla/x"])
def test_redaction_does_not_call_a_run_by_a_folder(command, broken, tmp_path, folder):
    log = tmp_path / folder / "metrics.csv"
    log.parent.mkdir(parents=True)
    log.write_text(broken.read_text())
    plan = json.loads(command("diagnose", log, "--redact", "-o", "-", "--format", "json").stdout)
    assert plan["run"]["name"] == "metrics"
    assert "carla" not in json.dumps(plan)


def test_redaction_knows_a_home_that_the_path_does_not_say(command, broken, tmp_path, monkeypatch):
    home = tmp_path / "home" / "carla"
    home.mkdir(parents=True)
    (home / "log of carla.csv").write_text(broken.read_text())
    monkeypatch.chdir(home)
    assert "carla" not in command("facts", "log of carla.csv", "--redact").stdout


def test_redaction_takes_paths_hosts_and_people_out_of_every_form(command, broken, tmp_path):
    folder = tmp_path / "home" / "carla"
    folder.mkdir(parents=True)
    log = folder / "carla-run.csv"
    log.write_text(broken.read_text())
    arguments = [
        "--redact",
        "--set",
        "user=carla",
        "--set",
        "data_dir=/data/carla/x",
        "--set",
        "host=gpu7.lab.example.org",
    ]
    forms = ("html", "json", "markdown", "text")
    shown = [command("diagnose", log, "-o", "-", "--format", form, *arguments).stdout for form in forms]
    for text in (
        *shown,
        command("facts", log, *arguments).stdout,
        command("diagnose", folder / "no.csv", "--redact").stdout,
    ):
        assert "carla" not in text
        assert "gpu7" not in text
        assert str(tmp_path) not in text
