"""Columns and rows of frames, compared with pandas."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal

import cask.dataframe as dd


def test_a_frame_comes_back_as_it_was(both):
    expected, lazy = both
    assert_frame_equal(lazy.compute(), expected)
    assert list(lazy.columns) == list(expected.columns)
    assert_series_equal(lazy.dtypes, expected.dtypes)


def test_partitions_cut_the_rows_at_the_divisions(pandas_frame):
    lazy = dd.from_pandas(pandas_frame, npartitions=3)
    assert lazy.npartitions == 3
    assert lazy.known_divisions
    assert lazy.divisions[0] == 0 and lazy.divisions[-1] == len(pandas_frame) - 1


def test_columns_are_selected_by_label_attribute_and_list(both):
    expected, lazy = both
    assert_series_equal(lazy["x"].compute(), expected["x"])
    assert_series_equal(lazy.s.compute(), expected.s)
    assert_frame_equal(lazy[["s", "x"]].compute(), expected[["s", "x"]])


@pytest.mark.parametrize("key", ["nope", ["x", "nope"], ["nope"]])
def test_a_missing_column_is_the_key_error_of_pandas(both, key):
    expected, lazy = both
    with pytest.raises(KeyError) as wanted:
        expected[key]
    with pytest.raises(KeyError) as got:
        lazy[key]
    assert type(got.value) is type(wanted.value)
    assert "nope" in str(got.value)


def test_rows_are_filtered_by_masks_and_keep_their_index(both):
    expected, lazy = both
    assert_frame_equal(lazy[lazy.x > 0].compute(), expected[expected.x > 0])
    assert_series_equal(lazy.m[(lazy.x > 0) & ~lazy.b].compute(), expected.m[(expected.x > 0) & ~expected.b])
    twice = lazy[lazy.x > 0]
    wanted = expected[expected.x > 0]
    assert_frame_equal(twice[twice.i < 2].compute(), wanted[wanted.i < 2])


def test_a_filter_that_keeps_nothing_keeps_the_dtypes(both):
    expected, lazy = both
    assert_frame_equal(lazy[lazy.x > 100].compute(), expected[expected.x > 100])


def test_series_of_the_same_filtered_rows_combine(both):
    expected, lazy = both
    kept, wanted = lazy[lazy.b], expected[expected.b]
    assert_series_equal((kept.x + kept.i).compute(), wanted.x + wanted.i)


def test_series_of_other_rows_are_refused_with_both_named(both):
    _, lazy = both
    with pytest.raises(NotImplementedError, match="different rows"):
        lazy[lazy.b].x + lazy.x


def test_columns_are_assigned(both):
    expected, lazy = both
    assert_frame_equal(lazy.assign(y=lazy.x * 2, x=1, z="a").compute(), expected.assign(y=expected.x * 2, x=1, z="a"))
    assert_frame_equal(lazy.assign(y=lambda frame: frame.x + 1).compute(), expected.assign(y=expected.x + 1))
    changed = lazy.copy()
    changed["y"] = changed.x + changed.i
    assert_frame_equal(changed.compute(), expected.assign(y=expected.x + expected.i))


def test_columns_are_dropped_and_renamed(both):
    expected, lazy = both
    assert_frame_equal(lazy.drop(columns=["x", "s"]).compute(), expected.drop(columns=["x", "s"]))
    assert_frame_equal(lazy.drop("x", axis=1).compute(), expected.drop("x", axis=1))
    assert_frame_equal(lazy.rename(columns={"x": "X"}).compute(), expected.rename(columns={"x": "X"}))
    assert_frame_equal(lazy.rename(columns=str.upper).compute(), expected.rename(columns=str.upper))
    assert_series_equal(lazy.x.rename("y").compute(), expected.x.rename("y"))
    with pytest.raises(KeyError, match="nope"):
        lazy.drop(columns="nope")


def test_rows_with_missing_values_are_dropped(both):
    expected, lazy = both
    assert_frame_equal(lazy.dropna().compute(), expected.dropna())
    assert_frame_equal(lazy.dropna(subset=["m"]).compute(), expected.dropna(subset=["m"]))
    assert_frame_equal(lazy.dropna(how="all", subset=["m", "s"]).compute(), expected.dropna(how="all", subset=["m", "s"]))
    assert_series_equal(lazy.m.dropna().compute(), expected.m.dropna())


def test_head_and_tail_look_at_one_end(pandas_frame):
    lazy = dd.from_pandas(pandas_frame, npartitions=3)
    assert_frame_equal(lazy.head(), pandas_frame.head())
    assert_frame_equal(lazy.tail(3), pandas_frame.tail(3))
    assert_frame_equal(lazy.head(50, npartitions=-1), pandas_frame.head(50))
    assert_series_equal(lazy.x.head(2), pandas_frame.x.head(2))


def test_length_and_shape_count_the_rows(both):
    expected, lazy = both
    assert len(lazy) == len(expected)
    assert lazy.shape == expected.shape
    assert len(lazy[lazy.b]) == int(expected.b.sum())
    assert len(lazy.x) == len(expected)


def test_the_index_comes_along(pandas_frame):
    expected = pandas_frame.set_index("t").sort_index()
    lazy = dd.from_pandas(expected, npartitions=4)
    assert_frame_equal(lazy.compute(), expected)
    assert_index_equal(lazy.index.compute(), expected.index)
    assert_frame_equal(lazy[lazy.b].compute(), expected[expected.b])


def test_integer_labels_stay_integers():
    expected = pd.DataFrame({0: [1, 2], 1: [3.5, 4.5]})
    lazy = dd.from_pandas(expected, npartitions=2)
    assert_frame_equal(lazy.compute(), expected)
    assert_series_equal(lazy[1].compute(), expected[1])
    assert_series_equal(lazy.sum().compute(), expected.sum())


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean", "string", "category", "datetime64[ns]", "timedelta64[us]", "float32", "int8"])
def test_every_dtype_goes_in_and_out(dtype):
    values = {"string": ["a", None, "c"], "category": ["a", None, "c"], "boolean": [True, None, False]}.get(dtype)
    if values is None:
        values = [1, 2, 3] if dtype in ("float32", "int8") else [1, None, 3]
    expected = pd.DataFrame({"v": pd.Series(values, dtype=dtype)})
    assert_frame_equal(dd.from_pandas(expected, npartitions=2).compute(), expected)


def test_an_empty_frame_has_no_rows_and_its_dtypes():
    expected = pd.DataFrame({"x": np.array([], dtype="int64"), "s": pd.Series([], dtype="str")})
    lazy = dd.from_pandas(expected, npartitions=2)
    assert len(lazy) == 0
    assert_frame_equal(lazy.compute(), expected)


def test_a_name_that_does_not_exist_is_named_with_the_nearest(both):
    _, lazy = both
    with pytest.raises(AttributeError, match="value_count.*value_counts"):
        lazy.x.value_count()


def test_printing_shows_the_structure_and_computes_nothing(both):
    _, lazy = both
    text = repr(lazy)
    assert text.startswith("Dask DataFrame Structure:")
    assert f"npartitions={lazy.npartitions}" in text
    assert "float64" in text
    assert "Name: x, dtype: float64" in repr(lazy.x)


@pytest.mark.parametrize("rows, npartitions", [(1, 3), (2, 5), (3, 3), (0, 4)])
@pytest.mark.parametrize("sort", [True, False])
def test_there_may_be_more_partitions_asked_for_than_rows(rows, npartitions, sort):
    expected = pd.DataFrame({"x": np.arange(rows)})
    assert_frame_equal(dd.from_pandas(expected, npartitions=npartitions, sort=sort).compute(), expected)


def test_the_size_of_a_series_groups_has_its_name(both):
    expected, lazy = both
    assert_series_equal(lazy.groupby("i").x.size().compute(), expected.groupby("i").x.size())
    assert_series_equal(lazy.groupby("i").size().compute(), expected.groupby("i").size())


@pytest.mark.parametrize("keep", ["first", "last", False])
@pytest.mark.parametrize("subset", [None, "s", ["b"], ["s", "b"], ("i", "b")], ids=str)
@pytest.mark.parametrize("ignore_index", [False, True])
def test_duplicates(both, keep, subset, ignore_index):
    frame, lazy = both
    frame, lazy = frame[["i", "s", "b"]], lazy[["i", "s", "b"]]
    options = {"keep": keep, "subset": subset, "ignore_index": ignore_index}
    assert_frame_equal(lazy.drop_duplicates(**options).compute(), frame.drop_duplicates(**options))


@pytest.mark.parametrize("keep", ["first", "last", False])
def test_duplicates_of_a_series(both, keep):
    frame, lazy = both
    for column in ("i", "u", "s", "m", "t"):
        assert_series_equal(lazy[column].drop_duplicates(keep=keep).compute(), frame[column].drop_duplicates(keep=keep))


def test_what_is_kept_of_duplicates_has_three_answers(both):
    _, lazy = both
    with pytest.raises(ValueError, match='keep must be either "first", "last" or False'):
        lazy.drop_duplicates(keep="middle")


@pytest.mark.parametrize("drop", [True, False])
@pytest.mark.parametrize("column", ["i", "s", "t"])
def test_a_column_becomes_the_index_and_sorts_the_rows(both, column, drop):
    frame, lazy = both
    assert_frame_equal(lazy.set_index(column, drop=drop, sort=False).compute(), frame.set_index(column, drop=drop))
    in_order = frame.sort_values(column, kind="stable").set_index(column, drop=drop)
    assert_frame_equal(lazy.set_index(column, drop=drop).compute(), in_order)


def test_a_series_of_the_same_rows_becomes_the_index(both):
    frame, lazy = both
    assert_frame_equal(lazy.set_index(lazy.i * 2, sort=False).compute(), frame.set_index(frame.i * 2))
    assert_frame_equal(lazy.set_index(lazy.u, sort=False).compute(), frame.set_index(frame.u, drop=False))
    assert_frame_equal(lazy.set_index("i", sort=False, append=True).compute(), frame.set_index("i", append=True))
    assert_frame_equal(lazy.set_index("i", sort=False).reset_index().compute(), frame.set_index("i").reset_index())
    with pytest.raises(KeyError):
        lazy.set_index("nowhere")


@pytest.mark.parametrize("options", [{"thresh": 7}, {"thresh": 2, "subset": ["m", "s"]}, {"thresh": 1, "subset": "s"}, {"how": "all", "subset": ["m", "s"]}], ids=str)
def test_rows_with_enough_values_stay(both, options):
    frame, lazy = both
    assert_frame_equal(lazy.dropna(**options).compute(), frame.dropna(**options))


def test_membership_by_column(both):
    frame, lazy = both
    values = {"i": [1, 2], "s": ["fig"], "elsewhere": [1]}
    assert_frame_equal(lazy.isin(values).compute(), frame.isin(values))


def test_several_columns_are_set_from_a_frame(both):
    frame, lazy = both
    frame, lazy = frame.copy(), lazy.copy()
    frame[["p", "i"]] = frame[["x", "u"]]
    lazy[["p", "i"]] = lazy[["x", "u"]]
    assert_frame_equal(lazy.compute(), frame)
    with pytest.raises(ValueError, match="Columns must be same length as key"):
        lazy[["p", "q"]] = lazy[["x"]]


def test_sorted_rows_may_be_numbered_anew(both):
    frame, lazy = both
    assert_frame_equal(lazy.sort_values("x", ignore_index=True).compute(), frame.sort_values("x", ignore_index=True))
    assert_series_equal(lazy.x.sort_values(ignore_index=True).compute(), frame.x.sort_values(ignore_index=True))


def test_negative_numbers_of_rows_are_refused(both):
    _, lazy = both
    for few in (lazy.head, lazy.tail):
        with pytest.raises(NotImplementedError, match="takes no negative number of rows"):
            few(-1)


@pytest.mark.parametrize("method", ["add_prefix", "add_suffix"])
def test_labels_get_a_prefix_or_a_suffix(both, method):
    expected, lazy = both
    assert_frame_equal(getattr(lazy, method)("_y_").compute(), getattr(expected, method)("_y_"))


def test_a_prefix_of_labels_that_are_numbers():
    frame = pd.DataFrame({0: [1, 2], "a": [3, 4]})
    assert_frame_equal(dd.from_pandas(frame, npartitions=2).add_prefix("c").compute(), frame.add_prefix("c"))


def test_items_are_the_columns(both):
    expected, lazy = both
    assert [label for label, _ in lazy.items()] == list(expected.columns)
    for (label, column), (_, wanted) in zip(lazy.items(), expected.items()):
        assert_series_equal(column.compute(), wanted, obj=label)


def test_pipe_calls_a_function_with_the_collection(both):
    expected, lazy = both
    assert_series_equal(lazy.pipe(lambda frame, by: frame.x * by, by=3).compute(), expected.x * 3)
    assert_series_equal(lazy.x.pipe((lambda by, column: column + by, "column"), 2).compute(), expected.x + 2)
    with pytest.raises(ValueError, match="column is both the pipe target and a keyword argument"):
        lazy.x.pipe((lambda column: column, "column"), column=1)


def test_divide_is_div(both):
    expected, lazy = both
    assert_series_equal(lazy.x.divide(2, fill_value=1).compute(), expected.x.divide(2, fill_value=1))
