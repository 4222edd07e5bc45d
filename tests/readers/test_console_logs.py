"""Console text: the forms that people print, with the line of every value."""

import math

import pytest

from expert.readers import Refused, claim, read


def runs(tmp_path, text, name="train.log"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert [reader for reader, _ in claim(path)] == ["console"]
    found = list(read(path))
    assert not any(isinstance(run, Refused) for run in found)
    return found


def run_of(tmp_path, text):
    (run,) = runs(tmp_path, text)
    return run


def curve(run, name):
    return list(zip(run[name].steps.tolist(), run[name].values.tolist(), run[name].lines.tolist(), strict=True))


@pytest.mark.parametrize(
    "line",
    [
        "Epoch {e}/100 loss: {l} val_loss={v}",
        "Epoch {e}/100 - loss: {l} - val_loss: {v}",
        "epoch: {e}, train loss {l} | val loss {v}",
        "[2024-01-02 10:20:30,123] INFO trainer: epoch {e} | train_loss {l} | val_loss {v}",
        "2024-01-02 10:20:30 - INFO - Epoch [{e}/100], Loss: {l}, Val Loss: {v}",
        "Epoch {e}: train_loss={l}, val_loss={v}, time: 12.5s",
        "\x1b[32mEpoch {e}\x1b[0m \x1b[1mloss\x1b[0m: {l} validation loss: {v}",
        "{{'epoch': {e}, 'loss': {l}, 'eval_loss': {v}}}",
        "Ep {e} | Train Loss: {l} (0.999) | Valid Loss: {v}",
        "Epoch {e:03d}\tTraining Loss {l:.4e}\tValidation Loss {v}",
        "INFO:root:epoch={e} loss={l} val_loss={v}",
    ],
)
def test_the_lines_of_epochs_are_read(tmp_path, line):
    losses = [(1, 0.5, 0.75), (2, 0.25, 0.5), (3, 0.125, 0.625)]
    run = run_of(tmp_path, "starting\n" + "\n".join(line.format(e=e, l=loss, v=val) for e, loss, val in losses) + "\n")
    assert curve(run, "train_loss") == [(1, 0.5, 2), (2, 0.25, 3), (3, 0.125, 4)]
    assert curve(run, "val_loss") == [(1, 0.75, 2), (2, 0.5, 3), (3, 0.625, 4)]


@pytest.mark.parametrize(
    "line",
    [
        "step {s}: train loss {l}, val loss {v}",
        "Iter {s}, loss={l}, val_loss={v}",
        "iter {s}/1000: loss {l}, validation loss {v}, lr 3.0e-04",
        "[step {s}] loss: {l} val/loss: {v}",
    ],
)
def test_the_lines_of_steps_are_read(tmp_path, line):
    run = run_of(tmp_path, "".join(line.format(s=s, l=1 / (s + 1), v=2 / (s + 1)) + "\n" for s in (0, 100, 200)))
    assert run["train_loss"].steps.tolist() == run["val_loss"].steps.tolist() == [0, 100, 200]


def test_what_stands_on_lines_of_its_own_belongs_to_the_epoch_above(tmp_path):
    run = run_of(
        tmp_path,
        "Epoch 0/2\n-----\ntrain Loss: 0.5 Acc: 0.6\nval Loss: 0.7 Acc: 0.5\n\n"
        "Epoch 1/2\n-----\ntrain Loss: 0.4 Acc: 0.7\n",
    )
    assert curve(run, "train_acc") == [(0, 0.6, 3), (1, 0.7, 8)]
    assert curve(run, "val_acc") == [(0, 0.5, 4)]


def test_a_percent_sign_makes_a_share_and_is_said(tmp_path):
    run = run_of(tmp_path, "epoch: 1, train loss 0.3 | val acc 92%\nepoch: 2, train loss 0.2 | val acc 95.5 %\n")
    assert run["val_acc"].values.tolist() == pytest.approx([0.92, 0.955])
    assert "percent" in " ".join(run.notes)


def test_the_example_of_imagenet_is_read(tmp_path):
    lines = [
        f"Epoch: [{e}][{b}/500]\tTime  0.3 ( 0.4)\tLoss {1 / (1 + e * 500 + b):.4e} (7.1)\t"
        f"Acc@1  {e}.00 (0.1)\tAcc@5 5.0 (5.1)"
        for e in range(3)
        for b in range(0, 500, 100)
    ]
    run = run_of(tmp_path, "\n".join(lines))
    assert len(run["train_loss"]) == 15
    assert run["train_acc"].values.max() == pytest.approx(0.02)


def test_the_example_of_mnist_is_read(tmp_path):
    epochs = (
        f"Train Epoch: {e} [0/60000 (0%)]\tLoss: 2.3\nTrain Epoch: {e} [640/60000 (1%)]\tLoss: 2.2\n\n"
        f"Test set: Average loss: 0.1018, Accuracy: 9{e}00/10000 (9{e}%)\n\n"
        for e in (1, 2)
    )
    run = run_of(tmp_path, "".join(epochs))
    assert len(run["train_loss"]) == 4
    assert run["test_acc"].values.tolist() == [0.91, 0.92]


def test_the_example_of_cifar_is_read(tmp_path):
    run = run_of(
        tmp_path, "[1,  2000] loss: 2.196\n[1,  4000] loss: 1.849\n[2,  2000] loss: 1.4\n[2,  4000] loss: 1.3\n"
    )
    assert run["train_loss"].steps.tolist() == [2000, 4000, 6000, 8000]


def test_of_a_progress_bar_the_last_state_counts(tmp_path):
    bar = "\r".join(f"Epoch 1: {p}%|##  | {p}/100 [00:03<00:04, 9.1it/s, loss={1 / (1 + p):.3f}]" for p in (10, 50, 99))
    run = run_of(tmp_path, f"{bar}\n{bar.replace('Epoch 1', 'Epoch 2')}\n")
    assert curve(run, "train_loss") == [(1, 0.01, 1), (2, 0.01, 2)]


def test_bars_of_keras_2_are_read(tmp_path):
    bar = "469/469 [==============================] - 3s 6ms/step - "
    text = (
        "Epoch 1/2\n 1/469 [..............................] - ETA: 3s - loss: 2.3\n"
        f"{bar}loss: 0.31 - accuracy: 0.91 - val_loss: 0.2 - val_accuracy: 0.93\nEpoch 2/2\n"
        f"{bar}loss: 0.21 - accuracy: 0.94 - val_loss: nan - val_accuracy: 0.95\n"
    )
    run = run_of(tmp_path, text)
    assert curve(run, "train_loss") == [(1, 0.31, 3), (2, 0.21, 5)]
    assert str(run["val_loss"].values[1]) == "nan"
    assert run.settings["epochs"] == 2


def test_arguments_become_settings(tmp_path):
    epochs = "epoch 1 loss: 0.5\nepoch 2 loss: 0.4\n"
    given = "lr=0.1, batch_size=32, opt='sgd', data='/d', layers=[1, 2], nested=Namespace(wd=0.5)"
    text = f"Namespace({given})\n{epochs}"
    run = run_of(tmp_path, text)
    assert (run.settings["lr"], run.settings["batch_size"], run.settings["optimizer"]) == (0.1, 32, "sgd")
    assert run.settings["weight_decay"] == 0.5
    run = run_of(tmp_path, "$ python train.py --lr 0.01 --batch-size=8 --amp\nepoch 1 loss: 0.5\nepoch 2 loss: 0.4\n")
    assert (run.settings["lr"], run.settings["batch_size"]) == (0.01, 8)


def test_lines_worth_keeping_become_events(tmp_path):
    text = (
        "=> loaded checkpoint 'a.pt' (epoch 3)\nepoch 1 loss: 0.5\nepoch 2 loss: nan\n"
        "Traceback (most recent call last):\ntorch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB\n"
    )
    run = run_of(tmp_path, text)
    assert [event.line for event in run.events] == [1, 4, 5]
    assert run.events[2].step == 2


def test_runs_below_headers_of_their_own_are_told_apart(tmp_path):
    text = "".join(
        f"{m}\n" + "".join(f"Epoch {e}/2 loss: {1 / (e + 1)}\n" for e in range(3)) for m in ("resnet18", "vgg16")
    )
    first, second = runs(tmp_path, text)
    assert (first.name.split()[-1], second.name.split()[-1]) == ("resnet18", "vgg16")
    assert len(first["train_loss"]) == len(second["train_loss"]) == 3
    assert "2 runs" in " ".join(second.notes)


def test_epochs_that_start_again_without_a_header_are_a_resumed_run(tmp_path):
    run = run_of(tmp_path, "".join(f"Epoch {e} loss: {1 / (e + 1)}\n" for e in (0, 1, 2, 0, 1, 2, 3)))
    assert len(run["train_loss"]) == 4
    assert [event.kind for event in run.events] == ["resume"]


def test_values_without_a_clock_are_counted(tmp_path):
    run = run_of(tmp_path, "loss: 0.5\nloss: 0.4\nloss: 0.3\n")
    assert run["train_loss"].steps.tolist() == [0, 1, 2]
    assert "counted" in " ".join(run.notes)


@pytest.mark.parametrize(
    "spelling", ["nan", "NaN", "-nan", "nan(ind)", "1.#QNAN", "-1.#IND", "inf", "-Infinity", "1.#INF"]
)
def test_what_is_not_finite_is_a_value_in_every_spelling(tmp_path, spelling):
    run = run_of(tmp_path, f"Epoch 1/2 loss: 0.5\nEpoch 2/2 loss: {spelling} - acc: 0.5\n")
    assert not math.isfinite(run["train_loss"].values[1])


def test_prose_is_no_log(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("We met 3 friends at 10:30.\nIt cost 20 euros and 5% tax.\nVersion 1.2.3 of the 4 books.\n")
    assert not claim(path)


def test_decimal_commas_are_read_and_said(tmp_path):
    run = run_of(tmp_path, "".join(f"Epoche, epoch {e}: loss = 0,{10 - e}5; val_loss = 1,25\n" for e in range(1, 10)))
    assert run["train_loss"].values.tolist() == [float(f"0.{10 - e}5") for e in range(1, 10)]
    assert set(run["val_loss"].values.tolist()) == {1.25}
    assert "decimal" in " ".join(run.notes)
    run = run_of(tmp_path, "epoch 1 loss: 0.5,0.6\nepoch 2 loss: 3, acc: 0.5\nepoch 3 loss: 1,234.5\n")
    assert run["train_loss"].values.tolist()[:2] == [0.5, 3]
