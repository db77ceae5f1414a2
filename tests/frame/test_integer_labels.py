"""Columns whose labels are integers: of files without a header, and of pandas frames."""

import numpy as np
import pandas as pd
import pytest

import cask.dataframe as dd

ROWS = b"1,x,2.5,2020-01-01\n2,y,3.5,2020-01-02\n3,x,,2020-01-03\n1,y,0.5,2020-01-04\n"


@pytest.fixture
def path(tmp_path):
    (tmp_path / "rows.csv").write_bytes(ROWS)
    return str(tmp_path / "rows.csv")


@pytest.fixture(params=["csv", "pandas"])
def both(request, path):
    """(lazy, pandas) of the same rows."""
    expected = pd.read_csv(path, header=None)
    if request.param == "csv":
        return dd.read_csv(path, header=None, blocksize=25), expected
    return dd.from_pandas(expected, npartitions=2), expected


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"usecols": [2, 0]},
        {"dtype": {0: "float64", 1: "category"}},
        {"parse_dates": [3]},
        {"parse_dates": [3], "date_format": {3: "%Y-%d-%m"}},
        {"na_values": {0: ["2"], 1: ["x"]}},
        {"index_col": 1},
        {"index_col": [0], "usecols": [1, 2]},
        {"names": [7, "b", 9, 1], "dtype": {7: "float64"}, "na_values": {3: ["2020-01-02"]}},
        {"skiprows": 1},
    ],
    ids=str,
)
def test_files_without_a_header_have_integer_labels(path, options):
    expected = pd.read_csv(path, header=None, **options)
    actual = dd.read_csv(path, header=None, **options).compute()
    pd.testing.assert_frame_equal(actual, expected)
    assert [type(label) for label in actual.columns.tolist()] == [type(label) for label in expected.columns.tolist()]


def test_keys_of_options_may_be_positions_in_a_file_with_a_header(tmp_path):
    path = tmp_path / "named.csv"
    path.write_bytes(b"a,b,c\n1,2,x\n3,4,y\n")
    for options in ({"dtype": {1: "float64"}}, {"dtype": {1: "float64"}, "usecols": ["b", "c"]}, {"na_values": {2: ["x"], "b": ["4"]}}):
        expected = pd.read_csv(path, **options)
        pd.testing.assert_frame_equal(dd.read_csv(path, **options).compute(), expected)


@pytest.mark.parametrize(
    "operation",
    [
        lambda df: df[1],
        lambda df: df[[2, 0]],
        lambda df: df[df[0] > 1],
        lambda df: df.rename(columns={0: "a", 1: 7}),
        lambda df: df.rename(columns=str),
        lambda df: df.drop(columns=[0]),
        lambda df: df.drop(columns=3),
        lambda df: df.groupby(1)[2].sum(),
        lambda df: df.groupby(1).agg({0: "sum", 2: "mean"}),
        lambda df: df.groupby([1, 0]).size(),
        lambda df: df[[0, 2]].sum(),
        lambda df: df[[0, 2]].describe(),
        lambda df: df.sort_values(2),
        lambda df: df.sort_values([0, 2]),
        lambda df: df.nlargest(2, 0),
        lambda df: df.drop_duplicates(subset=0),
        lambda df: df.drop_duplicates(subset=[0, 1]),
        lambda df: df.astype({0: "float64"}),
        lambda df: df.fillna({2: 9.0}),
        lambda df: df.dropna(subset=[2]),
        lambda df: df.dropna(subset=2),
        lambda df: df[1].value_counts(),
        lambda df: df[2].reset_index(drop=True),
    ],
)
def test_operations_find_columns_by_integer(both, operation):
    lazy, frame = both
    actual, expected = operation(lazy).compute(), operation(frame)
    if not isinstance(actual, (pd.Series, pd.DataFrame)):
        assert actual == expected
        return
    # A file's rows are counted from 0 in each partition.
    actual, expected = actual.reset_index(drop=True), expected.reset_index(drop=True)
    check = pd.testing.assert_series_equal if isinstance(expected, pd.Series) else pd.testing.assert_frame_equal
    check(actual, expected)


def test_columns_are_set_and_deleted_by_integer(both):
    lazy, frame = both
    lazy[9] = lazy[0] + 1
    del lazy[1]
    frame[9] = frame[0] + 1
    del frame[1]
    pd.testing.assert_frame_equal(lazy.compute().reset_index(drop=True), frame)
    assert list(lazy.columns) == [0, 2, 3, 9] and lazy.columns.dtype == np.int64
    assert list(lazy.dtypes.index) == [0, 2, 3, 9]
    assert 9 in lazy and "9" not in lazy and list(lazy) == [0, 2, 3, 9]


def test_texts_are_not_the_integers_that_they_spell(both):
    lazy, _ = both
    for wrong in (lambda: lazy["0"], lambda: lazy[["0"]], lambda: lazy[4], lambda: lazy.drop(columns=["0"])):
        with pytest.raises(KeyError):
            wrong()
    with pytest.raises(KeyError, match="4"):
        lazy[4]


def test_errors_of_reading_name_integer_columns(path):
    with pytest.raises(ValueError, match=r"\[4\] are out-of-bounds"):
        dd.read_csv(path, header=None, usecols=[4])
    with pytest.raises(ValueError, match=r"expected but not found: \['0'\]"):
        dd.read_csv(path, header=None, usecols=["0"])
    with pytest.raises(ValueError, match="Missing column provided to 'parse_dates': '8'"):
        dd.read_csv(path, header=None, parse_dates=[8])
    with pytest.raises(ValueError, match="cannot convert column '1' to int64: 'x'"):
        dd.read_csv(path, header=None, dtype={1: "int64"}).compute()


def test_text_shows_plain_integers(both, tmp_path, capsys):
    lazy, frame = both
    for text in (repr(lazy), repr(lazy[0]), repr(lazy.sort_values(0))):
        assert "\x01" not in text
    lazy.nlargest(1, 0)[[0, 2]].explain()
    assert "\x01" not in capsys.readouterr().out
    lazy.to_csv(str(tmp_path / "out.csv"), index=False, single_file=True)
    assert (tmp_path / "out.csv").read_text() == frame.to_csv(index=False)
