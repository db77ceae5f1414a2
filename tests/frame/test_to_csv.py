"""to_csv: the bytes that pandas writes."""

import csv
import os
import random

import numpy as np
import pandas as pd
import pytest

import cask.dataframe as dd


def read(path):
    with open(path, "rb") as file:
        return file.read().decode()


def parts_of(lazy):
    """What a lazy frame's partitions hold, as pandas frames."""
    whole = lazy.compute()
    lengths = [len(pd.read_csv(path)) for path in lazy.to_csv(f"{os.environ['CASK_TEST_FOLDER']}/lengths-*.csv", columns=[lazy.columns[0]])]
    bounds = np.cumsum([0, *lengths])
    return [whole.iloc[start:stop] for start, stop in zip(bounds, bounds[1:])]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CASK_TEST_FOLDER", str(tmp_path / "lengths"))


def test_one_file(both, tmp_path):
    expected, lazy = both
    path = str(tmp_path / "all.csv")
    assert lazy.to_csv(path, single_file=True) == [path]
    whole = pd.read_csv(path, index_col=0)
    assert read(path).splitlines() == expected.to_csv().splitlines()
    assert len(whole) == len(expected)
    assert os.listdir(tmp_path) == ["all.csv"]


def test_a_file_for_each_partition(both, tmp_path):
    _, lazy = both
    paths = lazy.to_csv(str(tmp_path / "new" / "part-*.csv"))
    width = len(str(lazy.npartitions - 1))
    assert paths == [str(tmp_path / "new" / f"part-{i:0{width}}.csv") for i in range(lazy.npartitions)]
    assert sorted(os.listdir(tmp_path / "new")) == [os.path.basename(path) for path in paths]
    assert [read(path) for path in paths] == [part.to_csv() for part in parts_of(lazy)]


def test_a_folder_of_parts(pandas_frame, tmp_path):
    lazy = dd.from_pandas(pandas_frame, npartitions=3)
    assert lazy.to_csv(tmp_path / "out") == [str(tmp_path / "out" / f"{i}.part") for i in range(3)]
    with pytest.raises(ValueError, match="exactly one '\\*'"):
        lazy.to_csv(str(tmp_path / "*" / "*.csv"))


def test_names_from_a_function_and_from_a_list(pandas_frame, tmp_path):
    lazy = dd.from_pandas(pandas_frame, npartitions=2)
    paths = lazy.to_csv(str(tmp_path / "day-*.csv"), name_function=lambda i: "ab"[i])
    assert [os.path.basename(path) for path in paths] == ["day-a.csv", "day-b.csv"]
    named = [str(tmp_path / "x.csv"), str(tmp_path / "y.csv")]
    assert lazy.to_csv(named) == named
    with pytest.warns(UserWarning, match="do not sort"):
        lazy.to_csv(str(tmp_path / "day-*.csv"), name_function=lambda i: "ba"[i])
    with pytest.raises(ValueError, match="name_function is not supported"):
        lazy.to_csv(str(tmp_path / "all.csv"), single_file=True, name_function=str)


def test_the_default_index_counts_through_all_files(tmp_path):
    expected = pd.DataFrame({"a": range(50), "b": [f"text {i}" for i in range(50)]})
    source = tmp_path / "in.csv"
    expected.to_csv(source, index=False)
    lazy = dd.read_csv(source, blocksize=100)
    assert lazy.npartitions > 3
    [path] = lazy.to_csv(tmp_path / "all.csv", single_file=True)
    assert read(path) == expected.to_csv()
    lazy[lazy.a % 7 == 0].to_csv(path, single_file=True)
    assert read(path) == expected[expected.a % 7 == 0].to_csv()
    lazy[lazy.a % 7 == 0].reset_index(drop=True).to_csv(path, single_file=True)
    assert read(path) == expected[expected.a % 7 == 0].reset_index(drop=True).to_csv()
    lazy.persist().a.to_csv(path, single_file=True)
    assert read(path) == expected.a.to_csv()


