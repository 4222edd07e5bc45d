"""What is not needed is not imported."""

import subprocess
import sys

HEAVY = {"numpy", "polars", "networkx", "jinja2", "experta", "torch", "rich", "yaml", "pandas", "tensorboard", "scipy"}
NEVER = {"scipy.stats", "scipy.signal", "scipy.optimize", "scipy.interpolate", "torch", "pandas", "tensorboard", "rich"}


def modules(folder, *arguments):
    """What is loaded once a command is done."""
    code = (
        "import sys\nfrom expert.__main__ import main\nsys.argv = ['expert', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    print('\\n'.join(['LOADED', *sys.modules]), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.split("LOADED\n")[1].split())


def test_help_loads_none_of_the_heavy_packages(tmp_path):
    assert not modules(tmp_path, "--help") & HEAVY
    assert not modules(tmp_path, "diagnose", "--help") & HEAVY


def test_a_diagnosis_loads_no_statistics_library_and_no_framework(tmp_path):
    rows = [f"{step},{1 / (1 + step / 100):.4f}" for step in range(1000)]
    (tmp_path / "log.csv").write_text("\n".join(["step,train_loss", *rows]))
    loaded = modules(tmp_path, "diagnose", "log.csv")
    assert "polars" in loaded
    assert not loaded & NEVER
