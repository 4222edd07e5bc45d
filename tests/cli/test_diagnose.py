import json

import pytest


def test_one_run_gives_a_page_here_and_the_plan_on_the_terminal(command, broken, tmp_path):
    done = command("diagnose", broken)
    assert done.exit_code == 0
    assert "NaN" in done.stdout
    assert "report.html" not in done.stdout
    assert "report.html" in done.stderr
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_several_runs_give_a_folder_with_an_index_and_a_page_per_run(command, broken, healthy, tmp_path):
    done = command("diagnose", broken, healthy)
    assert {page.name for page in (tmp_path / "report").iterdir()} == {"index.html", "broken.html", "healthy.html"}
    index = (tmp_path / "report/index.html").read_text(encoding="utf-8")
    assert index.index("broken.html") < index.index("healthy.html")
    assert done.stdout.startswith("broken ")


def test_runs_of_one_name_get_pages_of_their_own(command, broken, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Index.csv").write_text(broken.read_text())
    command("diagnose", "a/Index.csv", "b/Index.csv")
    assert {p.name for p in (tmp_path / "report").iterdir()} == {"index.html", "Index-2.html", "Index-3.html"}


def test_a_pattern_and_a_folder_stand_for_the_logs_they_hold(command, broken, healthy, tmp_path):
    for source in ("*.csv", tmp_path):
        plans = json.loads(command("diagnose", source, "-o", "-", "--format", "json").stdout)
        assert [plan["run"]["name"] for plan in plans] == ["broken", "healthy"]


def test_a_source_that_is_named_twice_is_judged_once(command, broken):
    assert isinstance(json.loads(command("diagnose", broken, broken, "-o", "-", "--format", "json").stdout), dict)


def test_standard_output_carries_only_what_was_asked_for(command, broken, tmp_path):
    done = command("diagnose", broken, "-o", "-", "--format", "json")
    assert json.loads(done.stdout)["schema"] == 1
    assert done.stderr == ""
    assert not (tmp_path / "report.html").exists()


def test_standard_input_is_a_source(command, broken):
    plan = json.loads(command("diagnose", "-", "-o", "-", "--format", "json", stdin=broken.read_text()).stdout)
    assert plan["verdict"] == "Broken"
    assert plan["run"]["source"] == "-"


def test_several_formats_stand_side_by_side(command, broken, tmp_path):
    command("diagnose", broken, "--format", "html,json,markdown,text", "-o", "out/night.html")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"night.html", "night.json", "night.md", "night.txt"}


def test_a_folder_takes_the_report(command, broken, healthy, tmp_path):
    command("diagnose", broken, "-o", "night/", "--format", "html,json")
    assert {p.name for p in (tmp_path / "night").iterdir()} == {"report.html", "report.json"}
    command("diagnose", broken, healthy, "-o", "night")
    assert (tmp_path / "night/index.html").exists()


def test_a_name_with_a_dot_in_it_is_kept(command, broken, tmp_path):
    command("diagnose", broken, "-o", "v1.2", "--format", "html,json")
    assert {p.name for p in tmp_path.glob("v1*")} == {"v1.2.html", "v1.2.json"}


