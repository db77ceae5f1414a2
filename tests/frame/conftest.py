"""Frames to try everything on: every dtype, with and without missing values, in one and in many partitions."""

import os
import sys

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def make_frame(rows=101, seed=7):
    rng = np.random.default_rng(seed)
    words = np.array(["apple", "pear", "fig", "plum", ""], dtype=object)
    frame = pd.DataFrame(
        {
            "i": rng.integers(-5, 6, rows),
            "u": rng.integers(0, 200, rows).astype("uint8"),
            "x": rng.normal(size=rows),
            "m": np.where(rng.random(rows) < 0.3, np.nan, rng.normal(size=rows)),
            "b": rng.random(rows) < 0.5,
            "s": pd.Series(np.where(rng.random(rows) < 0.2, None, words[rng.integers(0, 5, rows)])).astype("str"),
            "t": pd.Timestamp("2015-01-31 22:15:03") + pd.to_timedelta(rng.integers(0, 3_000_000, rows), unit="s").as_unit("us"),
        }
    )
    frame.loc[rng.random(rows) < 0.1, "s"] = np.nan
    return frame


@pytest.fixture
def pandas_frame():
    return make_frame()


@pytest.fixture(params=[1, 3, 17], ids=lambda n: f"{n}-partitions")
def both(request, pandas_frame):
    """(the pandas frame, the lazy one in several partitions)"""
    import cask.dataframe as dd

    return pandas_frame, dd.from_pandas(pandas_frame, npartitions=request.param)
