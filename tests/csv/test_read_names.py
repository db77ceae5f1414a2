"""Columns of equal or no names, encodings by any of their names, dates beside other types, and files that turn out to be empty."""

import gzip
import io

import numpy as np
import pandas as pd
import pytest

import cask.dataframe as dd


def assert_reads_as_pandas(path, **options):
    expected = pd.read_csv(path, low_memory=False, **options)
    for blocksize in (None, 20):
        actual = dd.read_csv(path, blocksize=blocksize, **options).compute()
        pd.testing.assert_frame_equal(actual.reset_index(drop=True), expected.reset_index(drop=True))
        assert actual.index.names == expected.index.names


@pytest.fixture
def write(tmp_path):
    def write(data, name="a.csv"):
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize(
    "options",
    [
        {"dtype": {"a": "float64"}},
        {"dtype": {"a": "float64", "a.1": "str"}},
        {"dtype": {"a.1": "float64"}},
        {"dtype": {2: "str", "a": "float64"}},
        {"dtype": {"a": "float64"}, "usecols": ["a.1"]},
        {"na_values": {"a": ["3"]}},
    ],
    ids=str,
)
def test_a_repeated_name_has_the_type_that_the_name_is_given(write, options):
    assert_reads_as_pandas(write(b"a,b,a\n1,2,3\n4,5,6\n"), **options)


@pytest.mark.parametrize("options", [{"index_col": 0}, {"index_col": "Unnamed: 0"}, {"index_col": [0, 2]}, {"index_col": "b"}, {"dtype": {"Unnamed: 0": "float64"}}], ids=str)
def test_an_index_without_a_name_has_none(write, options):
    assert_reads_as_pandas(write(b",b,\n1,2,3\n4,5,6\n"), **options)


def test_an_index_that_is_called_unnamed_keeps_its_name(write):
    assert_reads_as_pandas(write(b"Unnamed: 0,b\n1,2\n4,5\n"), index_col=0)


@pytest.mark.parametrize(
    "encoding",
    ["utf8", "UTF-8", "utf_8_sig", "latin-1", "Latin_1", "L1", "ISO-8859-1", "iso8859_1", "iso8859-15", "ISO-8859-15", "cp1252", "windows-1252", "utf-16", "UTF16", "utf-16-le", "utf_16_be", "utf-32", "mac_roman"],
)
def test_encodings_have_every_name_that_python_knows(write, encoding):
    text = "n\u00e4me,b\n\u00fcber,1\nn\u00e9e,2\n"
    assert_reads_as_pandas(write(text.encode(encoding)), encoding=encoding)


def test_an_unknown_encoding_is_named(write):
    with pytest.raises(LookupError, match="unknown encoding: klingon"):
        dd.read_csv(write(b"a\n1\n"), encoding="klingon")


@pytest.mark.parametrize("dtype", ["str", "string", "float64", "category", "int64"])
@pytest.mark.parametrize("last", ["2020-01-03", "never", ""])
def test_dates_are_parsed_whatever_type_is_given(write, dtype, last):
    data = f"d,x\n2020-01-01,1\n2020-01-02,2\n{last},3\n".encode()
    assert_reads_as_pandas(write(data), dtype={"d": dtype}, parse_dates=["d"])


@pytest.mark.parametrize("mark", ["NaT", "nat", "NAT", "nan", "NaN", "NAN", "", "NA", "Nat"])
@pytest.mark.parametrize("keep", [True, False])
def test_marks_of_missing_dates(write, mark, keep):
    data = f"d,x\n{mark},0\n2020-01-01,1\n{mark},2\n".encode()
    assert_reads_as_pandas(write(data), parse_dates=["d"], keep_default_na=keep)
    assert_reads_as_pandas(write(data), parse_dates=["d"], keep_default_na=keep, date_format="%Y-%m-%d")


def test_assuming_missing_values_keeps_large_integers(write):
    frame = dd.read_csv(write(b"a,b\n18446744073709551615,1\n7,2\n"), assume_missing=True).compute()
    assert frame.dtypes.tolist() == [np.uint64, np.float64]
    assert frame.a.tolist() == [2**64 - 1, 7]


def test_integers_of_every_size_in_partitions_of_their_own(write):
    values = [-(2**63) - 1, 2**63, 10**25, 7]
    paths = [write(f"c\n{value}\n".encode(), f"{i}.csv") for i, value in enumerate(values)]
    whole = io.StringIO("c\n" + "".join(f"{value}\n" for value in values))
    actual = dd.read_csv(paths).compute().reset_index(drop=True)
    pd.testing.assert_frame_equal(actual, pd.read_csv(whole, low_memory=False))


def test_compressed_files_of_nothing_have_no_rows(write):
    empty, full = gzip.compress(b""), gzip.compress(b"a,b\n1,x\n")
    paths = [write(data, f"{i}.csv.gz") for i, data in enumerate([empty, full, empty, full])]
    actual = dd.read_csv(paths).compute().reset_index(drop=True)
    pd.testing.assert_frame_equal(actual, pd.DataFrame({"a": [1, 1], "b": ["x", "x"]}))
    with pytest.raises(pd.errors.EmptyDataError, match="No columns to parse from file"):
        dd.read_csv([paths[0], paths[2]])


@pytest.mark.parametrize("data", [gzip.compress(b"a,b\n1,2\n"), "n\u00e4me,b\n1,2\n".encode("latin-1"), b"a,\xff\n1,2\n"])
def test_names_that_are_no_utf8_are_an_error(write, data):
    with pytest.raises(UnicodeError):
        pd.read_csv(write(data))
    with pytest.raises(UnicodeError, match="column's name: is the file compressed, or in another encoding"):
        dd.read_csv(write(data))


