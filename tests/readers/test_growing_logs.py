"""A log that grows is read on from where it ended, and says what it says when it is read whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expert.readers import Refused, read
from expert.readers._onward import Memory

JSONL = (
    '{"step": %d, "loss": 0.5, "lr": 0.1}',
    '{"step": %d, "loss": null, "word": "x"}',
    '{"mode": "val", "epoch": 1, "step": %d, "acc": 0.9}',
    '{"config": {"lr": 0.1}}',
    '{"fold": "a", "step": %d, "loss": 1.0}',
    '{"train_runtime": %d, "loss": 1.0}',
    "no JSON %d",
    "",
)
CONSOLE = (
    "step %d loss: 0.5",
    "Epoch %d/99",
    "Epoch %d loss: 0,25 acc: 97%%",
    "=== model b ===",
    "RuntimeError: CUDA out of memory %d",
    "1/3 [==>.....] - loss: 0.7\r2/3 [====>..] - loss: 0.6\r%d/3 [======] - loss: 0.5",
    "Namespace(lr=0.1, epochs=%d)",
    "ä line that says nothing",
    "",
)
MONITOR = (
    '{"monitor": 1, "settings": {"lr": 0.1}}',
    '{"step": %d, "train_loss": 0.5, "layers": {"fc": {"grad_norm": 1.5}}}',
    '{"event": "resumed", "step": %d}',
    '{"note": "a note"}',
    "{broken %d",
)


def said(path: Path, memory: Memory | None = None) -> list[object]:
    """All that is read of a log, in plain values."""
    return [
        run if isinstance(run, Refused) else (run.notes, run.events, dict(run.settings), list(map(_plain, run.series)))
        for run in read(path, memory=memory)
    ]


def _plain(series):
    return {k: v.tobytes() if hasattr(v, "tobytes") else v for k, v in asdict(series).items()}


@pytest.mark.parametrize(("name", "lines"), [("log.jsonl", JSONL), ("train.log", CONSOLE), ("run.jsonl", MONITOR)])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_read_on_is_what_is_read_whole(tmp_path_factory, name, lines, data):
    path = tmp_path_factory.mktemp("log") / name
    chosen = data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=70))
    text = "\n".join([lines[0], *chosen]).replace("%%", "%")
    for n in range(text.count("%d")):
        text = text.replace("%d", str(n), 1)
    content = text.encode()
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=4))
    memory: Memory = {}
    for end in [*sorted(cuts), len(content)]:
        path.write_bytes(content[:end])
        assert said(path, memory) == said(path)


def test_only_what_was_added_is_read(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(f'{{"step": {n}, "loss": {n + 1}.0}}\n' for n in range(100)))
    memory: Memory = {}
    said(path, memory)
    (before,) = memory.values()
    with path.open("a") as file:
        file.write('{"step": 100, "loss": 7.0}\n')
    said(path, memory)
    (after,) = memory.values()
    assert (before.line, after.line) == (101, 102)
    assert after.known is not before.known
    assert len(after.known.rows) == 101


def test_a_log_whose_beginning_changed_is_read_whole(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(f'{{"step": {n}, "loss": 1.0}}\n' for n in range(100)))
    memory: Memory = {}
    said(path, memory)
    path.write_text("".join(f'{{"step": {n}, "loss": 2.0}}\n' for n in range(200)))
    assert said(path, memory) == said(path)
