"""Making frames: read_csv, from_pandas."""

import os

from cask import _core
from cask.dataframe._collection import wrap


def read_csv(urlpath, blocksize="default", lineterminator=None, compression="infer", sample=256000, sample_rows=10, enforce=False,
             assume_missing=False, storage_options=None, include_path_column=False, **kwargs):  # fmt: skip
    """A lazy frame of CSV files: a path, a list of them, globs, folders; local, or s3://, gs://, hdfs://, abfs://.

    Takes pandas.read_csv's options. Types are those of a sample until the data is read; then they are what pandas would have given
    the whole data, and `df.dtypes` says so.

    >>> df = dd.read_csv("trips/*.csv", parse_dates=["pickup"])
    """
    from cask.dataframe._csv_options import read_csv_options

    options = read_csv_options(blocksize=blocksize, lineterminator=lineterminator, compression=compression, assume_missing=assume_missing,
                               include_path_column=include_path_column, **kwargs)  # fmt: skip
    return wrap(_core.read_csv(_paths(urlpath), options, _flat(storage_options or {})))


def read_table(urlpath, sep="\t", **kwargs):
    """read_csv of tab-separated files."""
    return read_csv(urlpath, sep=sep, **kwargs)


def _paths(urlpath):
    if isinstance(urlpath, (str, os.PathLike)):
        return [os.fspath(urlpath)]
    return [os.fspath(path) for path in urlpath]


def _flat(options, prefix=""):
    flat = {}
    for name, value in options.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        elif value is not None:
            flat[prefix + name] = str(value).lower() if isinstance(value, bool) else str(value)
    return flat


def from_pandas(data, npartitions=None, sort=True, chunksize=None):
    """A lazy frame or series of a pandas one, cut into `npartitions` parts, sorted by its index unless told not to."""
    import pandas as pd

    if not isinstance(data, (pd.DataFrame, pd.Series)):
        raise TypeError("Input must be a pandas DataFrame or Series.")
    if isinstance(data.index, pd.MultiIndex):
        raise NotImplementedError("frames with a MultiIndex are not supported; reset_index() first")
    if npartitions is None and chunksize is None:
        npartitions = 1
    if npartitions is not None and not isinstance(npartitions, int):
        raise TypeError("Please provide npartitions as an int, or possibly as None if you specify chunksize.")
    if sort and not data.index.is_monotonic_increasing:
        data = data.sort_index(ascending=True)
    bounds, divisions = _cut(data.index, len(data), npartitions, chunksize, sort)
    return wrap(_core.from_columns(_columns(data), 1, isinstance(data, pd.Series), bounds, divisions))


def _columns(data):
    import pandas as pd

    from cask._pandas import from_pandas_column

    columns = [(data.index.name, *from_pandas_column(data.index))]
    if isinstance(data, pd.Series):
        return [*columns, (data.name, *from_pandas_column(data))]
    return columns + [(label, *from_pandas_column(data.iloc[:, i])) for i, label in enumerate(data.columns)]


def _cut(index, rows, npartitions, chunksize, sort):
    """Where partitions begin and end, and the index's values there: equal index values stay together where it is sorted."""
    if chunksize is None:
        starts = [i * rows // npartitions for i in range(npartitions)]
    else:
        starts = list(range(0, rows, chunksize)) or [0]
    if not sort:
        return [*sorted(set(starts)), rows], []
    first_of = sorted({int(index.searchsorted(index[start], side="left")) if rows else 0 for start in starts})
    bounds = [*first_of, rows] if rows else [0, 0]
    if not rows or index.hasnans:
        return bounds, []
    from cask.dataframe._literals import literal

    return bounds, [literal(index[start]) for start in first_of] + [literal(index[-1])]


def from_dict(data, npartitions, orient="columns", dtype=None, columns=None):
    """A lazy frame of a dict of columns."""
    import pandas as pd

    return from_pandas(pd.DataFrame.from_dict(data, orient, dtype, columns), npartitions)
