"""Users' functions over partitions, rows and values, against pandas; and against Dask where pandas has nothing like it."""

import os
import re
import signal
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from every_type import every_type

import cask.dataframe as dd

pytestmark = pytest.mark.filterwarnings("ignore:(?s).You did not provide metadata")


def assert_same(lazy, expected):
    result = lazy.compute()
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(result, expected, check_column_type=False)
    else:
        pd.testing.assert_series_equal(result, expected)


def parts_of(frame, lazy):
    """What each partition holds."""
    bounds = np.cumsum([0, *lazy.map_partitions(len).compute()])
    return [frame.iloc[begin:end] for begin, end in zip(bounds, bounds[1:])]


@pytest.fixture(params=[1, 3, 17], ids=lambda n: f"{n}-partitions")
def typed(request):
    frame = every_type()
    return frame, dd.from_pandas(frame, npartitions=request.param)


# Functions of partitions.


def test_every_type_goes_to_a_function_and_back_as_it_is(typed):
    frame, lazy = typed
    assert_same(lazy.map_partitions(lambda part: part), frame)
    for label in frame:
        assert_same(lazy[label].map_partitions(lambda part: part), frame[label])


def test_a_function_gets_what_computing_its_partition_gives(typed):
    frame, lazy = typed

    def described(part):
        return pd.DataFrame({"label": part.columns, "dtype": part.dtypes.astype(str).to_numpy(), "rows": len(part)})

    result = lazy.map_partitions(described).compute()
    assert list(result.label) == list(frame.columns) * lazy.npartitions
    assert list(result.dtype) == list(frame.dtypes.astype(str)) * lazy.npartitions


def test_columns_are_made_changed_and_left_out(both):
    frame, lazy = both

    def change(part, factor, more=0):
        part["y"] = part.x * factor + more
        part.loc[part.i > 0, "i"] = 0
        return part[["y", "s", "i"]]

    expected = frame.copy()
    expected["y"] = frame.x * 3 + 1
    expected.loc[expected.i > 0, "i"] = 0
    assert_same(lazy.map_partitions(change, 3, more=1), expected[["y", "s", "i"]])
    assert_same(lazy, frame)


def test_rows_are_dropped(both):
    frame, lazy = both
    assert_same(lazy.map_partitions(lambda part: part[part.x > 0]), frame[frame.x > 0])
    assert_same(lazy.map_partitions(lambda part: part[part.x > 100]), frame[frame.x > 100])


def test_a_frame_may_become_a_series_and_a_series_a_frame(both):
    frame, lazy = both
    assert_same(lazy.map_partitions(lambda part: part.x + part.i), frame.x + frame.i)
    assert_same(lazy.x.map_partitions(lambda part: part.rename("z") * 2), (frame.x * 2).rename("z"))
    assert_same(lazy.x.map_partitions(lambda part: pd.DataFrame({"a": part, "b": part > 0})), pd.DataFrame({"a": frame.x, "b": frame.x > 0}))


def test_one_value_a_partition_makes_a_series(both):
    frame, lazy = both
    parts = parts_of(frame, lazy)
    result = lazy.map_partitions(len).compute()
    assert list(result) == [len(part) for part in parts]
    assert list(result.index) == [0] * len(parts)
    assert lazy.map_partitions(len).npartitions == lazy.npartitions
    assert list(lazy.x.map_partitions(lambda part: part.sum()).compute()) == [part.x.sum() for part in parts]


def test_an_index_with_a_name_stays_and_another_may_take_its_place(both):
    frame, _ = both
    named = frame.set_index("t").sort_index()
    lazy = dd.from_pandas(named, npartitions=5)
    assert_same(lazy.map_partitions(lambda part: part[["x", "s"]]), named[["x", "s"]])
    assert lazy.map_partitions(lambda part: part).divisions == lazy.divisions
    other = lazy.map_partitions(lambda part: part.set_index("i"))
    assert_same(other, named.set_index("i"))
    assert not other.known_divisions


