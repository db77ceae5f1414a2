"""Group-by against pandas: every aggregate, many kinds of keys and values, one and many partitions."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd

AGGREGATES = ["sum", "prod", "mean", "min", "max", "count", "std", "var", "sem", "median", "nunique", "first", "last", "any", "all"]


def make_frame(rows=400, seed=3):
    rng = np.random.default_rng(seed)
    missing = rng.random(rows) < 0.15
    words = rng.choice(["a", "bb", "a word of more than sixteen bytes", ""], rows)
    return pd.DataFrame(
        {
            "i": rng.integers(-3, 4, rows),
            "x": np.where(rng.random(rows) < 0.2, np.nan, rng.integers(0, 5, rows) - 0.0),
            "s": pd.Series(np.where(missing, None, words), dtype="str"),
            "b": rng.random(rows) < 0.5,
            "big": rng.integers(-(2**62), 2**62, rows),
            "t": pd.Series(pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 5, rows), unit="D").as_unit("us")),
            "v": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(100, 20, rows)),
            "n": rng.integers(0, 100, rows).astype("int32"),
            "w": rng.normal(size=rows).astype("float32"),
        }
    )


@pytest.fixture(params=[1, 3, 10], ids=lambda n: f"{n}-partitions")
def both(request):
    frame = make_frame()
    return frame, dd.from_pandas(frame, npartitions=request.param)


@pytest.mark.parametrize("kind", AGGREGATES)
@pytest.mark.parametrize("key", ["i", "x", "s", "b", "t", "big"])
def test_one_key_and_one_column(both, key, kind):
    frame, lazy = both
    assert_series_equal(getattr(lazy.groupby(key).v, kind)().compute(), getattr(frame.groupby(key).v, kind)())


@pytest.mark.parametrize("kind", ["sum", "mean", "min", "max", "count", "std", "first", "last", "nunique"])
@pytest.mark.parametrize("column", ["i", "x", "b", "n", "w"])
def test_columns_of_every_type(both, column, kind):
    frame, lazy = both
    expected = getattr(frame.groupby("s")[column], kind)()
    assert_series_equal(getattr(lazy.groupby("s")[column], kind)().compute(), expected, rtol=1e-5 if column == "w" else 1e-12)


@pytest.mark.parametrize("kind", ["min", "max", "first", "last", "count", "nunique", "sum"])
def test_text(both, kind):
    frame, lazy = both
    assert_series_equal(getattr(lazy.groupby("i").s, kind)().compute(), getattr(frame.groupby("i").s, kind)())


@pytest.mark.parametrize("kind", ["min", "max", "mean", "median", "count", "nunique", "first"])
def test_times(both, kind):
    frame, lazy = both
    assert_series_equal(getattr(lazy.groupby("i").t, kind)().compute(), getattr(frame.groupby("i").t, kind)())


@pytest.mark.parametrize("dropna", [True, False])
@pytest.mark.parametrize("sort", [True, False])
@pytest.mark.parametrize("keys", [["x"], ["s", "i"], ["x", "s"], ["i", "b", "x"]], ids="-".join)
def test_keys_with_missing_values(both, keys, sort, dropna):
    frame, lazy = both
    got = lazy.groupby(keys, sort=sort, dropna=dropna)[["v", "n"]].sum().compute()
    expected = frame.groupby(keys, sort=sort, dropna=dropna)[["v", "n"]].sum()
    assert_frame_equal(got, expected)


def test_lists_and_dicts_of_aggregates(both):
    frame, lazy = both
    assert_frame_equal(lazy.groupby("i").agg({"v": ["mean", "sum", "count"], "n": ["max"]}).compute(), frame.groupby("i").agg({"v": ["mean", "sum", "count"], "n": ["max"]}))
    assert_frame_equal(lazy.groupby("i").agg({"v": "mean", "n": "sum"}).compute(), frame.groupby("i").agg({"v": "mean", "n": "sum"}))
    assert_frame_equal(lazy.groupby("i").v.agg(["mean", "var"]).compute(), frame.groupby("i").v.agg(["mean", "var"]))
    assert_frame_equal(lazy.groupby(["i", "b"]).agg(top=("v", "max"), low=("n", "min")).compute(), frame.groupby(["i", "b"]).agg(top=("v", "max"), low=("n", "min")))


def test_size_of_frames(both):
    frame, lazy = both
    assert_series_equal(lazy.groupby(["i", "b"]).size().compute(), frame.groupby(["i", "b"]).size())


@pytest.mark.parametrize("ddof", [0, 1, 2])
def test_degrees_of_freedom(both, ddof):
    frame, lazy = both
    assert_series_equal(lazy.groupby("i").v.var(ddof=ddof).compute(), frame.groupby("i").v.var(ddof=ddof))


def test_min_count(both):
    frame, lazy = both
    assert_series_equal(lazy.groupby("big").v.sum(min_count=2).compute(), frame.groupby("big").v.sum(min_count=2))


def test_sums_of_narrow_integers_do_not_wrap():
    frame = pd.DataFrame({"k": [1, 1, 2], "x": np.array([2**31 - 1, 5, 7], dtype="int32")})
    assert_series_equal(dd.from_pandas(frame, npartitions=2).groupby("k").x.sum().compute(), frame.groupby("k").x.sum())


def test_zero_and_negative_zero_are_one_key():
    frame = pd.DataFrame({"k": [0.0, -0.0, 1.0], "x": [1, 2, 3]})
    assert_series_equal(dd.from_pandas(frame, npartitions=3).groupby("k").x.sum().compute(), frame.groupby("k").x.sum())


def test_operations_that_types_do_not_support():
    lazy = dd.from_pandas(make_frame(), npartitions=2)
    with pytest.raises(TypeError, match="dtype 'str' does not support operation 'mean'"):
        lazy.groupby("i").s.mean().compute()
    with pytest.raises(TypeError, match="datetime64 type does not support operation 'sum'"):
        lazy.groupby("i").t.sum().compute()


def test_many_groups():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"k": rng.integers(0, 10**9, 200_000), "j": rng.integers(0, 50_000, 200_000) / 4, "x": rng.normal(size=200_000)})
    lazy = dd.from_pandas(frame, npartitions=7)
    assert_series_equal(lazy.groupby("k").x.sum().compute(), frame.groupby("k").x.sum())
    assert_series_equal(lazy.groupby("j").x.var().compute(), frame.groupby("j").x.var())
    assert_series_equal(lazy.groupby(["j", "k"]).x.max().compute(), frame.groupby(["j", "k"]).x.max())
