"""What a person installs works: the wheel in a fresh environment, away from the checkout."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment with the wheel in it; what the wheel needs is borrowed from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "-w", folder, CHECKOUT], check=True)
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    places = next((folder / "venv").glob("lib/python*/site-packages"))
    (wheel,) = folder.glob("*.whl")
    install = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder / "venv"]
    subprocess.run([*install, "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    (places / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder / "venv", places


def test_the_demonstration_works_where_only_the_wheel_is_installed(environment, tmp_path):
    folder, _ = environment
    done = subprocess.run([folder / "bin/expert", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "learning rate" in done.stdout
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_rules_and_reports_lie_inside_the_installed_package(environment, tmp_path):
    folder, places = environment
    code = "import expert.shelf as s; print(s.shelf('rules')); print(s.shelf('reports'))"
    done = subprocess.run([folder / "bin/python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(places / "expert/rules"), str(places / "expert/reports")]
    assert not (places / "rules").exists()


def test_the_data_folders_hold_no_python():
    assert [path for name in ("rules", "reports") for path in (CHECKOUT / name).rglob("*.py")] == []
