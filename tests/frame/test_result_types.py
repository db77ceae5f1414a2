"""The dtypes that results have, which pandas decides by the values in places."""

import numpy as np
import pandas as pd
import pytest
from every_type import every_type
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd


@pytest.fixture(params=[1, 4, 23], ids=lambda n: f"{n}-partitions")
def npartitions(request):
    return request.param


KINDS = ["sum", "prod", "mean", "min", "max", "first", "last", "count", "nunique", "any", "all", "std", "var", "median"]


@pytest.mark.parametrize("scale", [1, 30, 1000])
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "float32", "float64", "bool", "Int8", "UInt16", "Float32", "boolean"])
def test_groups_of_every_numeric_type(npartitions, dtype, scale):
    values = pd.Series([0, 1, 1, 2, 3, 1, 0, 2] * 4) * scale
    if dtype.lower().startswith(("int8", "uint8")):
        values = values.clip(upper=120)
    frame = pd.DataFrame({"k": [0, 1, 2, 1, 0, 2, 1, 2] * 4, "v": values.astype("bool" if dtype == "boolean" else "int64").astype(dtype)})
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    for kind in KINDS:
        assert_series_equal(getattr(lazy.groupby("k").v, kind)().compute(), getattr(frame.groupby("k").v, kind)(), rtol=1e-6)


def test_sums_keep_a_narrow_type_only_where_all_of_them_fit():
    frame = pd.DataFrame({"k": [0, 0, 1], "v": np.array([100, 100, 1], dtype="int8"), "w": np.array([100, 10, 1], dtype="int8")})
    sums, expected = (data.groupby("k").agg({"v": "sum", "w": "sum"}) for data in (dd.from_pandas(frame, npartitions=2), frame))
    assert list(expected.dtypes) == ["int64", "int8"]
    assert_frame_equal(sums.compute(), expected)
    assert_frame_equal(sums.sort_values("w").compute(), expected.sort_values("w"))
    assert_frame_equal(sums[sums.w > 5].compute(), expected[expected.w > 5])
    assert_frame_equal(sums.reset_index().compute(), expected.reset_index())
    assert_series_equal((sums.v + sums.w).compute(), expected.v + expected.w)


@pytest.mark.parametrize("kind", ["count", "any", "all", "first", "max", "nunique"])
def test_groups_of_text_of_the_string_type(npartitions, kind):
    frame = every_type()
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    assert_series_equal(getattr(lazy.groupby("b").S, kind)().compute(), getattr(frame.groupby("b").S, kind)())


@pytest.mark.parametrize("options", [{}, {"normalize": True}, {"dropna": False}], ids=str)
def test_counts_of_text_of_the_string_type_are_arrow_numbers(npartitions, options):
    values = every_type().S
    got = dd.from_pandas(values, npartitions=npartitions).value_counts(**options).compute()
    assert_series_equal(got, values.value_counts(**options))
    assert str(got.dtype).endswith("[pyarrow]")


def test_comparisons_of_text_of_the_string_type_are_arrow_truths(npartitions):
    frame = every_type()
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    assert_series_equal((lazy.S == "x").compute(), frame.S == "x")
    assert_series_equal((lazy.S < "y").compute(), frame.S < "y")
    assert_frame_equal(lazy[lazy.S == "x"].compute(), frame[frame.S == "x"])


@pytest.mark.parametrize("column", ["i", "i8", "u32", "x", "f", "b", "I", "F"])
@pytest.mark.parametrize("power", [0, 1, 2, 3, 2.0])
def test_powers(npartitions, column, power):
    frame = every_type()
    assert_series_equal((dd.from_pandas(frame, npartitions=npartitions)[column] ** power).compute(), frame[column] ** power)


def test_squares_of_nullable_truths(npartitions):
    values = every_type().B
    assert_series_equal((dd.from_pandas(values, npartitions=npartitions) ** 2).compute(), values**2)


@pytest.mark.parametrize("kind", ["sum", "prod", "min", "max", "mean", "std", "median", "any"])
@pytest.mark.parametrize("columns", [["i", "I"], ["i8", "u32"], ["i", "x"], ["I", "F"], ["i8", "f"], ["u32", "f"], ["I", "x"]], ids=str)
def test_columns_reduced_together_have_their_common_type(npartitions, columns, kind):
    frame = every_type()[columns]
    if {"i", "I"} & set(columns) and kind == "any" and len({*columns} & {"I", "F"}) == 1:
        return  # pandas makes Python objects of bool and boolean together
    assert_series_equal(getattr(dd.from_pandas(frame, npartitions=npartitions), kind)().compute(), getattr(frame, kind)(), rtol=1e-6)


@pytest.mark.parametrize("kind", ["min", "max", "sum"])
@pytest.mark.parametrize("columns", [["i", "s"], ["i", "b"], ["s", "d", "x"], ["B", "I"]], ids=str)
def test_columns_without_a_common_type_give_objects(npartitions, columns, kind):
    if kind == "sum" and columns == ["i", "b"]:
        columns = ["i", "s", "b"]
    frame = every_type().ffill().bfill()[columns]
    assert_series_equal(getattr(dd.from_pandas(frame, npartitions=npartitions), kind)().compute(), getattr(frame, kind)())


def test_reductions_of_columns_without_values_are_missing():
    frame = pd.DataFrame({"i": [1, 2], "x": [1.0, 2.0]})
    lazy = dd.from_pandas(frame, npartitions=2)
    assert_series_equal(lazy[lazy.i > 9].min().compute(), frame[frame.i > 9].min())


def test_quantiles_of_float32_are_float64(npartitions):
    frame = every_type()
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    assert_series_equal(lazy.f.quantile([0.1, 0.5]).compute(), frame.f.quantile([0.1, 0.5]))
    assert lazy.f.quantile(0.3).compute() == frame.f.quantile(0.3)