def test_a_result_may_have_several_index_levels(both):
    frame, lazy = both
    result = lazy.map_partitions(lambda part: part.groupby(["b", "i"]).x.sum()).compute()
    expected = pd.concat([part.groupby(["b", "i"]).x.sum() for part in parts_of(frame, lazy)])
    pd.testing.assert_series_equal(result, expected)


def test_categories_that_a_function_makes_are_those_of_the_data(both):
    frame, lazy = both
    result = lazy.map_partitions(lambda part: part.s.astype("category")).compute()
    pd.testing.assert_series_equal(result, frame.s.astype("category"))


def test_categories_that_are_the_functions_own_stay_as_they_are(both):
    frame, lazy = both
    cut = lambda part: pd.cut(part.i, [-10, -2, 2, 10], labels=["low", "some", "high"])
    assert_same(lazy.map_partitions(cut), cut(frame))
    assert_same(lazy.map_partitions(lambda part: part.assign(c=cut(part))[["c"]]), frame.assign(c=cut(frame))[["c"]])
    assert_same(lazy.map_partitions(cut, meta=cut(frame.iloc[:0])), cut(frame))
    with pytest.raises(TypeError, match="the series has 'high', which is none of the categories that are expected"):
        lazy.map_partitions(cut, meta=("i", pd.CategoricalDtype(["low", "some"]))).compute()


def test_partition_info_tells_the_number_and_the_division(both):
    frame, lazy = both

    def numbered(part, partition_info=None):
        return part.x * 0 + partition_info["number"]

    parts = parts_of(frame, lazy)
    assert list(lazy.map_partitions(numbered).compute()) == [float(i) for i, part in enumerate(parts) for _ in range(len(part))]

    def division(part, partition_info=None):
        return int(partition_info["division"])

    assert tuple(lazy.map_partitions(division).compute()) == lazy.divisions[:-1]


# Rows of files.


@pytest.fixture
def csv(tmp_path, pandas_frame):
    frame = pandas_frame[["i", "x", "s"]]
    frame.to_csv(tmp_path / "x.csv", index=False)
    return pd.read_csv(tmp_path / "x.csv"), dd.read_csv(str(tmp_path / "x.csv"), blocksize=400)


def test_rows_of_a_file_keep_their_numbers(csv):
    frame, lazy = csv
    assert lazy.npartitions > 3
    assert_same(lazy.map_partitions(lambda part: part), frame)
    assert_same(lazy.map_partitions(lambda part: part[part.x > 0]), frame[frame.x > 0])
    assert_same(lazy[lazy.i > 0].map_partitions(lambda part: part.x * 2), frame[frame.i > 0].x * 2)
    twice = lazy.map_partitions(lambda part: part.assign(y=part.i + 1)).map_partitions(lambda part: part[part.y > 0])
    assert_same(twice, frame.assign(y=frame.i + 1).query("y > 0"))


def test_each_partition_counts_its_rows_from_zero(csv):
    _, lazy = csv
    firsts = lazy.map_partitions(lambda part: part.index[0]).compute()
    assert list(firsts) == [0] * lazy.npartitions


def test_sorted_rows_have_the_numbers_that_they_had(csv):
    frame, lazy = csv
    result = lazy.sort_values("x").map_partitions(lambda part: part.assign(first=part.x.iloc[:1].sum()))
    expected = frame.sort_values("x")
    assert_same(result, expected.assign(first=expected.x.iloc[0]))


def test_only_the_partitions_that_are_asked_for_are_called(csv, tmp_path):
    frame, lazy = csv

    def noted(part, partition_info=None):
        (tmp_path / f"called {partition_info['number']}").touch()
        return part

    mapped = lazy.map_partitions(noted, meta=lazy._meta)
    pd.testing.assert_frame_equal(mapped.head(2), frame.head(2))
    assert [path.name for path in tmp_path.glob("called *")] == ["called 0"]
    tail = mapped.tail(2)
    assert list(tail.x) == list(frame.x.tail(2))
    assert sorted(path.name for path in tmp_path.glob("called *")) == ["called 0", f"called {lazy.npartitions - 1}"]


