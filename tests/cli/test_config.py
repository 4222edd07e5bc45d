"""What a team settles holds for every command that judges, and is shown with its origin."""


def test_config_shows_every_value_with_its_origin(command, tmp_path):
    (tmp_path / "expert.toml").write_text('profile = "core"\n[params]\noptimization.spike_ratio = 12\n')
    shown = command("config", "--origin", "--param", "log.few=3").output.splitlines()
    assert [line.split() for line in shown] == [
        ["params.log.few", "=", "3", "--param"],
        ["params.optimization.spike_ratio", "=", "12", f"{tmp_path / 'expert.toml'}:3"],
        ["profile", "=", "core", f"{tmp_path / 'expert.toml'}:1"],
    ]
    assert "nothing is settled" in command("config", "--no-config").output


def test_a_command_that_judges_keeps_what_is_settled(command, tmp_path, broken):
    (tmp_path / "expert.toml").write_text('ignore = ["non-finite-loss"]\n')
    assert "Broken" not in command("diagnose", broken).output
    assert "Broken" in command("diagnose", broken, "--no-config").output
    assert command("explain", broken, "non-finite-loss").exit_code == 2
    assert command("explain", broken, "non-finite-loss", "--no-config").exit_code == 0


def test_mistakes_end_the_command_with_their_places(command, tmp_path, healthy):
    (tmp_path / "expert.toml").write_text("profil = 1\nrules = 2\n")
    done = command("diagnose", healthy)
    assert done.exit_code == 2
    assert "the settings of the tool hold 2 mistakes" in done.output
    assert "expert.toml:1:1: E111 key 'profil' is not known here; did you mean 'profile'?" in done.output
    assert command("diagnose", healthy, "--no-config", "--param", "spike=1").exit_code == 2


def test_rules_may_be_given_beside_those_that_come_along(command, tmp_path, broken):
    (tmp_path / "team.yaml").write_text(
        "format: 1\npack: team\nsymptoms: {ours: {title: Our own symptom}}\n"
        "rules:\n  own: {when: {nonfinite_loss_share: '> 0'}, then: ours, certainty: 1, because: It is NaN.}\n"
    )
    assert "Our own symptom" in command("explain", broken, "ours", "--rules", "team.yaml").output
    assert command("explain", broken, "ours").exit_code == 2
    (tmp_path / "expert.toml").write_text('rules = ["team.yaml"]\n')
    assert "Our own symptom" in command("explain", broken, "ours").output


def test_a_merged_rule_is_shown_with_the_place_of_every_value(command, tmp_path):
    (tmp_path / "team.yaml").write_text(
        "format: 1\npack: team\nchange:\n  gradient-norm-jumped:\n    set: {certainty: 0.5}\n"
        "    add: {unless: [{task: detection}]}\n    reason: So.\n"
    )
    (tmp_path / "expert.toml").write_text('rules = ["team.yaml"]\n[params]\noptimization.spike_ratio = 12\n')
    shown = command("rules", "show", "gradient-norm-jumped").output.splitlines()
    places = {tuple(line.split()[1:3]): line.split()[0] for line in shown}
    assert places["certainty", "+0.5"].endswith("team.yaml:5")
    assert places["param", "spike_ratio"].endswith("expert.toml:3")
    assert [line.split()[0][-11:] for line in shown if "unless  " in line and "detection" in line] == ["team.yaml:6"]
    assert [line.split()[0].rpartition("/")[2][:17] for line in shown if " when " in line][:1] == ["optimization.yaml"]
