"""value_counts of columns in bins and of several columns, against pandas."""

import numpy as np
import pandas as pd
import pytest
from every_type import every_type
from pandas.testing import assert_series_equal

import cask
import cask.dataframe as dd


@pytest.fixture(params=[1, 4, 23], ids=lambda n: f"{n}-partitions")
def both(request):
    frame = every_type()
    return frame, dd.from_pandas(frame, npartitions=request.param)


OPTIONS = [{}, {"sort": False}, {"ascending": True}, {"normalize": True}, {"dropna": False}, {"normalize": True, "dropna": False, "sort": False}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("bins", [1, 3, 7, [0, 1, 2], [-5.0, 0.25, 9.5], [100, 200]], ids=str)
@pytest.mark.parametrize("column", ["i", "i8", "u32", "x", "f"])
def test_numbers_are_counted_in_bins(both, column, bins, options):
    frame, lazy = both
    assert_series_equal(lazy[column].value_counts(bins=bins, **options).compute(), frame[column].value_counts(bins=bins, **options))


def test_bins_of_a_filtered_column_beside_other_results(both):
    frame, lazy = both
    counts, total = cask.compute(lazy[lazy.b].x.value_counts(bins=4), lazy.x.sum())
    assert_series_equal(counts, frame[frame.b].x.value_counts(bins=4))
    assert total == pytest.approx(frame.x.sum())


@pytest.mark.parametrize("column", ["s", "t", "c"])
def test_only_numbers_have_bins(both, column):
    _, lazy = both
    with pytest.raises(TypeError, match="bins argument only works with numeric data"):
        lazy[column].value_counts(bins=3)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("subset", [["b", "s"], ["i", "x"], ["I", "b", "S"], ["t", "i8"]], ids=str)
def test_rows_of_several_columns_that_occur_equally_often_stay_in_order(both, subset, options):
    frame, lazy = both
    assert_series_equal(lazy.value_counts(subset, **options).compute(), frame.value_counts(subset, **options))


def test_options_that_only_divide_the_work_change_nothing(both):
    frame, lazy = both
    assert_series_equal(lazy.s.value_counts(split_every=4, split_out=2).compute(), frame.s.value_counts())
    assert np.isclose(lazy.s.value_counts(normalize=True).sum().compute(), 1)
    assert isinstance(lazy.i.value_counts().compute().index, pd.Index)
