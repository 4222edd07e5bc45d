"""Runs of an MLflow tracking server, by MLflow's own client on a store of its own (a server needs all of MLflow)."""

from __future__ import annotations

import http.server
import threading

import pytest

from expert.fleet.places import Selection
from expert.fleet.tracking import TrackingError, is_tracking_server, track
from tests.fleet.fleets import states, take


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow import MlflowClient

    found = MlflowClient(tracking_uri=(tmp_path / "store").as_uri())
    found.experiment = found.create_experiment("nlp/big model")
    return found


def run(client, name: str, slope: float, start: int) -> str:
    """A run of sixty epochs whose validation loss climbs with that slope from the fifteenth on."""
    id_ = client.create_run(client.experiment, start_time=start, run_name=name).info.run_id
    for epoch in range(60):
        client.log_metric(id_, "train/loss", 0.1 + 2 * 0.9**epoch, step=epoch, timestamp=start + epoch * 1000)
        val = 0.15 + 2 * 0.9**epoch + slope * max(0, epoch - 15)
        client.log_metric(id_, "val/loss", val, step=epoch, timestamp=start + epoch * 1000)
    client.log_param(id_, "lr", 0.001)
    client.set_terminated(id_, end_time=start + 60_000)
    return id_


def test_the_runs_of_a_server_are_judged_by_experiment_and_name(client, tmp_path):
    run(client, "nightly", 0.05, 1_790_000_000_000)
    deleted = run(client, "other", 0.05, 1_790_000_000_000)
    root = tmp_path / "mirror" / "server"
    track(client.tracking_uri, root, Selection())
    told = take(root)
    assert {entry.row.family for entry in told.entries} == {"nlp-big model/nightly/*", "nlp-big model/other/*"}
    run(client, "nightly", 0.0, 1_790_086_400_000)
    client.delete_run(deleted)
    track(client.tracking_uri, root, Selection())
    assert states(take(root, day=1)) == {"resolved": 2}


def test_only_what_changed_is_fetched(client, tmp_path):
    first = run(client, "a", 0.0, 1_790_000_000_000)
    track(client.tracking_uri, tmp_path / "mirror", Selection())
    files = {file: file.stat().st_ino for file in (tmp_path / "mirror").rglob("metrics/*/*")}
    run(client, "b", 0.0, 1_790_000_000_000)
    track(client.tracking_uri, tmp_path / "mirror", Selection())
    assert {file: file.stat().st_ino for file in files} == files
    client.log_metric(first, "train/loss", 0.5, step=60)
    track(client.tracking_uri, tmp_path / "mirror", Selection())
    assert [file.read_text().endswith(" 0.5 60\n") for file in files if file.name == "loss"].count(True) == 1


def test_a_store_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TrackingError, match="nosuch://host"):
        track("nosuch://host", tmp_path, Selection())


@pytest.mark.parametrize(("answer", "is_one"), [(b"3.17.2", True), (b"<!doctype html>", False)])
def test_a_server_is_known_by_the_version_that_it_tells(answer, is_one):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert is_tracking_server(f"http://127.0.0.1:{server.server_port}/") is is_one
    server.shutdown()


def test_nothing_that_does_not_answer_is_a_server():
    assert not is_tracking_server("http://127.0.0.1:9/")
    assert not is_tracking_server("s3://bucket")
