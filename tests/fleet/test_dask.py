"""A night on a real Dask cluster of two worker processes."""

from __future__ import annotations

import pytest
from distributed import LocalCluster

from tests.fleet.fleets import healthy, overfitted, put, take


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as running:
        yield running


def test_a_cluster_finds_what_this_machine_finds(cluster, tmp_path):
    for n in range(4):
        put(tmp_path / "runs" / f"bad{n}" / "log.csv", overfitted())
        put(tmp_path / "runs" / f"good{n}" / "log.csv", healthy())
    told = take(tmp_path / "runs", executor=f"dask:{cluster.scheduler_address}")
    assert told.runs == 8
    assert {entry.run for entry in told.entries} == {f"bad{n}/log.csv" for n in range(4)}