def test_types_that_the_data_shows_late_are_the_functions_types_too(tmp_path):
    pd.DataFrame({"a": [str(n) for n in range(3000)] + ["0.5"], "b": range(3001)}).to_csv(tmp_path / "late.csv", index=False)
    read = pd.read_csv(tmp_path / "late.csv")
    lazy = dd.read_csv(str(tmp_path / "late.csv"), blocksize=4000, sample=1000)
    mapped = lazy.map_partitions(lambda part: part.assign(c=part.a * 2))
    assert_same(mapped, read.assign(c=read.a * 2))
    assert str(mapped.dtypes["c"]) == "float64"


# What follows a function, and goes before it.


def test_results_are_filtered_grouped_and_reduced(both):
    frame, lazy = both
    mapped, expected = lazy.map_partitions(lambda part: part.assign(y=part.x * 2)), frame.assign(y=frame.x * 2)
    assert_same(mapped[mapped.y > 0], expected[expected.y > 0])
    assert_same(mapped.groupby("i").y.mean(), expected.groupby("i").y.mean())
    assert mapped.y.sum().compute() == pytest.approx(expected.y.sum())
    assert_same(mapped.s.value_counts(), expected.s.value_counts())
    assert len(mapped) == len(frame)
    both_sides = lazy.x.sum() + mapped.y.sum()
    assert both_sides.compute() == pytest.approx(3 * frame.x.sum())
    assert_same(mapped.reset_index(), expected.reset_index())
    pd.testing.assert_frame_equal(mapped.sort_values("x").head(3), expected.sort_values("x").head(3))


def test_what_goes_before_may_be_anything(both):
    frame, lazy = both
    assert_same(lazy[lazy.x > 0].map_partitions(lambda part: part.x), frame[frame.x > 0].x)
    grouped = lazy.groupby("i").x.sum()
    assert_same(grouped.map_partitions(lambda part: part * 2), frame.groupby("i").x.sum() * 2)
    assert_same(lazy.groupby(["i", "b"]).x.sum().map_partitions(lambda part: part + 1), frame.groupby(["i", "b"]).x.sum() + 1)


def test_persisted_frames_before_and_behind(both):
    frame, lazy = both
    before = lazy.persist().map_partitions(lambda part: part.assign(y=part.x + 1))
    assert_same(before, frame.assign(y=frame.x + 1))
    behind = before.persist()
    assert behind.npartitions == lazy.npartitions
    assert_same(behind, frame.assign(y=frame.x + 1))
    assert_same(behind.map_partitions(lambda part: part.y), frame.x.rename("y") + 1)


def test_results_are_written_as_csv(csv, tmp_path):
    frame, lazy = csv
    paths = lazy.map_partitions(lambda part: part[part.x > 0].assign(y=1)).to_csv(str(tmp_path / "out-*.csv"), index=False)
    assert len(paths) == lazy.npartitions
    written = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    pd.testing.assert_frame_equal(written, frame[frame.x > 0].assign(y=1).reset_index(drop=True))


def test_explain_shows_the_function(both, capsys):
    _, lazy = both

    def clean(part):
        return part

    mapped = lazy.map_partitions(clean)
    mapped[mapped.x > 0].x.explain()
    shown = capsys.readouterr().out
    assert "map_partitions(clean)" in shown and "from_memory" in shown
    assert shown.index("filter") < shown.index("map_partitions(clean)")


def test_equal_calls_are_one(both, tmp_path):
    _, lazy = both

    def same(part):
        return part

    assert lazy.map_partitions(same)._name == lazy.map_partitions(same)._name
    assert lazy.map_partitions(same)._name != lazy.map_partitions(lambda part: part + 1, meta=lazy)._name


# What a function gives, and what it was said to give.


def test_meta_is_told_in_every_way(both):
    frame, lazy = both

    def double(part):
        assert len(part) != 2, "called on made-up rows"
        return part.x * 2

    expected = frame.x * 2
    for meta in [("x", "float64"), ("x", float), pd.Series(dtype="float64", name="x"), lazy.x]:
        assert_same(lazy.map_partitions(double, meta=meta), expected)
    pair = lambda part: pd.DataFrame({"a": part.i, "b": part.s})
    for meta in [{"a": "int64", "b": "str"}, [("a", int), ("b", object)], pd.DataFrame({"a": pd.Series(dtype=int), "b": pd.Series(dtype="str")})]:
        assert_same(lazy.map_partitions(pair, meta=meta), frame[["i", "s"]].set_axis(["a", "b"], axis=1))
    assert list(lazy.map_partitions(lambda part: float(part.x.sum()), meta=float).compute()) == [part.x.sum() for part in parts_of(frame, lazy)]


