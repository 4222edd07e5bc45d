"""Whatever the bytes: a reader reads or refuses with a message that names the file, in bounded time."""

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expert.readers import Refused, read, readers

LOGS = Path(__file__).parent / "logs"
GOLDEN = {
    "log.csv": LOGS / "keras_csvlogger" / "log.csv",
    "train.log": LOGS / "keras_progress" / "train.log",
    "plain.log": LOGS / "huggingface_console" / "train.log",
    "metrics.csv": LOGS / "lightning_csv" / "metrics.csv",
    "trainer_state.json": LOGS / "huggingface" / "finished.json",
    "run.wandb": LOGS / "wandb" / "offline-run" / "run-small.wandb",
    "mlflow.db": LOGS / "mlflow" / "mlflow.db",
}
DOCUMENT = b'{"history": {"loss": [0.5, 0.25, NaN], "val_loss": [0.5, 0.375, "inf"]},\n "lr": 0.1}\n'
INFO = b'{"loss": [0.5, {"py/object": "numpy.float64", "value": 0.25}],\n "loss_T": [1, 2]}\n'
TSV = b"iter\tLogloss\tAUC\n0\t0.5\t0.75\n1\t0.25\tnan\n"
JSONL = b'{"lr": 0.1, "batch": 8}\n{"step": 1, "loss": 0.5}\n{"step": 2, "loss": NaN, "val": {"loss": 0.25}}\n'


def events(folder: Path) -> bytes:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder))
    for step in range(5):
        writer.add_scalar("train/loss", 1 / (step + 1), step)
    writer.close()
    return next(folder.iterdir()).read_bytes()


class Logs(dict):
    """Logs by name, too long to be printed with a failure."""

    def __repr__(self):
        return f"the logs {', '.join(self)}"


@pytest.fixture(scope="session")
def logs(tmp_path_factory):
    written = {name: path.read_bytes() for name, path in GOLDEN.items()}
    return Logs({**written, **SMALL, "events.out.tfevents.1.h": events(tmp_path_factory.mktemp("events"))})


SMALL = {"log.jsonl": JSONL, "history.json": DOCUMENT, "info.json": INFO, "learn_error.tsv": TSV}
SMALL |= {
    "boosting.log": b"[1]\ttrain-rmse:0.5\tvalid_0-rmse:0.75\n[2]\ttrain-rmse:0.25\tvalid_0-rmse:nan\n",
    "loss_log.txt": b"(epoch: 1, iters: 100, time: 0.3, data: 0.1) D_A: 0.3 G_A: 0.5\n(epoch: 1, iters: 200, t",
    "table.log": b"E    #       LOSS NER  ENTS_F  SCORE\n---  ------  --------  ------  -----\n0  0  4.5  10  0.1\n",
    "accuracy.report": b"%Iter\tduration\ttrain_objective\tvalid_objective\n0\t23.0\t-4.5\t-4.75\n1\t23.0\t-3.5\t-4\n",
    "boxes.log": b"----------\n| time/ | |\n|    total_timesteps | 2048 |\n|    fps | 10 |\n----------\n",
    "monitor.csv": b'#{"t_start": 1.5, "env_id": "CartPole-v1"}\nr,l,t\n10.0,10,0.5\n11.0,11,0.75\n',
    "chart.csv": b'"Step","a - loss","a - loss__MIN","a - loss__MAX"\n"0","0.5","0.5","0.5"\n"1","0.25","0.25",""\n',
    "packed.log.gz": gzip.compress(b"epoch 1 loss: 0.5\nepoch 2 loss: 0.25\n" * 9, mtime=0),
}
NAMES = [*GOLDEN, *SMALL, "events.out.tfevents.1.h"]


def reads_or_refuses(folder: Path, name: str, content: bytes, *asked: str) -> None:
    path = folder / name
    path.write_bytes(content)
    began = time.process_time()
    for reader in ("", *asked):
        runs = list(read(path, reader=reader))
        assert runs
        for run in runs:
            if isinstance(run, Refused):
                assert run.source == str(path)
                assert run.reason
            else:
                assert all(len(s.steps) == len(s.values) > 0 for s in run.series)
    assert time.process_time() - began < 10


@settings(deadline=None, max_examples=120)
@given(name=st.sampled_from(NAMES), asked=st.sampled_from([*readers()]), content=st.binary(max_size=300))
def test_any_bytes(tmp_path_factory, name, asked, content):
    reads_or_refuses(tmp_path_factory.mktemp("bytes"), name, content, asked)


@settings(deadline=None, max_examples=120)
@given(
    name=st.sampled_from(NAMES),
    asked=st.sampled_from([*readers()]),
    content=st.text(alphabet='epochloss=:,;{}[]"\n\t\r 0123.-nai|/%', max_size=200),
)
def test_any_text(tmp_path_factory, name, asked, content):
    reads_or_refuses(tmp_path_factory.mktemp("text"), name, content.encode(), asked)


@settings(deadline=None, max_examples=120)
@given(name=st.sampled_from(NAMES), asked=st.sampled_from([*readers()]), share=st.floats(0, 1))
def test_any_truncation(tmp_path_factory, logs, name, asked, share):
    reads_or_refuses(tmp_path_factory.mktemp("cut"), name, logs[name][: int(share * len(logs[name]))], asked)


@settings(deadline=None, max_examples=150)
@given(
    name=st.sampled_from(NAMES),
    asked=st.sampled_from([*readers()]),
    place=st.floats(0, 1, exclude_max=True),
    byte=st.integers(0, 255),
)
def test_any_flipped_byte(tmp_path_factory, logs, name, asked, place, byte):
    content = bytearray(logs[name])
    content[int(place * len(content))] = byte
    reads_or_refuses(tmp_path_factory.mktemp("flipped"), name, bytes(content), asked)


GENERAL = [name for name, reader in readers().items() if getattr(reader, "GENERAL", False)]
LONG = [
    b"[",
    b"{",
    b'{"a":',
    b"loss",
    b"1,",
    b"Epoch 1 ",
    b"- ",
    b"loss: 0.1 ",
    b"'",
    b'"',
    b"\x1b[",
    b"9",
    b"a=",
    b" \t",
]


@pytest.mark.parametrize("content", LONG)
@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "train.log", "trainer_state.json"])
def test_long_lines_take_bounded_time(tmp_path, name, content):
    reads_or_refuses(tmp_path, name, b"epoch 1 loss: " + content * 100_000, *GENERAL)
    reads_or_refuses(tmp_path, name, content * 100_000, *GENERAL)
