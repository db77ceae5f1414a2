"""Series.mode and DataFrame.mode against pandas."""

import numpy as np
import pandas as pd
import pytest
from every_type import every_type
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd

COLUMNS = list(every_type(1).columns)


@pytest.fixture(params=[1, 4, 23], ids=lambda n: f"{n}-partitions")
def both(request):
    frame = every_type()
    return frame, dd.from_pandas(frame, npartitions=request.param)


# pandas raises TypeError for missing values among nullable booleans; the next test has those.
@pytest.mark.parametrize(("column", "dropna"), [(column, dropna) for column in COLUMNS for dropna in (True, False) if (column, dropna) != ("B", False)])
def test_a_column_has_the_modes_of_pandas(both, column, dropna):
    frame, lazy = both
    assert_series_equal(lazy[column].mode(dropna=dropna).compute(), frame[column].mode(dropna=dropna))


def test_missing_can_be_the_mode_of_nullable_booleans(both):
    frame, lazy = both
    counts = frame["B"].value_counts(dropna=False)
    expected = pd.Series(counts.index[counts == counts.max()], dtype="boolean", name="B")
    assert_series_equal(lazy["B"].mode(dropna=False).compute(), expected)


@pytest.mark.parametrize("column", COLUMNS)
def test_values_that_occur_equally_often_are_all_modes_in_order(column):
    distinct = every_type()[[column]].dropna().drop_duplicates().sample(frac=1, random_state=3).reset_index(drop=True)
    twice = pd.concat([distinct, distinct], ignore_index=True)
    lazy = dd.from_pandas(twice, npartitions=3)
    assert_series_equal(lazy[column].mode().compute(), twice[column].mode())


@pytest.mark.parametrize("dropna", [True, False])
def test_missing_values_that_are_most_frequent(dropna):
    frame = pd.DataFrame({"x": [np.nan, np.nan, 2.0, 2.0], "s": pd.Series([None, None, "b", "b"], dtype="str"), "c": pd.Categorical(["q", None, None, "q"])})
    lazy = dd.from_pandas(frame, npartitions=2)
    for column in frame:
        assert_series_equal(lazy[column].mode(dropna=dropna).compute(), frame[column].mode(dropna=dropna))


def test_a_column_without_values_has_no_mode():
    frame = pd.DataFrame({"x": [np.nan, np.nan], "s": pd.Series([None, None], dtype="str")})
    lazy = dd.from_pandas(frame, npartitions=2)
    for column in frame:
        assert_series_equal(lazy[column].mode().compute(), frame[column].mode())
    empty = dd.from_pandas(frame.iloc[:0], npartitions=1)
    assert_frame_equal(empty.mode().compute(), frame.iloc[:0].mode())


@pytest.mark.parametrize("options", [{}, {"dropna": False}, {"numeric_only": True}], ids=str)
def test_the_columns_of_a_frame_are_continued_with_missing_values(both, options):
    frame, lazy = both
    frame = frame.drop(columns="B").assign(many=np.arange(len(frame)) // 2 % 7)
    lazy = lazy.drop(columns="B").assign(many=lazy.index // 2 % 7)
    assert_frame_equal(lazy.mode(**options).compute(), frame.mode(**options))


def test_columns_with_as_many_modes_keep_their_types():
    frame = pd.DataFrame({"i": [1, 1, 2, 2], "b": [True, True, False, False]})
    assert_frame_equal(dd.from_pandas(frame, npartitions=2).mode().compute(), frame.mode())
