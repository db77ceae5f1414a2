"""sort_values, nlargest, nsmallest, head and tail against pandas."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd


def make_frame(rows=250, seed=6):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "i": rng.integers(-9, 10, rows),
            "x": np.where(rng.random(rows) < 0.2, np.nan, rng.integers(-5, 6, rows) / 2),
            "s": pd.Series(np.where(rng.random(rows) < 0.2, None, rng.choice(["b", "a", "the same first bytes 1", "the same first bytes 2", ""], rows)), dtype="str"),
            "b": rng.random(rows) < 0.5,
            "t": pd.Series(pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 50, rows), unit="s").as_unit("us")),
            "row": np.arange(rows),
        }
    )


@pytest.fixture(params=[1, 4, 11], ids=lambda n: f"{n}-partitions")
def both(request):
    frame = make_frame()
    return frame, dd.from_pandas(frame, npartitions=request.param)


@pytest.mark.parametrize("na_position", ["first", "last"])
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("column", ["i", "x", "s", "b", "t"])
def test_one_key_is_stable(both, column, ascending, na_position):
    frame, lazy = both
    expected = frame.sort_values(column, ascending=ascending, na_position=na_position, kind="stable")
    assert_frame_equal(lazy.sort_values(column, ascending=ascending, na_position=na_position).compute(), expected)


@pytest.mark.parametrize("keys", [["s", "x"], ["x", "i", "s"], ["b", "t"]], ids="-".join)
def test_several_keys(both, keys):
    frame, lazy = both
    assert_frame_equal(lazy.sort_values(keys).compute(), frame.sort_values(keys, kind="stable"))
    directions = [i % 2 == 1 for i in range(len(keys))]
    assert_frame_equal(lazy.sort_values(keys, ascending=directions).compute(), frame.sort_values(keys, ascending=directions, kind="stable"))


@pytest.mark.parametrize("n", [0, 1, 7, 1000])
@pytest.mark.parametrize("method", ["nlargest", "nsmallest"])
def test_largest_and_smallest(both, method, n):
    frame, lazy = both
    assert_frame_equal(getattr(lazy, method)(n, "i").compute(), getattr(frame, method)(n, "i"))
    assert_frame_equal(getattr(lazy, method)(n, ["b", "row"]).compute(), getattr(frame, method)(n, ["b", "row"]))
    assert_series_equal(getattr(lazy.x.dropna(), method)(n).compute(), getattr(frame.x.dropna(), method)(n))


def test_text_has_no_largest(both):
    _, lazy = both
    with pytest.raises(TypeError, match="has dtype str, cannot use method 'nlargest' with this dtype"):
        lazy.nlargest(3, "s").compute()


@pytest.mark.parametrize("n", [1, 5, 20])
def test_head_and_tail(both, n):
    frame, lazy = both
    assert_frame_equal(lazy.head(n, npartitions=-1), frame.head(n))
    assert_frame_equal(lazy.tail(n), frame.tail(min(n, 20)).tail(len(lazy.tail(n))))
