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
