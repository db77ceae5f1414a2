from cask import array as array
from cask import base as base
from cask import config as config
from cask import dataframe as dataframe
from cask import diagnostics as diagnostics
from cask import distributed as distributed
from cask._delayed import delayed as delayed
from cask.base import compute as compute
from cask.base import is_dask_collection as is_dask_collection
from cask.base import optimize as optimize
from cask.base import persist as persist
from cask.base import visualize as visualize
from cask.dataframe import from_pandas as from_pandas
from cask.dataframe import read_csv as read_csv

__version__: str
__all__: list[str]
