"""An MLflow tracking server, kept as a folder in the layout of MLflow's own files: what changed there is fetched.

The folder of a run is `EXPERIMENT/RUN/START`, so that runs of one name in one experiment are one family.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from expert.files import save
from expert.fleet.places import Selection

_VERSION = re.compile(rb"\d+\.\d+\.\d+\S*")
_STATE = ".fetched"
"""Beside each run: a digest of what the server said of it, by which an unchanged one is known."""


class TrackingError(RuntimeError):
    """A server that cannot be read; the message says why and what to do."""


def is_tracking_server(url: str) -> bool:
    """Whether an MLflow tracking server answers there: it tells its version to anybody."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{url.rstrip('/')}/version", timeout=10) as answer:
            return _VERSION.fullmatch(answer.read(64).strip()) is not None
    except (OSError, ValueError):
        return False


def track(server: str, target: Path, selection: Selection) -> None:
    """Make a folder hold the runs of a tracking server, which is named by its URI, as they are now.

    A run is fetched if what the server says of it differs from the last time; one that was deleted there goes here.
    Raises TrackingError.
    """
    try:
        from mlflow import MlflowClient
    except ImportError as error:
        raise TrackingError(f"{server}: pip install 'training-expert[mlflow]' brings MLflow's client") from error
    try:
        client = MlflowClient(tracking_uri=server)
        there = {key: run for key, run in _runs(client) if selection.admits(key)}
        for key, run in there.items():
            _fetch(client, run, target / key)
    except Exception as error:  # each kind of store has errors of its own
        raise TrackingError(f"{server}: it cannot be read: {str(error) or type(error).__name__}") from error
    for state in target.glob(f"*/*/*/{_STATE}"):
        if state.parent.relative_to(target).as_posix() not in there:
            shutil.rmtree(state.parent)


def _runs(client: Any) -> Iterator[tuple[str, Any]]:
    """Every run that was not deleted, with its place below the server; the first started first."""
    known = set[str]()
    for experiment in _pages(client.search_experiments):
        name = _safe(experiment.name)
        for run in _pages(client.search_runs, [experiment.experiment_id], order_by=["attributes.start_time"]):
            began = datetime.fromtimestamp((run.info.start_time or 0) / 1000, UTC)
            key = f"{name}/{_safe(run.info.run_name or run.info.run_id)}/{began:%Y-%m-%d_%H-%M-%S}"
            key = key if key not in known else f"{key}-{run.info.run_id}"
            known.add(key)
            yield key, run


def _pages(ask: Any, *about: Any, **how: Any) -> Iterator[Any]:
    token = None
    while True:
        page = ask(*about, page_token=token, **how)
        yield from page
        token = page.token
        if not token:
            return


def _fetch(client: Any, run: Any, place: Path) -> None:
    """Write a run as MLflow's file store has it, if it is another than before; the digest last, once it is whole."""
    told = (dict(run.info), run.data.metrics, run.data.params, run.data.tags)
    said = sha256(repr([sorted(part.items()) for part in told]).encode()).hexdigest()
    state = place / _STATE
    if state.exists() and state.read_text() == said:
        return
    shutil.rmtree(place, ignore_errors=True)
    latest = (run.info.end_time or run.info.start_time or 0) / 1000
    for name in run.data.metrics:
        points = client.get_metric_history(run.info.run_id, name)
        latest = max([latest, *(point.timestamp / 1000 for point in points)])
        lines = "".join(f"{point.timestamp} {point.value} {point.step}\n" for point in points)
        save(place / "metrics" / _path(name), lines.encode())
    for name, value in (_tagged(run) | run.data.params).items():
        save(place / "params" / _path(name), str(value).encode())
    meta = {"run_id": run.info.run_id, "run_name": run.info.run_name or "", "lifecycle_stage": "active"}
    save(place / "meta.yaml", "".join(f"{name}: {value}\n" for name, value in meta.items()).encode())
    save(state, said.encode())
    for file in place.rglob("*"):
        os.utime(file, (latest, latest))


def _tagged(run: Any) -> dict[str, str]:
    """Whose run it is and of which commit, where the client that wrote it said so."""
    tags = run.data.tags
    said = {"owner": tags.get("mlflow.user") or run.info.user_id, "commit": tags.get("mlflow.source.git.commit")}
    return {name: value for name, value in said.items() if value}


def _path(name: str) -> Path:
    """Where a metric or parameter lies: its name, in which slashes part folders."""
    return Path(*map(_safe, name.split("/")))


def _safe(name: str) -> str:
    """A name as one part of a path."""
    return re.sub(r"[^\w .:@+=-]+", "-", name).strip(".-")[:100] or "unnamed"
