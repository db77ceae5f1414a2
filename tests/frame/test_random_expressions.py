"""Random frames and random chains of operations, against pandas.

A failure prints the frame's rows, partitions and steps; `--hypothesis-seed` with the printed number runs the same again.
"""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd

DTYPES = {
    "i": "int64",
    "j": "int8",
    "x": "float64",
    "f": "float32",
    "b": "bool",
    "s": "str",
    "t": "datetime64[us]",
    "c": pd.CategoricalDtype(["z", "y", "x"]),
    "n": "Int64",
    "m": "boolean",
}
NUMBERS = ["i", "j", "x", "f", "n"]


def values_of(name):
    if name in ("i", "j"):
        return st.integers(-3, 3)
    if name in ("x", "f"):
        return st.sampled_from([0.0, -1.5, 2.25, 7.0, None])
    return {
        "b": st.booleans(),
        "s": st.sampled_from(["", "a", "bb", "é", None]),
        "t": st.sampled_from([pd.Timestamp("2020-02-29 12:30:01"), pd.Timestamp("1999-12-31"), None]),
        "c": st.sampled_from(["x", "y", None]),
        "n": st.sampled_from([1, -2, 3, None]),
        "m": st.sampled_from([True, False, None]),
    }[name]


@st.composite
def frames(draw):
    rows = draw(st.integers(0, 30))
    return pd.DataFrame({name: pd.Series(draw(st.lists(values_of(name), min_size=rows, max_size=rows)), dtype=dtype) for name, dtype in DTYPES.items()})


columns = st.sampled_from(list(DTYPES))
numbers = st.sampled_from(NUMBERS)
constants = st.integers(-2, 3)


# Each step is (its text, a function of a frame): the same for pandas and for Cask.
def _compare(name, op, value):
    return f"d[d.{name} {op} {value}]", lambda d: d[getattr(d[name], op)(value)]


STEPS = st.one_of(
    st.tuples(numbers, st.sampled_from(["gt", "le", "eq", "ne"]), constants).filter(lambda p: p[0] != "n").map(lambda p: _compare(*p)),
    st.tuples(columns).map(lambda p: (f"d[d.{p[0]}.notna()]", lambda d: d[d[p[0]].notna()])),
    st.tuples(columns).map(lambda p: (f"d[d.{p[0]}.isna() | d.b]", lambda d: d[d[p[0]].isna() | d.b])),
    st.tuples(numbers, st.sampled_from(["add", "sub", "mul", "truediv"]), constants).map(
        lambda p: (f"{p[0]} = {p[0]} {p[1]} {p[2]}", lambda d: d.assign(**{p[0]: getattr(d[p[0]], p[1])(p[2])}))
    ),
    st.tuples(numbers, numbers).map(lambda p: (f"{p[0]} = {p[0]} + {p[1]}", lambda d: d.assign(**{p[0]: d[p[0]] + d[p[1]]}))),
    st.tuples(st.sampled_from(["x", "f", "n"]), constants).map(lambda p: (f"{p[0]} = {p[0]}.fillna({p[1]})", lambda d: d.assign(**{p[0]: d[p[0]].fillna(p[1])}))),
    st.just(("s = s.fillna('q')", lambda d: d.assign(s=d.s.fillna("q")))),
    st.just(("s = i.astype(str)", lambda d: d.assign(s=d.i.astype("str")))),
    st.just(("x = where(b)", lambda d: d.assign(x=d.x.where(d.b)))),
    st.lists(columns, min_size=1, max_size=2, unique=True).map(lambda p: (f"sort_values({p})", lambda d: d.sort_values(p, kind="stable"))),
    st.tuples(columns, st.booleans()).map(
        lambda p: (f"sort_values({p[0]}, ascending={p[1]}, na first)", lambda d: d.sort_values(p[0], ascending=p[1], na_position="first", kind="stable"))
    ),
    st.tuples(st.lists(columns, min_size=1, max_size=2, unique=True), st.sampled_from(["first", "last", False])).map(
        lambda p: (f"drop_duplicates({p})", lambda d: d.drop_duplicates(subset=p[0], keep=p[1]))
    ),
    st.lists(columns, min_size=1, max_size=3, unique=True).map(lambda p: (f"dropna({p})", lambda d: d.dropna(subset=p))),
)

KEYS = st.lists(st.sampled_from(["i", "b", "s", "t", "c", "n", "m"]), min_size=1, max_size=2, unique=True)
ENDS = st.one_of(
    st.just(("all rows", lambda d: d)),
    columns.map(lambda c: (c, lambda d: d[c])),
    columns.map(lambda c: (f"{c}.value_counts()", lambda d: d[c].value_counts())),
    columns.map(lambda c: (f"{c}.value_counts(sort=False, dropna=False)", lambda d: d[c].value_counts(sort=False, dropna=False))),
    st.sampled_from(["i", "x", "b", "s", "t", "n"]).map(lambda c: (f"{c}.astype(category)", lambda d: d[c].astype("category"))),
    columns.map(lambda c: (f"{c}.mode()", lambda d: d[c].mode())),
    columns.map(lambda c: (f"{c}.nunique()", lambda d: d[c].nunique())),
    st.tuples(numbers, st.sampled_from(["sum", "mean", "min", "max", "count", "std", "var", "median"])).map(
        lambda p: (f"{p[0]}.{p[1]}()", lambda d: getattr(d[p[0]], p[1])())
    ),
    numbers.map(lambda c: (f"{c}.describe()", lambda d: d[c].describe())),
    st.tuples(KEYS, st.sampled_from([*NUMBERS, "b"]), st.sampled_from(["sum", "mean", "min", "max", "count", "first", "nunique", "var"]), st.booleans(), st.booleans())
    .filter(lambda p: p[1] not in p[0])
    .map(lambda p: (f"groupby{p}", lambda d: getattr(d.groupby(p[0], sort=p[3], dropna=p[4])[p[1]], p[2])())),
    KEYS.map(lambda k: (f"groupby({k}).size()", lambda d: d.groupby(k).size())),
    KEYS.map(lambda k: (f"groupby({k}).agg", lambda d: d.groupby(k).agg(lo=("x", "min"), hi=("j", "max"), rows=("x", "count")))),
)


def outcome(function, frame):
    try:
        result = function(frame)
        return result.compute() if hasattr(result, "compute") else result, None
    except (TypeError, ValueError, KeyError, NotImplementedError, OverflowError) as error:
        return None, error


def assert_same(got, expected):
    if isinstance(expected, pd.DataFrame):
        assert_frame_equal(got, expected, rtol=1e-5)
    elif isinstance(expected, pd.Series):
        assert_series_equal(got, expected, rtol=1e-5)
    elif pd.isna(expected):
        assert pd.isna(got)
    else:
        assert np.isclose(got, expected, rtol=1e-5)


@settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frames(), st.integers(1, 9), st.lists(STEPS, max_size=3), ENDS)
def test_a_chain_of_operations_gives_what_pandas_gives(frame, npartitions, steps, end):
    note(f"{npartitions} partitions; " + "; ".join(text for text, _ in [*steps, end]))

    def run(data):
        for _, step in steps:
            data = step(data)
        return end[1](data)

    expected, error = outcome(run, frame)
    got, own_error = outcome(run, dd.from_pandas(frame, npartitions=npartitions))
    if error is None:
        assert own_error is None, own_error
        assert_same(got, expected)
    else:
        assert own_error is not None, f"pandas raises {error!r}"
