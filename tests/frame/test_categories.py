"""Categories: their order, their types, whether they are ordered, against pandas."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal

import cask.dataframe as dd

SIZES = ["small", "medium", "large", "never"]


def make_frame(ordered=False, rows=90, seed=5):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "c": pd.Categorical(np.where(rng.random(rows) < 0.2, None, rng.choice(SIZES[:3], rows)), SIZES, ordered=ordered),
            "n": pd.Categorical(rng.choice([30, 4, 100], rows), [100, 30, 4, 7], ordered=ordered),
            "x": rng.normal(size=rows),
            "k": rng.integers(0, 3, rows),
        }
    )


@pytest.fixture(params=[1, 4, 31], ids=lambda n: f"{n}-partitions")
def npartitions(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["unordered", "ordered"])
def both(request, npartitions):
    frame = make_frame(request.param)
    return frame, dd.from_pandas(frame, npartitions=npartitions)


def test_a_frame_comes_back_as_it_was(both):
    frame, lazy = both
    assert_frame_equal(lazy.compute(), frame)
    assert_frame_equal(lazy.persist().compute(), frame)
    assert_frame_equal(lazy[lazy.k == 1].compute(), frame[frame.k == 1])
    assert_frame_equal(lazy[lazy.k == 99].compute(), frame[frame.k == 99])


def test_types_are_known_before_the_data(both):
    frame, lazy = both
    assert lazy.c.dtype == frame.c.dtype
    assert list(lazy.dtypes) == list(frame.dtypes)
    assert_index_equal(lazy.n.cat.categories, frame.n.cat.categories)
    assert lazy.c.cat.ordered == frame.c.cat.ordered and lazy.c.cat.known
    assert_series_equal(lazy.c.cat.codes.compute(), frame.c.cat.codes)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("na_position", ["first", "last"])
@pytest.mark.parametrize("by", ["c", "n", ["k", "c"], ["n", "c"]], ids=str)
def test_rows_are_sorted_in_the_order_of_the_categories(both, by, ascending, na_position):
    frame, lazy = both
    options = {"ascending": ascending, "na_position": na_position}
    assert_frame_equal(lazy.sort_values(by, **options).compute(), frame.sort_values(by, kind="stable", **options))


@pytest.mark.parametrize("options", [{}, {"sort": False}, {"dropna": False}, {"normalize": True}, {"ascending": True}], ids=str)
@pytest.mark.parametrize("column", ["c", "n"])
def test_value_counts(both, column, options):
    frame, lazy = both
    assert_series_equal(lazy[column].value_counts(**options).compute(), frame[column].value_counts(**options))


@pytest.mark.parametrize("observed", [True, False])
@pytest.mark.parametrize("keys", ["c", "n", ["c", "k"], ["k", "n"]], ids=str)
def test_groups_have_the_order_of_the_categories(both, keys, observed):
    frame, lazy = both
    expected = frame.groupby(keys, observed=observed).x
    got = lazy.groupby(keys, observed=observed).x
    assert_series_equal(got.sum().compute(), expected.sum())
    assert_series_equal(got.count().compute(), expected.count())
    assert_series_equal(got.max().compute(), expected.max())


@pytest.mark.parametrize("method", ["min", "max", "first", "last"])
def test_a_value_of_each_group(both, method):
    frame, lazy = both
    for column in ("c", "n"):
        groups, lazy_groups = frame.groupby("k")[column], lazy.groupby("k")[column]
        try:
            expected = getattr(groups, method)()
        except TypeError as error:
            with pytest.raises(TypeError, match=str(error)):
                getattr(lazy_groups, method)().compute()
        else:
            assert_series_equal(getattr(lazy_groups, method)().compute(), expected)


ORDERED = {
    "int64": [3, -10, 2],
    "float64": [2.5, -1.0, 10.0],
    "str": ["mid", "low", "high"],
    "bool": [True, False],
    "datetime64": list(pd.to_datetime(["2020-03-01", "2019-01-01"])),
}


@pytest.mark.parametrize("kind", ORDERED)
def test_the_least_and_greatest_of_ordered_categories(npartitions, kind):
    rng = np.random.default_rng(7)
    values = ORDERED[kind]
    column = pd.Series([values[i] if i >= 0 else None for i in rng.integers(-1, len(values), 50)])
    frame = pd.DataFrame({"c": column.astype(pd.CategoricalDtype(values, ordered=True)), "k": 1})
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    assert lazy.c.min().compute() == frame.c.min()
    assert lazy.c.max().compute() == frame.c.max()
    assert pd.isna(lazy[lazy.k == 2].c.min().compute())


@pytest.mark.parametrize("kind", ["int64", "float64", "str", "datetime64"])
def test_the_least_and_greatest_of_categories_that_are_not_known(npartitions, kind):
    frame = pd.DataFrame({"c": ORDERED[kind] * 3})
    in_order = pd.CategoricalDtype(ordered=True)
    lazy = dd.from_pandas(frame, npartitions=npartitions).c.astype(in_order)
    assert not lazy.cat.known
    assert lazy.min().compute() == frame.c.astype(in_order).min()
    assert lazy.max().compute() == frame.c.astype(in_order).max()


def test_a_value_of_each_group_needs_known_categories(npartitions):
    lazy = dd.from_pandas(pd.DataFrame({"c": ["b", "a"], "k": [1, 2]}), npartitions=npartitions)
    with pytest.raises(NotImplementedError, match="first of groups with unknown categories; use .cat.as_known"):
        lazy.astype({"c": "category"}).groupby("k").c.first()


def test_modes_unique_values_and_counts_of_them(both):
    frame, lazy = both
    for column in ("c", "n"):
        assert_series_equal(lazy[column].mode().compute(), frame[column].mode())
        assert lazy[column].nunique().compute() == frame[column].nunique()
        assert list(lazy[column].unique().compute().dropna()) == list(frame[column].drop_duplicates().dropna())
        assert_series_equal(lazy[column].drop_duplicates().compute(), frame[column].drop_duplicates())


def test_comparisons_with_a_constant(both):
    frame, lazy = both
    for column, value in (("c", "medium"), ("n", 30), ("n", 30.0), ("c", "nowhere"), ("n", 5)):
        assert_series_equal((lazy[column] == value).compute(), frame[column] == value)
        assert_series_equal((lazy[column] != value).compute(), frame[column] != value)


@pytest.mark.parametrize("method", ["lt", "le", "gt", "ge"])
def test_ordered_categories_compare_by_their_order(npartitions, method):
    frame = make_frame(ordered=True)
    frame["d"] = frame.c.sample(frac=1, random_state=1).to_numpy()
    frame["d"] = frame.d.astype(frame.c.dtype)
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    assert_series_equal(getattr(lazy.c, method)("medium").compute(), getattr(frame.c, method)("medium"))
    assert_series_equal(getattr(lazy.n, method)(30).compute(), getattr(frame.n, method)(30))
    assert_series_equal(getattr(lazy.c, method)(lazy.d).compute(), getattr(frame.c, method)(frame.d))
    with pytest.raises(TypeError, match="with a scalar, which is not a category"):
        getattr(lazy.c, method)("nowhere")


def test_unordered_categories_have_no_order():
    lazy = dd.from_pandas(make_frame(), npartitions=2)
    with pytest.raises(TypeError, match="Unordered Categoricals can only compare equality or not"):
        lazy.c < "medium"


def test_membership_and_filling(both):
    frame, lazy = both
    assert_series_equal(lazy.c.isin(["large", "nowhere"]).compute(), frame.c.isin(["large", "nowhere"]))
    assert_series_equal(lazy.n.isin([4, 30, 5]).compute(), frame.n.isin([4, 30, 5]))
    assert_series_equal(lazy.c.fillna("never").compute(), frame.c.fillna("never"))
    assert_series_equal(lazy.n.where(lazy.k == 1, 7).compute(), frame.n.where(frame.k == 1, 7))
    assert_series_equal(lazy.n.where(lazy.k == 1).compute(), frame.n.where(frame.k == 1))
    with pytest.raises(TypeError, match=r"Cannot setitem on a Categorical with a new category \(nowhere\)"):
        lazy.c.fillna("nowhere")


VALUES = {
    "text": pd.Series(["b", "a", None, "c", "a"] * 5, dtype="str"),
    "integers": pd.Series([10, 9, -1, 100, 9] * 5),
    "small": pd.Series([10, 9, 1, 100, 9] * 5, dtype="uint8"),
    "decimals": pd.Series([10.5, 9, np.nan, 100, 1e-7] * 5),
    "truth": pd.Series([True, False, True] * 8),
    "times": pd.to_datetime(pd.Series(["2020-01-02 03:04", None, "1999-12-31 00:00", "2020-01-02 00:00"] * 6)),
    "nullable": pd.Series([10, 9, None, 100] * 6, dtype="Int64"),
    "boolean": pd.Series([True, None, False] * 8, dtype="boolean"),
    "string": pd.Series(["b", None, "a"] * 8, dtype="string[pyarrow]"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_of_any_type_become_categories(npartitions, kind):
    values = VALUES[kind].rename("v")
    lazy = dd.from_pandas(values, npartitions=npartitions)
    assert_series_equal(lazy.astype("category").compute(), values.astype("category"))
    assert_series_equal(lazy.astype(pd.CategoricalDtype(ordered=True)).compute(), values.astype(pd.CategoricalDtype(ordered=True)))
    assert not lazy.astype("category").cat.known
    assert_series_equal(lazy.astype("category").cat.as_known().compute(), values.astype("category"))


@pytest.mark.parametrize("kind", VALUES)
def test_categories_become_values_again(npartitions, kind):
    values = VALUES[kind].rename("v")
    categories = values.astype("category")
    lazy = dd.from_pandas(categories, npartitions=npartitions)
    assert_series_equal(lazy.compute(), categories)
    if kind != "truth":
        assert_series_equal(lazy.astype("str").compute(), categories.astype("str"))
    assert_series_equal(lazy.astype(values.dtype).compute(), categories.astype(values.dtype))
    assert_series_equal(lazy.value_counts().compute(), categories.value_counts())


@pytest.mark.parametrize("ordered", [False, True])
def test_categories_may_be_given(npartitions, ordered):
    frame = make_frame()
    lazy = dd.from_pandas(frame, npartitions=npartitions)
    for column, categories in (("c", ["large", "small"]), ("n", [4, 30]), ("k", [2, 0]), ("k", [2.0, 0.0]), ("k", ["2", "0"])):
        dtype = pd.CategoricalDtype(categories, ordered)
        assert_series_equal(lazy[column].astype(dtype).compute(), frame[column].astype(dtype))


def test_the_accessor_changes_categories(both):
    frame, lazy = both
    for change in (
        lambda s: s.cat.as_ordered(),
        lambda s: s.cat.as_unordered(),
        lambda s: s.cat.set_categories(["large", "small", "new"]),
        lambda s: s.cat.reorder_categories(SIZES[::-1], ordered=True),
        lambda s: s.cat.add_categories("new"),
        lambda s: s.cat.remove_categories(["small"]),
    ):
        assert_series_equal(change(lazy.c).compute(), change(frame.c))
        assert change(lazy.c).dtype == change(frame.c).dtype


def test_categories_of_a_file_are_sorted(tmp_path):
    path = tmp_path / "sizes.csv"
    frame = make_frame()
    frame[["c", "x"]].to_csv(path, index=False)
    expected = pd.read_csv(path, dtype={"c": "category"})
    lazy = dd.read_csv(path, dtype={"c": "category"}, blocksize=300)
    assert lazy.npartitions > 3
    assert_series_equal(lazy.c.compute().reset_index(drop=True), expected.c)
    assert_series_equal(lazy.c.value_counts(sort=False).compute(), expected.c.value_counts(sort=False))
    assert_series_equal(lazy.groupby("c").x.sum().compute(), expected.groupby("c").x.sum())
    in_order = lazy.sort_values("c").compute()
    assert_series_equal(in_order.c.reset_index(drop=True), expected.sort_values("c", kind="stable").c.reset_index(drop=True))


def test_a_categorical_dtype_without_categories_is_the_name(tmp_path):
    path = tmp_path / "sizes.csv"
    make_frame()[["c"]].to_csv(path, index=False)
    dtype = {"c": pd.CategoricalDtype()}
    assert_frame_equal(dd.read_csv(path, dtype=dtype).compute(), pd.read_csv(path, dtype=dtype))


def test_what_cannot_be_categories_is_said():
    spans = pd.DataFrame({"d": pd.to_timedelta([1, 2], unit="s")})
    with pytest.raises(NotImplementedError, match="categories of type timedelta64"):
        dd.from_pandas(spans, npartitions=1).d.astype("category")
    intervals = pd.DataFrame({"v": pd.cut([1, 5], [0, 3, 6])})
    with pytest.raises(NotImplementedError, match="interval"):
        dd.from_pandas(intervals, npartitions=1)
