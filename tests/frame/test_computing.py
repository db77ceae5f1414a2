"""Computing: sharing, persisting, explaining, and what is learned of a CSV file on the way."""

import gc

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal

import cask
import cask.dataframe as dd


@pytest.fixture
def csv_files(tmp_path):
    rng = np.random.default_rng(11)
    frames = []
    for month in range(3):
        frame = pd.DataFrame({"k": rng.integers(1, 5, 2000), "x": rng.normal(size=2000).round(3), "s": rng.choice(["a", "bc", "d"], 2000)})
        frame.to_csv(tmp_path / f"{month}.csv", index=False)
        frames.append(frame)
    return str(tmp_path / "*.csv"), pd.concat(frames, ignore_index=True)


def test_a_csv_frame_has_the_index_that_pandas_would_give_the_whole(csv_files):
    path, expected = csv_files
    lazy = dd.read_csv(path, blocksize=7000)
    assert lazy.npartitions > 3
    assert_frame_equal(lazy.compute(), expected)
    assert_frame_equal(lazy[lazy.x > 1].compute(), expected[expected.x > 1])
    assert_frame_equal(lazy.sort_values("x").compute(), expected.sort_values("x", kind="stable"))


def test_results_computed_together_are_those_computed_alone(csv_files):
    path, expected = csv_files
    lazy = dd.read_csv(path, blocksize=7000)
    total, counts, kept = cask.compute(lazy.x.sum(), lazy.k.value_counts(), lazy[lazy.k == 2].x)
    assert total == pytest.approx(expected.x.sum())
    assert_series_equal(counts, expected.k.value_counts())
    assert_series_equal(kept, expected[expected.k == 2].x)


def test_what_is_computed_together_shares_one_scan(csv_files, capsys):
    path, _ = csv_files
    lazy = dd.read_csv(path)
    from cask import _core

    text = _core.explain([lazy.x.sum()._core, lazy.k.max()._core])
    assert text.count("read_csv(") == 1


def test_explain_says_which_columns_a_source_reads(csv_files, capsys):
    path, _ = csv_files
    dd.read_csv(path).k.value_counts().explain()
    text = capsys.readouterr().out
    assert "value_counts" in text
    read = next(line for line in text.splitlines() if "columns:" in line and "read_csv" in line)
    assert "k" in read.split("columns:")[1] and "x" not in read.split("columns:")[1]


@pytest.mark.parametrize("last, dtype", [("2.5", "float64"), ("", "float64"), ("text", "str")])
def test_a_column_that_changes_in_the_last_row_is_typed_as_pandas_types_the_whole(tmp_path, last, dtype):
    lines = [f"{i % 7},{i}" for i in range(60_000)]
    (tmp_path / "a.csv").write_text("k,v\n" + "\n".join(lines) + "\n")
    (tmp_path / "b.csv").write_text("k,v\n" + "\n".join([*lines, f"{last},5"]) + "\n")
    lazy = dd.read_csv(str(tmp_path / "*.csv"), blocksize=100_000, skip_blank_lines=False)
    assert str(lazy.k.dtype) == "int64"
    expected = pd.concat([pd.read_csv(tmp_path / name) for name in ("a.csv", "b.csv")], ignore_index=True)
    expected["k"] = pd.read_csv(tmp_path / "b.csv", dtype={"k": dtype}).k.pipe(lambda b: pd.concat([pd.read_csv(tmp_path / "a.csv", dtype={"k": dtype}).k, b], ignore_index=True))
    assert_series_equal(lazy.k.value_counts().compute(), expected.k.value_counts())
    assert str(lazy.k.dtype) == dtype
    assert_frame_equal(lazy.compute(), expected)


def test_a_persisted_frame_answers_and_can_be_let_go(csv_files):
    path, expected = csv_files
    lazy = dd.read_csv(path, blocksize=7000).persist()
    assert_series_equal(lazy.k.value_counts().compute(), expected.k.value_counts())
    assert lazy._wait(60)
    assert_frame_equal(lazy.compute(), expected)
    assert_series_equal((lazy.x + lazy.k).compute(), expected.x + expected.k)
    del lazy
    gc.collect()
    assert cask._core.store_bytes() == 0