def test_types_that_lose_nothing_are_cast(both):
    frame, lazy = both
    assert_same(lazy.map_partitions(lambda part: part.i, meta=("i", "float64")), frame.i.astype("float64"))
    assert_same(lazy.map_partitions(lambda part: part.i.astype("float64"), meta=("i", "int64")), frame.i)
    assert_same(lazy.map_partitions(lambda part: part.s.astype(object), meta=("s", "str")), frame.s)
    assert_same(lazy.map_partitions(lambda part: part.t.astype("datetime64[ns]"), meta=("t", "datetime64[us]")), frame.t)
    missing = lazy.map_partitions(lambda part: pd.Series([None] * len(part), part.index, dtype=object), meta=("x", "float64"))
    assert_same(missing, frame.x * np.nan)


@pytest.mark.parametrize("dtype", ["int64", "str", "datetime64[us]", "bool", "Int64"])
def test_types_that_differ_are_an_error_that_says_so(both, dtype):
    _, lazy = both
    with pytest.raises(TypeError, match=rf"the series is of type float64 where {re.escape(dtype)} is expected \(meta\); give meta="):
        lazy.map_partitions(lambda part: part.x, meta=("x", dtype)).compute()


def test_columns_that_differ_are_an_error_that_names_them(both):
    _, lazy = both
    with pytest.raises(ValueError, match=r"do not match the columns in the provided metadata.\n  Extra:   \['x'\]\n  Missing: \['y'\]"):
        lazy.map_partitions(lambda part: part[["x"]], meta={"y": "float64"}).compute()
    with pytest.raises(ValueError, match="Order of columns does not match"):
        lazy.map_partitions(lambda part: part[["x", "i"]], meta={"i": "int64", "x": "float64"}).compute()
    loose = lazy.map_partitions(lambda part: part[["x"]], meta={"y": "float64"}, enforce_metadata=False)
    assert list(loose.compute().columns) == ["y"]


def test_results_of_another_kind_are_an_error(both):
    _, lazy = both
    with pytest.raises(TypeError, match="gives a DataFrame where a Series is expected"):
        lazy.map_partitions(lambda part: part, meta=("x", "float64")).compute()
    with pytest.raises(NotImplementedError, match="not a list"):
        lazy.map_partitions(lambda part: [1])
    with pytest.raises(NotImplementedError, match="takes one lazy collection"):
        lazy.map_partitions(lambda part, other: part, lazy)


def test_functions_are_called_on_made_up_rows_of_the_same_types(typed):
    frame, lazy = typed
    seen = []

    def look(part):
        seen.append(part)  # only what is called here shows here
        return part

    lazy.map_partitions(look)
    assert len(seen) == 1 and len(seen[0]) == 2
    pd.testing.assert_series_equal(seen[0].dtypes, frame.dtypes)


# Results beside the rows that they were made of.


def doubled(frame, **meta):
    return frame.x.map(lambda x: x * 2, **meta)


def numbered(frame, **meta):
    return frame.s.map({"apple": 1.0, "pear": 2.0, "fig": 3.0}, **meta)


@pytest.fixture(params=["memory", "file", "persisted"])
def rows(request, both, csv):
    frame, lazy = both if request.param == "memory" else csv
    return frame, lazy.persist() if request.param == "persisted" else lazy


