"""`--reader` takes the place of recognition, and `expert facts --format` exports what was read."""

import io

import polars
import pytest

LOG = "step,train_loss,val_loss\n" + "".join(f"{s},{2 / (s + 1)},{3 / (s + 1)}\n" for s in range(10))


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text(LOG)
    return path


def test_the_series_are_exported_as_one_long_table(command, log):
    done = command("facts", str(log), "--format", "csv")
    table = polars.read_csv(io.BytesIO(done.stdout_bytes))
    assert table.columns == ["run", "name", "column", "split", "step", "epoch", "time", "value"]
    assert table.filter(name="val_loss")["value"].to_list() == [3 / (s + 1) for s in range(10)]
    assert table["split"].unique().sort().to_list() == ["train", "val"]


def test_a_parquet_file_holds_the_same(command, log, tmp_path):
    target = tmp_path / "series.parquet"
    assert command("facts", str(log), "--format", "parquet", "-o", str(target)).exit_code == 0
    assert len(polars.read_parquet(target)) == 20


def test_a_named_reader_is_used_instead_of_the_one_that_recognizes(command, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("epoch 1 loss: 0.5\nepoch 2 loss: 0.4\n")
    assert command("facts", str(path)).exit_code == 3
    done = command("facts", str(path), "--reader", "console")
    assert "read by console: asked for" in done.output


def test_an_unknown_reader_is_a_mistake_that_names_the_readers(command, log):
    done = command("facts", str(log), "--reader", "jsonlines")
    assert done.exit_code == 2
    assert "jsonl" in done.output