def test_a_persisted_frame_whose_types_change_is_right(tmp_path):
    lines = [str(i % 7) for i in range(60_000)]
    (tmp_path / "a.csv").write_text("k\n" + "\n".join([*lines, "2.5"]) + "\n")
    lazy = dd.read_csv(str(tmp_path / "a.csv"), blocksize=20_000).persist()
    expected = pd.read_csv(tmp_path / "a.csv")
    assert_series_equal(lazy.k.value_counts().compute(), expected.k.value_counts())
    assert lazy._wait(60)
    assert_frame_equal(lazy.compute(), expected)


def test_a_lazy_value_combines_with_columns_and_values(both):
    expected, lazy = both
    assert_series_equal((lazy.x - lazy.x.mean()).compute(), expected.x - expected.x.mean())
    assert (lazy.x.sum() / lazy.x.count()).compute() == pytest.approx(expected.x.mean())
    assert_frame_equal(lazy[lazy.x > lazy.x.mean()].compute(), expected[expected.x > expected.x.mean()])


def test_a_missing_time_makes_its_fields_floats_as_in_pandas(pandas_frame):
    pandas_frame.loc[50, "t"] = pd.NaT
    lazy = dd.from_pandas(pandas_frame, npartitions=3)
    hours = lazy.t.dt.hour
    assert_series_equal(hours.compute(), pandas_frame.t.dt.hour)
    assert str(hours.dtype) == "float64"


def test_an_error_names_the_line_the_file_and_the_partition(tmp_path):
    (tmp_path / "1.csv").write_text("a,b\n" + "1,2\n" * 5000)
    (tmp_path / "2.csv").write_text("a,b\n" + "1,2\n" * 5000 + "1,2,3\n")
    lazy = dd.read_csv(str(tmp_path / "*.csv"), blocksize=5000)
    with pytest.raises(pd.errors.ParserError) as error:
        lazy.a.sum().compute()
    text = str(error.value) + "\n".join(error.value.__notes__)
    assert "Expected 2 fields in line 5002, saw 3" in text
    assert "2.csv" in text
    assert "test_computing.py" in text


def test_a_conversion_error_names_the_line_that_converts(both):
    _, lazy = both
    with pytest.raises(ValueError) as error:
        lazy.s.astype("int64").compute()
    assert "test_computing.py" in "\n".join(error.value.__notes__)


def test_a_file_that_went_away_is_named(tmp_path):
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_text("a\n1\n")
    lazy = dd.read_csv(str(tmp_path / "*.csv"))
    (tmp_path / "2.csv").unlink()
    with pytest.raises(FileNotFoundError, match="2.csv"):
        lazy.a.sum().compute()


def test_unknown_options_are_named():
    with pytest.raises(TypeError, match="seperator"):
        dd.read_csv("x.csv", seperator=";")


def test_no_file_at_the_path_is_an_os_error_that_names_it():
    with pytest.raises(OSError, match="nowhere"):
        dd.read_csv("/nowhere/*.csv")


def test_the_first_and_last_time_are_timestamps(both):
    expected, lazy = both
    for wanted, got in ((expected.t.min(), lazy.t.min().compute()), (expected.t.max(), lazy.t.max().compute())):
        assert type(got) is type(wanted)
        assert got == wanted


def test_the_default_index_of_files_has_values(csv_files):
    path, expected = csv_files
    lazy = dd.read_csv(path, blocksize=7000)
    assert lazy.npartitions > 3
    assert_index_equal(lazy.index.compute(), expected.index)
    assert lazy.index.max().compute() == len(expected) - 1
    assert_frame_equal(lazy.reset_index().compute(), expected.reset_index())
    kept, expected_kept = lazy[lazy.x > 0], expected[expected.x > 0]
    assert_frame_equal(kept.reset_index().compute(), expected_kept.reset_index())
    assert_frame_equal(kept.assign(twice=kept.index * 2).compute(), expected_kept.assign(twice=expected_kept.index * 2))
    assert_frame_equal(lazy.sort_values("x").reset_index().compute(), expected.sort_values("x", kind="stable").reset_index())
    numbered = lazy.reset_index()
    assert_series_equal(numbered.groupby("k")["index"].max().compute(), expected.reset_index().groupby("k")["index"].max())


def test_rows_of_a_result_are_numbered(csv_files):
    path, expected = csv_files
    lazy = dd.read_csv(path, blocksize=7000)
    got = lazy.groupby("k", as_index=False).x.sum().reset_index()
    assert_frame_equal(got.compute(), expected.groupby("k", as_index=False).x.sum().reset_index())
    with pytest.raises(NotImplementedError, match="numbered already"):
        lazy.reset_index(drop=True).reset_index()