def test_results_become_columns_of_their_frame(rows):
    frame, lazy = rows
    assert_same(lazy.assign(y=doubled(lazy)), frame.assign(y=doubled(frame)))
    assert_same(lazy.assign(y=doubled(lazy), z=numbered(lazy)), frame.assign(y=doubled(frame), z=numbered(frame)))
    more, expected = lazy.assign(y=doubled(lazy)), frame.assign(y=doubled(frame))
    assert_same(more.assign(z=numbered(more)), expected.assign(z=numbered(expected)))
    assert_same(more.assign(z=numbered(lazy)), expected.assign(z=numbered(frame)))
    assert_same(more[more.y > 0], expected[expected.y > 0])
    assert_same(more.groupby("s").y.mean(), expected.groupby("s").y.mean())
    pd.testing.assert_frame_equal(more.head(2), expected.head(2))
    assert_same(more.sort_values("y").reset_index(), expected.sort_values("y").reset_index())
    by_row = lambda row: row.x + row.i
    assert_same(lazy.assign(y=lazy.apply(by_row, axis=1)), frame.assign(y=frame.apply(by_row, axis=1)))


def test_results_are_masks_operands_and_keys(rows):
    frame, lazy = rows
    assert_same(lazy[doubled(lazy) > 0], frame[doubled(frame) > 0])
    assert_same(lazy.x + doubled(lazy), frame.x + doubled(frame))
    assert_same(doubled(lazy) + lazy.x, doubled(frame) + frame.x)
    assert_same(doubled(lazy) * numbered(lazy) + lazy.i, doubled(frame) * numbered(frame) + frame.i)
    assert_same(lazy.groupby(numbered(lazy)).x.sum(), frame.groupby(numbered(frame)).x.sum())
    some, expected = lazy[lazy.x > 0], frame[frame.x > 0]
    assert_same(some.assign(y=doubled(some)), expected.assign(y=doubled(expected)))


def test_a_script_of_steps(rows):
    frame, lazy = rows
    frame = frame.copy()
    for data in [frame, lazy]:
        data["n"] = numbered(data)
        data["m"] = data.n + 1
    frame, lazy = frame[frame.m > 2].copy(), lazy[lazy.m > 2]
    for data in [frame, lazy]:
        data["o"] = data.m.apply(lambda m: m / 2)
    assert_same(lazy, frame)
    assert_same(lazy.groupby("s").o.mean(), frame.groupby("s").o.mean())


def test_other_rows_are_no_column(both):
    _, lazy = both
    fewer = lazy.map_partitions(lambda part: part.x[part.x > 0])
    with pytest.raises(ValueError, match="gives other rows than it gets, so its results are no column beside them"):
        lazy.assign(y=fewer).compute()
    with pytest.raises(NotImplementedError, match="other rows"):
        lazy.assign(y=lazy[lazy.x > 0].x.map(lambda x: x))


# Guesses that the data does not bear out.


def test_results_have_the_types_that_their_values_have(both):
    frame, lazy = both
    assert_same(lazy.i.map({i: i for i in range(-5, 6)}), frame.i.map({i: i for i in range(-5, 6)}))
    assert_same(lazy.i.map({1: 10, 2: 20}), frame.i.map({1: 10, 2: 20}))
    assert_same(lazy.s.map({"apple": 1}), frame.s.map({"apple": 1}))
    assert_same(lazy.i.apply(lambda i: i if i < 3 else i + 0.5), frame.i.apply(lambda i: i if i < 3 else i + 0.5))
    assert_same(lazy.s.map(lambda s: len(s) if isinstance(s, str) else None), frame.s.map(lambda s: len(s) if isinstance(s, str) else None))
    assert_same(lazy.i.map(lambda i: None if i == 1 else "many"), frame.i.map(lambda i: None if i == 1 else "many").astype("str"))


def test_a_guess_from_missing_values_is_none(both):
    frame, lazy = both
    assert_same(lazy.s.map(lambda s: np.nan if s == "foo" else 1), frame.s.map(lambda s: 1))
    assert_same(lazy.s.map(lambda s: None if s == "foo" else 2.5), frame.s.map(lambda s: 2.5))


def test_partitions_that_no_type_holds_are_an_error():
    lazy = dd.from_pandas(pd.DataFrame({"i": range(10)}), npartitions=2)
    with pytest.raises(TypeError, match="column 'i' is .* in one partition and .* in another; give meta="):
        lazy.i.map_partitions(lambda part: part if part.iloc[0] < 3 and len(part) > 2 else part.astype("datetime64[us]")).compute()