def test_the_name_of_the_output_tells_its_format(command, broken, tmp_path):
    command("diagnose", broken, "-o", "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text())["verdict"] == "Broken"


def test_a_format_alone_names_the_file(command, broken, healthy, tmp_path):
    for form, name in {"json": "report.json", "markdown": "report.md", "text": "report.txt"}.items():
        command("diagnose", broken, "--format", form)
        assert (tmp_path / name).exists()
    command("diagnose", broken, healthy, "--format", "json")
    assert len(json.loads((tmp_path / "report.json").read_text())) == 2
    assert not (tmp_path / "report.html").exists()


def test_pages_of_earlier_runs_are_counted(command, broken, healthy, tmp_path):
    (tmp_path / "third.csv").write_text(healthy.read_text())
    command("diagnose", broken, healthy)
    assert "1 page of an earlier run lies in report too" in command("diagnose", broken, "third.csv").stderr


@pytest.mark.parametrize("source", ["gone.csv", "gone/*.csv", "nothing://at/all.csv"])
@pytest.mark.parametrize("output", [[], ["-o", "report.html"], ["-q"]])
def test_a_source_that_is_not_there_leaves_an_earlier_page_as_it_is(command, broken, tmp_path, source, output):
    command("diagnose", broken)
    page = (tmp_path / "report.html").read_bytes()
    done = command("diagnose", source, *output)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith(f"{source}: ")
    assert (tmp_path / "report.html").read_bytes() == page


def test_quiet_says_what_could_not_be_judged(command, tmp_path):
    (tmp_path / "log.csv").write_text("step,col7\n" + "".join(f"{n},{1 / (1 + n)}\n" for n in range(30)))
    done = command("diagnose", "log.csv", "--quiet")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == "log.csv: no column is a known metric (col7). If one is the loss: --map col7=train_loss\n"


def test_a_log_without_a_known_metric_says_how_to_name_one_in_every_form(command, tmp_path):
    (tmp_path / "log.csv").write_text("step,col7,score\n" + "".join(f"{n},{1 / (1 + n)},{n}\n" for n in range(30)))
    for form in ("text", "json", "html", "markdown"):
        shown = " ".join(command("diagnose", "log.csv", "-o", "-", "--format", form).stdout.replace("\\", "").split())
        assert "no column is a known metric (col7, score). If one is the loss: --map col7=train_loss" in shown


def test_damage_of_the_log_is_said_on_the_terminal(command, broken, healthy):
    broken.write_text(broken.read_text() + "40,0.")
    broken.write_text(broken.read_text().replace("\n7,", "\n7,oops", 1))
    assert "Noticed: " in command("diagnose", broken).stdout
    assert "Noticed: " not in command("diagnose", healthy).stdout


def test_a_log_cannot_steer_the_terminal(command, tmp_path):
    (tmp_path / "x\x1b[31m.csv").write_text(
        "step,train_loss,\x1b]0;owned\x07score\n" + "".join(f"{n},{1 / (1 + n)},{n}\n" for n in range(40))
    )
    (tmp_path / "config.json").write_text(json.dumps({"note": "\x9b2J \u202e evil", "optimizer": "\x1b[2Jadam"}))
    logs = [path.name for path in tmp_path.glob("x*.csv")]
    for arguments in (["diagnose", *logs], ["diagnose", *logs, "-q"], ["facts", *logs], ["explain", *logs]):
        done = command(*arguments, "--map", "nope=val_loss") if arguments[-1] == "-q" else command(*arguments)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(done.stdout + done.stderr)


def test_quiet_prints_nothing(command, broken):
    done = command("diagnose", broken, "--quiet")
    assert (done.stdout, done.stderr) == ("", "")


def test_findings_fail_only_where_that_was_asked_for(command, broken, healthy):
    assert command("diagnose", broken).exit_code == 0
    assert command("diagnose", broken, "--fail-on", "high").exit_code == 1
    assert command("diagnose", healthy, "--fail-on", "high").exit_code == 0


def test_a_refused_source_does_not_stop_the_others(command, broken, tmp_path):
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)))
    done = command("diagnose", "gone.csv", "picture.csv", broken, "-o", "-", "--format", "json")
    plans = json.loads(done.stdout)
    assert [plan["verdict"] for plan in plans] == ["Not judged", "Not judged", "Broken"]
    assert "no such file" in json.dumps(plans[0]["not_judged"])
    assert done.exit_code == 0


