"""Dates in every layout, and in several at once, against pandas."""

import io
import warnings

import pandas as pd
import pytest

import cask.dataframe as dd

# Values of a layout that pandas holds the whole column to, and of none.
LAYOUTS = [
    "2020-01-03", "2020-13-01", "2020-01-13", "20200103", "20200113", "2020-02", "2020", "13/01/2020", "01/02/2020", "01-02-2020", "2020.01.02", "2020/1/2", "31.12.1999",
    "2020-01-01T10:00:00Z", "01/02/2020 10:00:00 AM", "2020-01-01 10", "2020-01-01 10:00:00.123456789", "2020-01-01 10:00:00+02:00", "2020-01-01 10:00:00 -0500",
    "20200101T101010", "20200203 10:11", "20200101103000", "2020-01-01 10:00:00.5", "2020-01-01T10:00", "12/31/1999 23:59", "1 Jan 2020", "Jan 2 2020", "January 5, 2020",
    "1 January 2020 10:30", " 2020-01-02", "2020-01-02 ", "2020-1-1 1:2:3", "9999-12-31",
]  # fmt: skip
LOOSE = [
    "1/2/20", "1/2/70", "1/2/80", "13/1/20", "2020-01-01 10:00 PM", "5/6/2020 1:02 PM", "05/2020", "Jan-2020", "Feb 2020", "2020 January", "10pm 2020-01-03", "2020-01-03 10am",
    "Jan 2020 3", "2020 3 Jan", "2020-Jan-03", "03-Jan-20", "Sept 3 2020", "3rd Jan 2020", "10:30 Jan 3 2020", "Jan 3, 2020, 10:00", "2020-01-03 10:00 GMT", "2020-01-03-10",
    "20200103T1030", "at 10:00 on 2020-01-03", "03 2020", "1/1/1", "1-1-1", "Fri Jan  3 10:00:00 2020", "Wed Jan 1 2020", "2020 Jan 01", "01Jan2020",
    "Thu, 02 Jan 2020 10:00:00 GMT", "10:30:15 2020-01-02", "2020-01-01 10:00:00,5",
]  # fmt: skip
NO_DATES = ["noon", "1.5", "5", "1577836800", "202001", "2020-W05", "Q1 2020", "2020001", "99999-01-01", "2020-02-30", "00/00/0000", "Monday", "32 Jan 2020", "2020-01-03 25:00",
            "2020-01-03 10:60", "2020_01_03", "2020-003", "2020-01-01 10:00:00 EST", "2020-01-01 24:00:00"]  # fmt: skip
OPTIONS = [{}, {"dayfirst": True}, {"date_format": "mixed"}, {"date_format": "mixed", "dayfirst": True}, {"date_format": "ISO8601"}, {"date_format": {"d": "mixed"}}]


def assert_reads_as_pandas(tmp_path, values, **options):
    text = "d,x\n" + "".join(f'"{value}",{i}\n' for i, value in enumerate(values))
    (tmp_path / "dates.csv").write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns of reading value by value
        expected = pd.read_csv(io.StringIO(text), parse_dates=["d"], **options)
    for blocksize in (None, 12):
        actual = dd.read_csv(tmp_path / "dates.csv", parse_dates=["d"], blocksize=blocksize, **options).compute()
        pd.testing.assert_frame_equal(actual.reset_index(drop=True), expected, obj=f"{values} with {options}")


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("value", LAYOUTS + LOOSE + NO_DATES)
def test_one_layout(tmp_path, value, options):
    assert_reads_as_pandas(tmp_path, [value], **options)
    assert_reads_as_pandas(tmp_path, ["", value, "", value], **options)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("first", LAYOUTS)
def test_other_layouts_after_the_first(tmp_path, first, options):
    for second in ("2020-02-03", "03/04/2021", "Feb 3 2021", "2020-02-03 11:00:00", "x", "2021"):
        assert_reads_as_pandas(tmp_path, [first, second], **options)


@pytest.mark.parametrize("dayfirst", [False, True])
def test_mixed_layouts(tmp_path, dayfirst):
    naive = [value for value in LAYOUTS + LOOSE if not any(mark in value for mark in ("Z", "+", "-0500", "GMT", ".123456789", "2020-13-01"))]
    assert_reads_as_pandas(tmp_path, naive, date_format="mixed", dayfirst=dayfirst)
    assert_reads_as_pandas(tmp_path, ["", *naive, "NaT"], date_format="mixed", dayfirst=dayfirst)
    assert_reads_as_pandas(tmp_path, [*naive, "no date"], date_format="mixed", dayfirst=dayfirst)


def test_formats_by_column(tmp_path):
    assert_reads_as_pandas(tmp_path, ["2020-13-01", "2020-14-02"], date_format={"d": "%Y-%d-%m"})
    assert_reads_as_pandas(tmp_path, ["2020-11-01", "2020-14-02"], date_format={"x": "%Y-%d-%m"})
    assert_reads_as_pandas(tmp_path, ["03/20", "04/21"], date_format="%m/%y")