# Errors.


class Unlucky(Exception):
    pass


def test_what_a_function_raises_comes_with_its_line_and_its_partition(both):
    _, lazy = both

    def fail(part, partition_info=None):
        if partition_info["number"] == lazy_partitions - 1:
            raise Unlucky("of all days")
        return part

    lazy_partitions = lazy.npartitions
    with pytest.raises(Unlucky, match="of all days") as caught:
        lazy.map_partitions(fail, meta=lazy._meta).compute()
    notes = "\n".join(caught.value.__notes__)
    assert f"map_partitions(fail) on partition {lazy.npartitions - 1} of {lazy.npartitions}" in notes
    assert "test_map_partitions.py" in notes
    assert 'raise Unlucky("of all days")' in str(caught.value.__cause__)


def test_a_failed_guess_says_how_to_help(both):
    _, lazy = both
    with pytest.raises(ValueError, match="(?s)Metadata inference failed in `map_partitions.*KeyError: 'no such'.*meta=") as caught:
        lazy.map_partitions(lambda part: part["no such"])
    assert isinstance(caught.value.__cause__, KeyError)


def test_the_engine_goes_on_after_an_error(both):
    frame, lazy = both
    with pytest.raises(ZeroDivisionError):
        lazy.map_partitions(lambda part: part.x * (1 // 0), meta=("x", "float64")).compute()
    assert_same(lazy.map_partitions(lambda part: part.x), frame.x)


def test_a_function_that_cannot_be_pickled_says_so(both):
    _, lazy = both
    with pytest.raises(TypeError, match=r"map_partitions\(<lambda>\): what the function refers to must be possible to pickle"):
        lazy.map_partitions(lambda part: part if lazy is not None else None)


def test_a_function_cannot_compute(both):
    _, lazy = both
    with pytest.raises(NotImplementedError, match="cannot compute lazy collections"):
        lazy.map_partitions(lambda part: dd.from_pandas(part, npartitions=1).x.sum().compute(), meta=float).compute()


# Functions of rows and of values.


def test_apply_calls_a_function_for_each_row(both):
    frame, lazy = both
    assert_same(lazy.apply(lambda row: row.x + row.i, axis=1), frame.apply(lambda row: row.x + row.i, axis=1))
    result = lazy.apply(lambda row, a, b=0: row.x * a + b, axis=1, args=(2,), b=1)
    assert_same(result, frame.apply(lambda row, a, b=0: row.x * a + b, axis=1, args=(2,), b=1))
    both_of = lambda row: pd.Series({"a": row.x, "b": row.s})
    assert_same(lazy.apply(both_of, axis=1), frame.apply(both_of, axis=1))
    with pytest.raises(NotImplementedError, match="only supports axis=1"):
        lazy.apply(lambda column: column)


def test_apply_and_map_call_a_function_for_each_value(both):
    frame, lazy = both
    assert_same(lazy.x.apply(lambda x: x * 2), frame.x.apply(lambda x: x * 2))
    assert_same(lazy.i.apply(lambda x, a, b=0: x * a + b, args=(3,), b=1), frame.i * 3 + 1)
    assert_same(lazy.i.map(str, meta=("i", "str")), frame.i.astype("str"))
    assert_same(lazy.s.map(len, na_action="ignore", meta=("s", "float64")), frame.s.map(len, na_action="ignore").astype("float64"))
    assert_same(lazy[["i", "u"]].map(lambda x: x + 1, meta={"i": "int64", "u": "int64"}), frame[["i", "u"]].map(lambda x: x + 1))


def test_map_takes_a_dict_or_a_series(both):
    frame, lazy = both
    names = {"apple": "A", "pear": "P", "fig": "F"}
    assert_same(lazy.s.map(names, meta=("s", "str")), frame.s.map(names))
    assert_same(lazy.s.map(pd.Series(names), meta=("s", "str")), frame.s.map(pd.Series(names)))
    assert_same(lazy.i.map({-5: 0.5, 1: 2.0}), frame.i.map({-5: 0.5, 1: 2.0}))
    with pytest.raises(NotImplementedError, match="not a lazy one"):
        lazy.s.map(lazy.s)


def test_guessing_warns_and_says_what_it_guessed(both):
    _, lazy = both
    for make, after in [
        (lambda: lazy.x.apply(lambda x: x), r"\.apply\(func, meta=\('x', 'float64'\)\)"),
        (lambda: lazy.x.map(lambda x: x), r"\.map\(func, meta=\('x', 'float64'\)\)"),
        (lambda: lazy.apply(lambda row: 1, axis=1), r"\.apply\(func, meta=\(None, 'int64'\)\)"),
    ]:
        with pytest.warns(UserWarning, match=f"You did not provide metadata(.|\n)*After:  {after}"):
            make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lazy.x.apply(lambda x: x, meta=("x", "float64"))
        lazy.map_partitions(lambda part: part)


# The end of a process.

ENDING = {
    "a function runs for ever": "while True: pass",
    "a function sleeps": "time.sleep(1.5)",
    "a function swallows an interrupt": """try:
        while True: pass
    except KeyboardInterrupt:
        pass
    while True: pass""",
}


@pytest.mark.parametrize("what", ENDING)
def test_the_interpreter_ends_cleanly_while(what, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import threading, time
import pandas as pd, cask.dataframe as dd
def busy(part):
    print("called", flush=True)
    {ENDING[what]}
    return part
lazy = dd.from_pandas(pd.DataFrame({{"i": range(10)}}), npartitions=4)
threading.Thread(target=lazy.map_partitions(busy, meta=lazy).compute, daemon=True).start()
from cask import _core
while not any(run for run in _core.active_runs()):
    pass
"""
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_left_when_the_interpreter_ends(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        """
import pandas as pd, cask.dataframe as dd
lazy = dd.from_pandas(pd.DataFrame({"i": range(10)}), npartitions=2)
mapped = lazy.map_partitions(lambda part: part + 1)
print(mapped.i.sum().compute())
try:
    lazy.map_partitions(lambda part: 1 // 0, meta=int).compute()
except ZeroDivisionError as error:
    held = error
"""
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "55\n", "")


def test_ctrl_c_interrupts_a_function(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        """
import pandas as pd, cask.dataframe as dd
def endless(part):
    print("called", flush=True)
    while True:
        pass
lazy = dd.from_pandas(pd.DataFrame({"i": range(10)}), npartitions=1)
try:
    lazy.map_partitions(endless, meta=lazy).compute()
except KeyboardInterrupt:
    print("interrupted", lazy.i.map(lambda i: i + 1, meta=("i", "int64")).sum().compute(), flush=True)
"""
    )
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "called\n"
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate()
    assert (process.returncode, out, errors) == (0, "interrupted 55\n", "")


def test_a_forked_process_calls_functions_of_its_own(both):
    frame, lazy = both
    assert_same(lazy.map_partitions(lambda part: part.x), frame.x)
    child = os.fork()
    if child == 0:
        same = lazy.map_partitions(lambda part: part.x * 2).compute().equals(frame.x * 2)
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0


# Against Dask.


def test_results_are_dasks(both):
    dask = pytest.importorskip("dask.dataframe")
    if not dask.__file__.endswith("dask/dataframe/__init__.py") or "cask" in dask.__file__:
        pytest.skip("Dask is not installed")
    frame, lazy = (one[["i", "x", "b"]] for one in both)  # text of Dask is of another dtype
    reference = dask.from_map(lambda part: part, parts_of(frame, lazy), meta=frame.iloc[:0])
    functions = [
        len,
        lambda part: part.x.sum(),
        lambda part: part[part.i > 2],
        lambda part: part.describe(),
        lambda part: part.x.reset_index(drop=True),
        lambda part: part.groupby("i").x.mean(),
        lambda part: pd.DataFrame({"n": [len(part)]}),
    ]
    for function in functions:
        ours, theirs = lazy.map_partitions(function).compute(), reference.map_partitions(function).compute(scheduler="sync")
        same = pd.testing.assert_frame_equal if isinstance(theirs, pd.DataFrame) else pd.testing.assert_series_equal
        same(ours, theirs)