def test_nothing_judged_is_an_exit_code_of_its_own(command):
    assert command("diagnose", "gone.csv").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--format", "pdf"], "the formats are github, html, json, junit, markdown, sarif, text"),
        (["--format", ""], "the formats are github, html, json, junit, markdown, sarif, text"),
        (["--format", "html,json", "-o", "-"], "exactly one format"),
        (["gone.csv", "--format", "html", "-o", "-"], "several pages need a folder: -o DIR"),
        (["--select", "overfiting"], "did you mean 'overfitting'?"),
        (["--ignore", "overfiting"], "did you mean 'overfitting'?"),
        (["--set", "lr"], "as in --set name=value"),
        (["--set", "lr=fast"], "'fast' is not a number"),
        (["--set", "task=clasification"], "did you mean 'classification'?"),
        (["--set", "direction.score=up"], "'higher' or 'lower'"),
        (["--map", "loss"], "as in --map name=value"),
        (["--set", "num_classes=-3"], "num_classes: -3 is less than 1"),
        (["--set", "dropout=50"], "dropout: 50 is not between 0 and 1"),
        (["--set", "direction.train_los=lower"], "did you mean 'train_loss'?"),
        (["--map", "trian_loss=val_loss"], "there is no column 'trian_loss'; did you mean 'train_loss'?"),
        (["--run", "other"], "there is no run 'other'. The runs are: broken"),
        (["--baseline", "gone.csv"], "no such file"),
        (["--settings", "gone.yaml"], "does not exist"),
    ],
)
def test_a_mistake_in_usage_says_how_to_mend_it(command, broken, arguments, answer):
    done = command("diagnose", broken, *arguments)
    assert done.exit_code == 2
    assert answer in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--set", "nclasses=10"], "did you mean 'num_classes'?"),
        (["--set", "zzz=10"], "zzz is not a setting that any check reads"),
        (["--map", "train_loss=train_los"], "did you mean 'train_loss'?"),
    ],
)
def test_a_name_that_no_check_knows_is_told_and_does_no_harm(command, broken, arguments, answer):
    done = command("diagnose", broken, "-q", *arguments)
    assert done.exit_code in (0, 3)
    assert answer in done.stderr


def test_values_in_a_settings_file_that_cannot_be_are_told_and_left_out(command, broken, tmp_path):
    (tmp_path / "run.yaml").write_text("lr: auto\nbatch_size: -1\nnum_classes: 10\n")
    done = command("facts", broken, "--settings", "run.yaml")
    assert "run.yaml: lr: 'auto' is not a number; it is left out" in done.stderr
    assert "run.yaml: batch_size: -1 is less than 1; it is left out" in done.stderr
    assert "num_classes" in done.stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [("run.yaml", "epochs: 3\nlr: ]1"), ("run.json", '{"epochs": 3,\n"lr": }'), ("run.toml", "epochs = 3\nlr = \n")],
)
def test_a_broken_settings_file_is_named_with_its_line(command, broken, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    done = command("diagnose", broken, "--settings", name)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: {name}:2: ")
    assert "column" not in done.stderr


def test_what_is_ignored_is_not_found_and_what_is_selected_is_found_alone(command, broken):
    def found(*arguments):
        plan = json.loads(command("diagnose", broken, "-o", "-", "--format", "json", *arguments).stdout)
        return {finding["diagnosis"] for finding in plan["findings"]}

    assert "non-finite-loss" in found()
    assert "non-finite-loss" not in found("--ignore", "non-finite-loss")
    assert found("--select", "non-finite-loss") == {"non-finite-loss"}
    assert found("--select", "data-leakage") == set()


def test_the_command_that_does_not_exist_is_guessed(command):
    assert "Did you mean 'diagnose'?" in command("diagnoze", "log.csv").stderr
    assert "expert diagnose log.csv" in command("log.csv").stderr


def test_the_demonstration_finds_the_wrong_number_in_its_schedule(command, tmp_path):
    done = command("demo")
    assert done.exit_code == 0
    assert "learning rate" in done.stdout
    assert (tmp_path / "report.html").exists()
