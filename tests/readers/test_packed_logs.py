"""Compressed logs, archives of run folders and URLs are read as what they hold, within bounds."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import fsspec
import pytest
import zstandard

from expert.readers import Refused, _unpacked, read
from expert.sources import Given, runs

LOG = "step,train_loss,val_loss\n" + "".join(f"{s},{2 / (s + 1)},{3 / (s + 1)}\n" for s in range(50))
PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}


def run_of(path):
    (run,) = read(path)
    assert not isinstance(run, Refused), run
    return run


@pytest.mark.parametrize("ending", PACKERS)
def test_a_compressed_log_is_read_with_the_settings_beside_it(tmp_path, ending):
    path = tmp_path / f"metrics.csv{ending}"
    path.write_bytes(PACKERS[ending](LOG.encode()))
    (tmp_path / "config.yaml").write_text("lr: 0.25\n")
    run = run_of(path)
    assert run["val_loss"].values.tolist() == [3 / (s + 1) for s in range(50)]
    assert (run.source, run.settings["lr"]) == (str(path), 0.25)


@pytest.mark.parametrize("name", ["run.tar", "run.tar.gz", "run.tgz", "run.tar.bz2", "run.zip"])
def test_an_archive_of_a_run_folder_is_read_as_the_folder(tmp_path, name):
    folder = tmp_path / "seed-3"
    folder.mkdir()
    (folder / "metrics.csv").write_text(LOG)
    (folder / "hparams.yaml").write_text("batch_size: 16\n")
    (folder / "model.pt").write_bytes(b"\x80\x04" * 1000)
    path = tmp_path / name
    if name.endswith("zip"):
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, f"seed-3/{file.name}")
    else:
        with tarfile.open(path, "w:gz" if name.endswith("gz") else "w:bz2" if name.endswith("bz2") else "w") as archive:
            archive.add(folder, "seed-3")
    run = run_of(path)
    assert (run.name, run.source) == ("seed-3", f"{path}/seed-3/metrics.csv")
    assert run.settings["batch_size"] == 16


def test_compressed_logs_among_others_are_found(tmp_path):
    (tmp_path / "old.csv").write_text(LOG)
    (tmp_path / "older.csv.gz").write_bytes(gzip.compress(LOG.encode()))
    (tmp_path / "images.gz").write_bytes(gzip.compress(bytes(1000)))
    assert [run.name for run in read(tmp_path)] == ["old", "older"]


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_of_a_log_that_is_cut_what_comes_before_is_read(tmp_path, ending):
    text = LOG + "".join(f"{s},{s**0.5 % 1},{s**0.3 % 1}\n" for s in range(50, 20_000))
    path = tmp_path / f"metrics.csv{ending}"
    packed = PACKERS[ending](text.encode())
    path.write_bytes(packed[: len(packed) * 9 // 10])
    run = run_of(path)
    assert len(run["val_loss"]) > 2_000
    assert "damaged" in " ".join(run.notes)


@pytest.mark.parametrize("name", ["train.log.gz", "run.tar.gz", "run.zip"])
def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(_unpacked, "LEAST_ALLOWED", 2**20)
    path, zeros = tmp_path / name, bytes(2**25)
    if name.endswith("zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("train.log", zeros)
    elif "tar" in name:
        with tarfile.open(path, "w:gz") as archive:
            member = tarfile.TarInfo("train.log")
            member.size = len(zeros)
            archive.addfile(member, io.BytesIO(zeros))
    else:
        path.write_bytes(gzip.compress(zeros))
    (refused,) = read(path)
    assert "it unpacks to more than 3 MiB, 100 times its size" in refused.reason


def test_members_that_would_leave_the_folder_are_not_unpacked(tmp_path):
    path = tmp_path / "inner" / "run.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w") as archive:
        for name in ("../escaped.csv", "/tmp/escaped.csv", "good/metrics.csv"):
            member = tarfile.TarInfo(name)
            member.size = len(LOG)
            archive.addfile(member, io.BytesIO(LOG.encode()))
        link = tarfile.TarInfo("good/link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert run_of(path).name == "good"
    assert not list(tmp_path.rglob("escaped.csv"))


def test_a_file_that_is_packed_twice_is_refused(tmp_path):
    path = tmp_path / "train.csv.gz.gz"
    path.write_bytes(gzip.compress(gzip.compress(LOG.encode())))
    (refused,) = read(path)
    assert "packed twice" in refused.reason


@pytest.mark.parametrize("name", ["a.gz", "a.bz2", "a.zst", "a.xz", "a.zip", "a.tar"])
@pytest.mark.parametrize("rest", [b"", b"rubbish" * 100])
def test_rubbish_below_a_mark_is_refused(tmp_path, name, rest):
    mark = {"a.gz": b"\x1f\x8b", "a.bz2": b"BZh9", "a.zst": b"\x28\xb5\x2f\xfd", "a.xz": b"\xfd7zXZ\x00"}
    path = tmp_path / name
    path.write_bytes(mark.get(name, b"PK\x03\x04" if name == "a.zip" else bytes(257) + b"ustar") + rest)
    (refused,) = read(path)
    assert isinstance(refused, Refused)
    assert refused.reason


def test_a_url_is_read(tmp_path):
    files = fsspec.filesystem("memory")
    files.pipe("/bucket/seed-4/metrics.csv", LOG.encode())
    (run,) = runs("memory://bucket/seed-4/metrics.csv", Given())
    assert (run.source, run.name) == ("memory://bucket/seed-4/metrics.csv", "seed-4")
    (run,) = runs("memory://bucket/seed-4", Given())
    assert run["train_loss"].values[0] == 2
    (refused,) = runs("memory://bucket/nothing.csv", Given())
    assert "cannot be fetched" in refused.reason