DAYS = pd.to_datetime(["2020-03-01", "2020-01-03"])


@pytest.mark.parametrize(
    "lines, categories, options",
    [
        ("b\na\n\nz\nb", ["b", "a", "unused"], {}),
        ("b\n a\na \na", ["a"], {"skipinitialspace": True}),
        ("1\n2\n3\n1", ["3", "1"], {}),
        ("2\n02\n2.0\n2.5\nabc\n3\n1e0", [1, 2], {}),
        ("2.50\n2\n-0.0\n1e400", [2.5, 0.0, -1.0], {}),
        ("1\n255\n-1", np.array([255, 1], dtype="uint8"), {}),
        ("True\nfalse\nyes\n1", [True, False], {}),
        ("yes\nno\nTrue\n1", [True, False], {"true_values": ["yes"], "false_values": ["no"]}),
        ("2020-01-03\n2020-03-01\nabc\n2020-03-02", DAYS, {}),
        ("01/03/2020\n03/01/2020\n01/03/2020", DAYS, {}),
        ("NA\n9\n7\n8", [7, 8], {"na_values": ["8"]}),
        ("b\na", None, {}),
    ],
    ids=str,
)
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.filterwarnings("ignore:Constructing a Categorical")
def test_categories_that_are_given(write, lines, categories, ordered, options):
    dtype = pd.CategoricalDtype(categories, ordered)
    path = write(f"c,d\n{lines}\n".replace("\n", ",0\n").replace("c,d,0", "c,d").encode())
    assert_reads_as_pandas(path, dtype={"c": dtype}, **options)
    lazy = dd.read_csv(path, dtype={"c": dtype}, **options)
    assert lazy.dtypes["c"] == pd.read_csv(path, dtype={"c": dtype}, nrows=0).dtypes["c"] or categories is None
    assert lazy.c.cat.known == (categories is not None)


def test_categories_that_are_given_in_latin1(write):
    dtype = pd.CategoricalDtype(["\u00fc", "\u00e4"], True)
    assert_reads_as_pandas(write("c\n\u00e4\n\u00fc\n\u00f6\n".encode("latin-1")), dtype=dtype, encoding="latin-1")


def test_frames_of_one_file_with_other_categories_are_not_the_same(write):
    path = write(b"c\na\nb\n")
    one, other = (dd.read_csv(path, dtype={"c": pd.CategoricalDtype(given)}).c.persist() for given in (["a"], ["b"]))
    assert one.compute().tolist() == ["a", np.nan] and other.compute().tolist() == [np.nan, "b"]


def test_categories_of_a_kind_that_cannot_be_held_are_named(write):
    with pytest.raises(NotImplementedError, match="categories of type timedelta64"):
        dd.read_csv(write(b"c\n1 days\n"), dtype={"c": pd.CategoricalDtype(pd.to_timedelta(["1 days"]))})


def test_categories_are_those_of_all_partitions(write):
    assert_reads_as_pandas(write(b"c,x\n" + b"".join(b"%s,%d\n" % (word, i) for i, word in enumerate([b"z", b"a", b"", b"m", b"a", b"k"] * 9))), dtype={"c": pd.CategoricalDtype()})


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"seperator": ";"}, TypeError, "unexpected keyword argument 'seperator'; the nearest is 'sep'"),
        ({"nrows": 5}, ValueError, "head"),
        ({"chunksize": 5}, NotImplementedError, "'chunksize'; use blocksize"),
        ({"converters": {}}, NotImplementedError, "'converters'"),
        ({"dtype_backend": "pyarrow"}, NotImplementedError, "'dtype_backend'; give dtypes such as 'Int64'"),
        ({"encoding_errors": "ignore"}, NotImplementedError, "no encoding_errors but 'strict'"),
        ({"quoting": 9}, TypeError, 'bad "quoting" value'),
        ({"on_bad_lines": "what"}, ValueError, "Argument what is invalid for on_bad_lines"),
        ({"skiprows": -1}, ValueError, "skiprows must be"),
        ({"header": [0, 1]}, NotImplementedError, "header is"),
        ({"usecols": len}, NotImplementedError, "usecols is a list"),
    ],
    ids=str,
)
def test_options_that_are_not_known_are_refused_by_name(write, options, error, message):
    with pytest.raises(error, match=message):
        dd.read_csv(write(b"a\n1\n"), **options)


@pytest.mark.parametrize("blocksize", [3, 7, 1000])
@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,x\x00y\n2,\x00\n",
        b"a,b\n" + b'"p\n\nq",1\n' * 50,
        b"a\n" + b"x" * 1_500_000 + b"\ny\n",
        b"a\r1\r2\r",
        b"a\r\n1\r\n2\r\n",
        b"a,b\n1\n2,3\n",
        b"a,b\n1,2,3,x\n1,2,3,5\n1,2,3,y\n",
        b"a,b\n",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_odd_bytes_in_small_blocks(write, data, blocksize):
    path = write(data)
    expected = pd.read_csv(path, low_memory=False)
    actual = dd.read_csv(path, blocksize=max(blocksize, len(data) // 100)).compute()
    if isinstance(expected.index, pd.RangeIndex):
        actual = actual.reset_index(drop=True)
    pd.testing.assert_frame_equal(actual, expected, check_index_type=len(expected) > 0)
