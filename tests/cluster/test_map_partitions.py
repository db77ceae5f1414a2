"""Functions of a user's over the partitions of frames that are on a cluster."""

import os

import numpy as np
import pandas as pd
import pytest

import cask.dataframe as dd
from cask.distributed import KilledWorker


@pytest.fixture
def frame():
    return pd.DataFrame({
        "x": np.arange(1000), "y": np.linspace(0, 1, 1000), "text": [None, "a", "ä", "long " * 20] * 250,
        "when": pd.date_range("2026-01-01", periods=1000, freq="h"),
    })  # fmt: skip


def test_partitions_go_through_functions_on_the_workers(client, frame):
    lazy = dd.from_pandas(frame, npartitions=7)
    found = lazy.map_partitions(lambda part, factor: part.assign(z=part.x * factor), 3).compute()
    pd.testing.assert_frame_equal(found, frame.assign(z=frame.x * 3))
    pids = lazy.map_partitions(lambda part: pd.Series([os.getpid()]), meta=("pid", "int64")).compute()
    assert os.getpid() not in set(pids) and 1 <= len(set(pids)) <= 2


def test_what_follows_a_function_is_computed_as_ever(client, frame):
    lazy = dd.from_pandas(frame, npartitions=5)
    found = lazy.assign(kind=lazy.text.map(lambda text: len(text), na_action="ignore", meta=("kind", "float64"))).groupby("kind").y.sum().compute()
    expected = frame.assign(kind=frame.text.map(len, na_action="ignore")).groupby("kind").y.sum()
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_index_type=False)
    assert lazy.apply(lambda row: row.x + row.y, axis=1, meta=(None, "float64")).sum().compute() == pytest.approx((frame.x + frame.y).sum())


def test_persisted_frames_and_files_go_through_functions(client, sales):
    path, expected = sales
    lazy = dd.read_csv(path, parse_dates=["day"], blocksize="100kB").persist()
    found = lazy.map_partitions(lambda part: part[part.price > 12][["shop", "price"]]).compute()
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected[expected.price > 12][["shop", "price"]].reset_index(drop=True))


def test_the_users_exception_comes_back(client, frame):
    def fails(part):
        if part.x.max() == 999:
            raise LookupError("the last part")
        return part

    lazy = dd.from_pandas(frame, npartitions=4).map_partitions(fails, meta=frame.iloc[:0])
    with pytest.raises(LookupError, match="the last part") as caught:
        lazy.compute()
    assert "in fails" in str(caught.value.__cause__)


def test_a_function_that_ends_its_process_leaves_the_workers_alone(client, frame):
    lazy = dd.from_pandas(frame, npartitions=4)
    with pytest.raises(KilledWorker):
        lazy.map_partitions(lambda part: os._exit(3), meta=frame.iloc[:0]).compute()
    assert len(client.nthreads()) == 2
    assert lazy.x.sum().compute() == frame.x.sum()


def test_dask_means_cask_in_the_modules_of_functions_too(cluster, tmp_path):
    (tmp_path / "mine.py").write_text("import dask\n\n\ndef what(*args):\n    return dask.__spec__.origin\n\n\ndef rows(part):\n    return part.assign(what=what())\n")
    cluster.environment["PYTHONPATH"] = str(tmp_path)
    cluster.add_worker()
    done = cluster.run("""
import sys, mine, pandas as pd, dask.dataframe as dd
from dask.distributed import Client

client = Client(sys.argv[1])
print(client.submit(mine.what).result())
print(set(dd.from_pandas(pd.DataFrame({"x": range(4)}), npartitions=2).map_partitions(mine.rows).compute()["what"]))
""", cluster.address)  # fmt: skip
    assert done.stdout == "alias of cask\n{'alias of cask'}\n", done.stderr
