"""Lazy frames that look like pandas'.

    import cask.dataframe as dd
    df = dd.read_csv("trips/*.csv")
    df.groupby("passenger_count").fare.mean().compute()
"""

from cask.base import compute, persist
from cask.dataframe._collection import Collection
from cask.dataframe._frame import DataFrame
from cask.dataframe._io import from_dict, from_pandas, read_csv, read_table
from cask.dataframe._map_partitions import map_partitions
from cask.dataframe._series import Index, Scalar, Series
from cask._nearest import missing_name as _missing_name

__all__ = ["Collection", "DataFrame", "Index", "Scalar", "Series", "compute", "from_dict", "from_pandas", "isna", "map_partitions", "persist",
           "read_csv", "read_table"]  # fmt: skip


def isna(arg):
    """Where values are missing."""
    return arg.isna()


def __getattr__(name):
    raise AttributeError(_missing_name("dask.dataframe", name, __all__), name=name)
