"""describe() against pandas."""

import numpy as np
import pandas as pd
import pytest
from every_type import every_type
from pandas.testing import assert_frame_equal, assert_series_equal

import cask
import cask.dataframe as dd



def exactly(described):
    """Times to the millisecond: pandas' mean of times goes through float64 and is some microseconds off, Cask's is exact."""
    return described.map(lambda cell: cell.round("ms") if isinstance(cell, pd.Timestamp) else cell) if (described.dtypes == object).any() else described


def one_like_the_other(got, expected):
    if isinstance(expected, pd.Series):
        got, expected = got.to_frame("v"), expected.to_frame("v")
    assert_frame_equal(exactly(got), exactly(expected))


COLUMNS = list(every_type(1).columns)


@pytest.fixture(params=[1, 4, 23], ids=lambda n: f"{n}-partitions")
def both(request):
    frame = every_type()
    return frame, dd.from_pandas(frame, npartitions=request.param)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_any_type(both, column):
    frame, lazy = both
    one_like_the_other(lazy[column].describe().compute(), frame[column].describe())


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_without_rows(column):
    frame = every_type().iloc[:0]
    assert_series_equal(dd.from_pandas(frame, npartitions=1)[column].describe().compute(), frame[column].describe())


@pytest.mark.parametrize("column", COLUMNS)
def test_a_frame_of_one_column(both, column):
    frame, lazy = both
    one_like_the_other(lazy[[column]].describe().compute(), frame[[column]].describe())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"include": "all"},
        {"include": [np.number]},
        {"include": ["category", "bool"]},
        {"include": ["str"]},
        {"exclude": [np.number]},
        {"include": ["datetime", "timedelta"]},
        {"include": "all", "percentiles": [0.1, 0.999]},
        {"percentiles": []},
        {"percentiles": [0.9, 1 / 3]},
    ],
    ids=str,
)
def test_columns_of_a_mixed_frame(both, options):
    frame, lazy = both
    one_like_the_other(lazy.describe(**options).compute(), frame.describe(**options))


def test_the_most_frequent_of_several_is_the_first_one():
    frame = pd.DataFrame({"s": ["b", "a", "a", "b", "c"]})
    assert frame.s.describe()["top"] == "b"
    assert_frame_equal(dd.from_pandas(frame, npartitions=3).describe().compute(), frame.describe())


def test_what_pandas_refuses(both):
    frame, lazy = both
    for options in ({"include": "all", "exclude": "bool"}, {"include": ["complex128"]}, {"percentiles": [1.5]}, {"percentiles": [0.5, 0.5]}):
        with pytest.raises(ValueError) as expected:
            frame.describe(**options)
        with pytest.raises(ValueError) as got:
            lazy.describe(**options)
        assert str(got.value) == str(expected.value)


def test_descriptions_compute_beside_other_results(both):
    frame, lazy = both
    described, total = cask.compute(lazy.describe(include="all"), lazy.i.sum())
    one_like_the_other(described, frame.describe(include="all"))
    assert total == frame.i.sum()


def test_a_description_of_numbers_is_a_lazy_frame(both):
    frame, lazy = both
    assert_series_equal(lazy[["i", "x"]].describe().x.compute(), frame[["i", "x"]].describe().x)