def test_types_that_turn_out_wider(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n" + "1,2\n" * 2000 + "1.5,x\n")
    expected = pd.read_csv(source)
    [path] = dd.read_csv(source, blocksize=500).to_csv(tmp_path / "all.csv", single_file=True)
    assert read(path) == expected.to_csv()
    assert sorted(os.listdir(tmp_path)) == ["all.csv", "in.csv"]


def test_results_of_other_operations(both, tmp_path):
    expected, lazy = both
    path = str(tmp_path / "all.csv")
    lazy.s.value_counts().to_csv(path, single_file=True)
    assert read(path) == expected.s.value_counts().to_csv()
    lazy.groupby(["b", "s"]).x.agg(["mean", "count"]).to_csv(path, single_file=True)
    assert pd.read_csv(path).shape == expected.groupby(["b", "s"]).x.agg(["mean", "count"]).reset_index().shape
    lazy.sort_values("x").to_csv(path, single_file=True, index=False)
    assert read(path) == expected.sort_values("x").to_csv(index=False)
    (lazy.x * 2).to_csv(path, single_file=True)
    assert read(path) == (expected.x * 2).to_csv()
    (lazy.x + lazy.m).to_csv(path, single_file=True)
    assert read(path) == (expected.x + expected.m).to_csv()


OPTIONS = [
    {"sep": ";"},
    {"na_rep": "nothing"},
    {"float_format": "%.3f"},
    {"float_format": "{:.2e}"},
    {"columns": ["x", "i"]},
    {"header": False},
    {"header": list("ABCDEFG")},
    {"index": False},
    {"index_label": "row"},
    {"index_label": False},
    {"quoting": csv.QUOTE_ALL},
    {"quoting": csv.QUOTE_NONNUMERIC},
    {"quoting": csv.QUOTE_NONE, "escapechar": "\\"},
    {"quotechar": "'"},
    {"lineterminator": "\r\n"},
    {"date_format": "%d.%m.%Y %H"},
    {"doublequote": False, "escapechar": "!"},
    {"decimal": ",", "sep": ";"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_pandas_options(pandas_frame, tmp_path, options):
    pandas_frame["s"] = pandas_frame.s.map({"fig": 'a "fig"', "pear": "a, pear; 'two'", "plum": "line\nbreak"}, na_action="ignore").astype("str")
    lazy = dd.from_pandas(pandas_frame, npartitions=4)
    [path] = lazy.to_csv(tmp_path / "all.csv", single_file=True, **options)
    assert read(path) == pandas_frame.to_csv(**options)


def test_random_options(pandas_frame, tmp_path):
    seed = random.SystemRandom().randrange(2**32)
    chosen = random.Random(seed)
    for _ in range(30):
        options = {}
        for more in chosen.sample([one for one in OPTIONS if "header" not in one], 3):
            options.update(more)
        if options.get("quoting") == csv.QUOTE_NONE or options.get("doublequote") is False:
            options.setdefault("escapechar", "\\")
        npartitions = chosen.randint(1, 9)
        [path] = dd.from_pandas(pandas_frame, npartitions=npartitions).to_csv(tmp_path / "all.csv", single_file=True, **options)
        assert read(path) == pandas_frame.to_csv(**options), (seed, options)


def decompressed(path, compression):
    import bz2
    import gzip
    import lzma

    import pyarrow as pa

    openers = {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open, "zstd": lambda p: pa.input_stream(p, compression="zstd")}
    with openers[compression](path) as file:
        return file.read()


@pytest.mark.parametrize("compression", ["gzip", "bz2", "zstd", "xz"])
def test_compression(pandas_frame, tmp_path, compression):
    suffix = {"gzip": "gz", "bz2": "bz2", "zstd": "zst", "xz": "xz"}[compression]
    lazy = dd.from_pandas(pandas_frame, npartitions=3)
    [path] = lazy.to_csv(tmp_path / f"all.csv.{suffix}", single_file=True, compression=compression)
    texts = [decompressed(path, compression) for path in lazy.to_csv(tmp_path / f"part-*.csv.{suffix}", compression="infer")]
    assert texts == [part.to_csv().encode() for part in parts_of(lazy)]
    assert decompressed(path, compression) == pandas_frame.to_csv().encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    expected = pd.DataFrame({"größe": ["é", "ü", "ß"]})
    [path] = dd.from_pandas(expected, npartitions=3).to_csv(tmp_path / "all.csv", single_file=True, encoding=encoding)
    with open(path, encoding=encoding, newline="") as file:
        assert file.read() == expected.to_csv()


def test_header_of_the_first_partition_only(pandas_frame, tmp_path):
    lazy = dd.from_pandas(pandas_frame, npartitions=3)
    paths = lazy.to_csv(tmp_path / "*.csv", header_first_partition_only=True)
    assert "".join(read(path) for path in paths) == "".join(part.to_csv(header=i == 0) for i, part in enumerate(parts_of(lazy)))
    with pytest.raises(ValueError, match="header_first_partition_only cannot be False"):
        lazy.to_csv(tmp_path / "all.csv", single_file=True, header_first_partition_only=False)


def test_modes(tmp_path):
    expected = pd.DataFrame({"a": [1, 2, 3]})
    lazy = dd.from_pandas(expected, npartitions=2)
    path = tmp_path / "all.csv"
    lazy.to_csv(path, single_file=True)
    lazy.to_csv(path, single_file=True, mode="at", header=False)
    assert read(path) == expected.to_csv() + expected.to_csv(header=False)
    with pytest.raises(OSError, match="File exists"):
        lazy.to_csv(path, single_file=True, mode="x")
    lazy.to_csv(path, single_file=True)
    assert read(path) == expected.to_csv()


def test_later(pandas_frame, tmp_path):
    from cask import compute

    lazy = dd.from_pandas(pandas_frame, npartitions=2)
    values = lazy.to_csv(tmp_path / "*.csv", compute=False)
    assert os.listdir(tmp_path) == []
    assert compute(*values) == (str(tmp_path / "0.csv"), str(tmp_path / "1.csv"))
    assert sorted(os.listdir(tmp_path)) == ["0.csv", "1.csv"]


def test_what_fails_leaves_what_was_there(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a\n" + "1\n" * 100 + "no\n")
    path = tmp_path / "all.csv"
    path.write_text("from before")
    lazy = dd.read_csv(source, blocksize=20)
    with pytest.raises(ValueError, match="invalid literal|could not convert|no"):
        lazy.a.astype("int64").to_csv(path, single_file=True)
    assert read(path) == "from before"
    assert sorted(os.listdir(tmp_path)) == ["all.csv", "in.csv"]


def test_errors_name_what_is_wrong(pandas_frame, tmp_path):
    lazy = dd.from_pandas(pandas_frame, npartitions=2)
    with pytest.raises(TypeError, match="'sepp'; the nearest is 'sep'"):
        lazy.to_csv(tmp_path / "*.csv", sepp=";")
    with pytest.raises(NotImplementedError, match="s3://"):
        lazy.to_csv("s3://bucket/*.csv")
    with pytest.raises(ValueError, match="Writing 7 cols but got 1 aliases"):
        lazy.to_csv(tmp_path / "*.csv", header=["one"])
    with pytest.raises(NotImplementedError, match="not a function"):
        lazy.to_csv(tmp_path / "*.csv", float_format=str)
    with pytest.raises(KeyError):
        lazy.to_csv(tmp_path / "*.csv", columns=["nowhere"])
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        lazy.to_csv(tmp_path / "file" / "*.csv")
    assert os.listdir(tmp_path) == ["file"]
