"""Into how many partitions files are cut. The files are sparse: only their heads are ever read."""

import pytest
from dask.bytes import read_bytes

import cask.dataframe as dd

DEFAULT_AT_MOST = 64_000_000


def make(path, size):
    with open(path, "wb") as out:
        out.write(b"a,b\n1,2\n"[:size])
        out.truncate(size)
    return str(path)


def blocks_of_dask(paths, blocksize):
    return sum(len(blocks) for blocks in read_bytes(paths, blocksize=blocksize, sample=False)[1])


@pytest.mark.parametrize("blocksize", [None, 10_000, "10kB", "64MB", "1 MiB", "1e5"])
@pytest.mark.parametrize("size", [8, 9_999, 10_000, 10_001, 19_999, 20_000, 20_001, 63_999_999, 64_000_000, 64_000_001, 118_000_000, 128_000_000, 10**12])
def test_a_block_size_cuts_as_dask_cuts(tmp_path, size, blocksize):
    path = make(tmp_path / "a.csv", size)
    if size == 10**12 and blocksize not in ("64MB", None):
        blocksize = 10**9 + 7
    assert dd.read_csv(path, blocksize=blocksize).npartitions == blocks_of_dask(path, blocksize)


def test_many_small_files_are_a_partition_each_and_empty_ones_none(tmp_path):
    paths = [make(tmp_path / f"{i:03}.csv", 0 if i % 10 == 3 else 8 + i) for i in range(300)]
    for blocksize in ("default", None, "64MB", 100):
        expected = blocks_of_dask(paths, DEFAULT_AT_MOST if blocksize == "default" else blocksize or 10**6)
        assert dd.read_csv(paths, blocksize=blocksize).npartitions == expected


@pytest.mark.parametrize("size", [8, 118_000_000, 128_000_000, 128_000_001, 10**12])
def test_no_partition_is_larger_than_the_default_unless_asked_for(tmp_path, size):
    partitions = dd.read_csv(make(tmp_path / "a.csv", size)).npartitions
    assert partitions * DEFAULT_AT_MOST >= size
    assert (size == 8) == (partitions == 1)


def test_blocks_of_any_size_hold_every_row_once(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "".join(f"{i},{'x' * (i % 7)}\n" for i in range(500)))
    for blocksize in [*range(1, 60), 1000, 2500, 5000, 10_000, None]:
        lazy = dd.read_csv(path, blocksize=blocksize)
        assert lazy.npartitions == (1 if blocksize is None else max(1, path.stat().st_size // blocksize))
        assert lazy.a.compute().tolist() == list(range(500)), blocksize


@pytest.mark.parametrize("blocksize", ["64 parsecs", "MB", -1])
def test_a_block_size_that_is_none_is_refused(tmp_path, blocksize):
    with pytest.raises(ValueError, match="is no number of bytes|blocksize must be positive"):
        dd.read_csv(make(tmp_path / "a.csv", 8), blocksize=blocksize)
