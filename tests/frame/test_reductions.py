"""Reductions, distinct values, value counts and quantiles against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd

NUMERIC = ["sum", "prod", "mean", "min", "max", "count", "std", "var", "sem", "median", "nunique", "any", "all"]


def make_frame(rows=300, seed=4):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "i": rng.integers(-9, 10, rows),
            "u": rng.integers(0, 250, rows).astype("uint8"),
            "x": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(1e6, 1, rows)),
            "f": rng.integers(0, 9, rows).astype("float32"),
            "b": rng.random(rows) < 0.5,
            "s": pd.Series(np.where(rng.random(rows) < 0.2, None, rng.choice(["a", "b", "ccc"], rows)), dtype="str"),
            "t": pd.Series(pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 10**7, rows), unit="s").as_unit("us")),
            "none": np.full(rows, np.nan),
        }
    )


@pytest.fixture(params=[1, 4, 11], ids=lambda n: f"{n}-partitions")
def both(request):
    frame = make_frame()
    return frame, dd.from_pandas(frame, npartitions=request.param)


def same(got, expected):
    if isinstance(expected, float) and np.isnan(expected) or expected is pd.NaT:
        assert pd.isna(got)
    elif isinstance(expected, (float, np.floating)):
        assert got == pytest.approx(expected, rel=1e-6 if isinstance(expected, np.float32) else 1e-12)
    else:
        assert got == expected


@pytest.mark.parametrize("kind", NUMERIC)
@pytest.mark.parametrize("column", ["i", "u", "x", "f", "b", "none"])
def test_numbers(both, column, kind):
    frame, lazy = both
    same(getattr(lazy[column], kind)().compute(), getattr(frame[column], kind)())


@pytest.mark.parametrize("kind", ["sum", "prod", "mean", "min", "max", "std", "any", "all"])
def test_missing_values_not_skipped(both, kind):
    frame, lazy = both
    same(getattr(lazy.x, kind)(skipna=False).compute(), getattr(frame.x, kind)(skipna=False))


@pytest.mark.parametrize("kind", ["min", "max", "count", "nunique", "sum"])
def test_text(both, kind):
    frame, lazy = both
    same(getattr(lazy.s, kind)().compute(), getattr(frame.s, kind)())


@pytest.mark.parametrize("kind", ["min", "max", "mean", "count", "nunique"])
def test_times(both, kind):
    frame, lazy = both
    same(getattr(lazy.t, kind)().compute(), getattr(frame.t, kind)())


@pytest.mark.parametrize("kind", ["sum", "mean", "min", "max", "count", "std", "var", "nunique"])
def test_frames(both, kind):
    frame, lazy = both
    columns = ["i", "u", "x", "f"]
    assert_series_equal(getattr(lazy[columns], kind)().compute(), getattr(frame[columns], kind)(), rtol=1e-6)


def test_what_types_do_not_support(both):
    _, lazy = both
    with pytest.raises(TypeError, match="Cannot perform reduction 'mean' with string dtype"):
        lazy.s.mean().compute()
    with pytest.raises(TypeError, match="'DatetimeArray' with dtype .* does not support operation 'sum'"):
        lazy.t.sum().compute()


@pytest.mark.parametrize("options", [{}, {"dropna": False}, {"normalize": True}, {"ascending": True}, {"sort": False}, {"dropna": False, "normalize": True}], ids=str)
@pytest.mark.parametrize("column", ["i", "u", "f", "b", "s", "x"])
def test_value_counts(both, column, options):
    frame, lazy = both
    assert_series_equal(lazy[column].value_counts(**options).compute(), frame[column].value_counts(**options))


@pytest.mark.parametrize("column", ["i", "f", "b", "s"])
def test_unique(both, column):
    frame, lazy = both
    got = lazy[column].unique().compute()
    expected = pd.Series(frame[column].unique(), name=column)
    assert_series_equal(pd.Series(got).reset_index(drop=True), expected, check_names=False)


def test_drop_duplicates(both):
    frame, lazy = both
    assert_frame_equal(lazy.drop_duplicates(subset=["s", "b"]).compute(), frame.drop_duplicates(subset=["s", "b"]))
    assert_frame_equal(lazy.drop_duplicates(subset=["i"], keep="last").compute(), frame.drop_duplicates(subset=["i"], keep="last"))


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("column", ["i", "x", "u"])
def test_quantiles(both, column, interpolation):
    frame, lazy = both
    q = [0.0, 0.1, 0.25, 0.5, 0.77, 1.0]
    assert_series_equal(lazy[column].quantile(q, interpolation=interpolation).compute(), frame[column].quantile(q, interpolation=interpolation))


def test_describe(both):
    frame, lazy = both
    assert_frame_equal(lazy[["i", "x", "u"]].describe().compute(), frame[["i", "x", "u"]].describe())
    assert_series_equal(lazy.x.describe().compute(), frame.x.describe())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.floats(-1e9, 1e9, width=64), st.just(float("nan")), st.integers(-5, 5).map(float)), min_size=1, max_size=80),
    st.integers(1, 6),
)
def test_any_floats(values, npartitions):
    series = pd.Series(values, name="x", dtype="float64")
    lazy = dd.from_pandas(series, npartitions=min(npartitions, len(series)))
    scale = np.nansum(np.abs(values)) + 1
    assert lazy.sum().compute() == pytest.approx(series.sum(), rel=1e-12, abs=1e-12 * scale)
    same(lazy.min().compute(), series.min())
    same(lazy.max().compute(), series.max())
    assert lazy.nunique().compute() == series.nunique()
    assert_series_equal(lazy.value_counts(dropna=False).compute(), series.value_counts(dropna=False))
    assert_series_equal(lazy.quantile([0.3, 0.5]).compute(), series.quantile([0.3, 0.5]), rtol=1e-12)
