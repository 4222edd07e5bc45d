"""Console text in lines: cut in bounded memory, and understood by their shapes as they are understood alone."""

import threading
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expert.readers import read
from expert.readers._console import understood
from expert.readers._lines import lines, lines_of
from expert.readers._shapes import Shapes

TEMPLATES = [
    "2024-01-02 10:20:3{i} INFO epoch {i} step {j} train loss {x} | val loss {y} lr {z}",
    "Epoch: [{i}][{j}/500]\tTime  {x} ({y})\tLoss {y} ({x})\tAcc@1  {x} (0.1)\tAcc@5 {y} (5.1)",
    "{i}/{j} [=====>....] - ETA: 3s - loss: {x} - accuracy: {y} - val_loss: {z}",
    "Epoch {i}/{j} loss={x}, acc: {y}%, dice.3: {z} top{i}: {x}",
    "[{i},  {j}] loss: {x}",
    "ep{i} val: loss {x} acc {y} (best {z})",
    "step {j}: loss nan val_loss {x}",
    "Test set: Average loss: {x}, Accuracy: {i}/{j} (98%)",
    "INFO saving model_{i}.pt after {x}s",
    "epoch {x} wer {y} fold {i} auc: {z}",
    "class {i} iou: {x} | class {j} iou: {y}",
]
numbers = st.sampled_from(["0.5", "1", "12.25", "1e-05", "-3.5", "nan", "-inf", "NaN", "1E+3", ".5", "100", "0", "7."])
counts = st.integers(0, 2000)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(TEMPLATES), counts, counts, numbers, numbers, numbers), min_size=5))
def test_a_line_read_by_its_shape_says_what_it_says_alone(rows):
    shapes = Shapes(understood)
    for template, i, j, x, y, z in rows * 9:
        text = template.format(i=i, j=j, x=x, y=y, z=z)
        line, (known, clock, names, values) = understood(text), shapes.read(text)
        assert (known.silent, known.event, known.percent) == (line.silent, line.event, line.percent)
        assert repr(clock) == repr({n.name: n.value for n in line.clock})
        assert repr([*zip(names, values, strict=True)]) == repr([(n.name, n.value) for n in line.values])


@settings(deadline=None)
@given(st.text(alphabet="ab \r\n\b1", max_size=60))
def test_a_file_has_the_lines_of_its_text(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("lines") / "a.log"
    path.write_bytes(text.encode())
    notes = []
    assert list(lines(path, notes)) == list(lines_of(text))
    assert not notes
    if "\r" not in text and "\b" not in text:
        assert list(lines_of(text)) == [(n, s) for n, s in enumerate(text.split("\n"), 1) if s.strip()]


@pytest.mark.parametrize("noise", [b"a", b"loss", b"1 ", b"\x1b[", b"loss: 1 "])
def test_a_line_without_an_end_takes_bounded_memory(tmp_path, noise):
    path = tmp_path / "train.log"
    path.write_bytes(b"epoch 1 loss: 0.5\n" + noise * (2**24 // len(noise)) + b"\nepoch 2 loss: 0.25\n")
    tracemalloc.start()
    shown = list(lines(path, []))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [shown[0], shown[-1]] == [(1, "epoch 1 loss: 0.5"), (3, "epoch 2 loss: 0.25")]
    assert peak < 2**23


def test_what_is_written_while_a_log_is_read_is_left_for_the_next_time(tmp_path):
    path = tmp_path / "train.log"
    path.write_text("".join(f"epoch {e} loss: {1 / e}\n" for e in range(1, 9)) + "epoch 9 loss: 0.")
    notes = []
    shown = lines(path, notes)
    first = next(shown)
    with path.open("a") as file:
        file.write("111\nepoch 10 loss: 0.1\n")
    assert [first, *shown][-1] == (8, "epoch 8 loss: 0.125")
    assert "grew" in notes[0]


@pytest.mark.parametrize("name", ["train.log", "log.csv", "log.jsonl"])
def test_a_log_that_grows_is_read_again_and_again(tmp_path, name):
    path, rows = tmp_path / name, range(1, 4000)
    form = {
        "train.log": "epoch {e} loss: {l}\n",
        "log.csv": "{e},{l}\n",
        "log.jsonl": '{{"epoch": {e}, "loss": {l}}}\n',
    }[name]
    path.write_text("epoch,loss\n" * (name == "log.csv") + form.format(e=1, l=1.0) + form.format(e=2, l=0.5))

    def write():
        with path.open("a", buffering=7) as file:
            for e in rows[2:]:
                file.write(form.format(e=e, l=1 / e))

    writer = threading.Thread(target=write)
    writer.start()
    began = time.monotonic()
    while writer.is_alive() and time.monotonic() - began < 20:
        (run,) = read(path)
        values = run["train_loss"].values.tolist()
        cut = not any("grew" in note for note in run.notes)  # the writer may rest in the middle of the last number
        whole = len(values) - cut
        assert values[:whole] == [1 / e for e in rows[:whole]]
        assert all(value <= 1 / rows[whole] for value in values[whole:])  # what is cut of a decimal is less of it
    writer.join()
