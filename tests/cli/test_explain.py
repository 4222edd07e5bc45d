def test_a_finding_is_explained_down_to_the_lines_of_the_log(command, broken):
    tree = command("explain", broken, "non-finite-loss").stdout
    assert tree.startswith("non-finite-loss: ")
    assert "└─ rule " in tree
    assert "nonfinite_loss_step = 30" in tree
    assert "broken.csv:32-41" in tree


def test_without_an_id_every_finding_is_explained(command, broken):
    assert "non-finite-loss: " in command("explain", broken).stdout


def test_what_failed_is_named_with_what_was_observed_and_the_margin(command, healthy):
    text = command("explain", healthy, "--why-not", "non-finite-loss").stdout
    assert "was judged and not concluded" in text
    assert "observed 0" in text


def test_what_is_missing_is_named_with_the_line_that_logs_it(command, healthy):
    text = command("explain", healthy, "--why-not", "overfitting").stdout
    assert "cannot be judged" in text
    assert "the run lacks" in text
    assert 'log({"val_loss"' in text


def test_why_not_of_something_concluded_says_how(command, broken):
    assert command("explain", broken, "--why-not", "non-finite-loss").stdout.startswith("It was concluded.")


def test_why_not_may_stand_behind_the_id(command, healthy):
    forms = (["non-finite-loss", "--why-not"], ["--why-not", "non-finite-loss"], ["--why-not=non-finite-loss"])
    assert len({command("explain", healthy, *form).stdout for form in forms}) == 1
    assert "was judged and not concluded" in command("explain", healthy, *forms[0]).stdout
    assert "--why-not needs an ID" in command("explain", healthy, "--why-not").stderr


def test_a_run_that_could_not_be_judged_has_the_exit_code_of_that(command, tmp_path):
    (tmp_path / "log.csv").write_text("step,col7\n" + "".join(f"{n},{1 / (1 + n)}\n" for n in range(30)))
    assert command("explain", "log.csv", "overfitting").exit_code == 3


def test_an_unknown_id_is_guessed(command, broken):
    done = command("explain", broken, "non-finite-los")
    assert done.exit_code == 2
    assert "did you mean 'non-finite-loss'?" in done.stderr


def test_a_source_that_is_not_there_cannot_be_explained(command):
    done = command("explain", "gone.csv")
    assert done.exit_code == 3
    assert "no such file" in done.stderr
