"""Cask: dataframes and arrays that look like pandas and NumPy, lazy, parallel, larger than memory.

    import cask.dataframe as dd
    df = dd.read_csv("trips/*.csv")
    df.payment_type.value_counts().compute()

Nothing below is imported before its first use, so that ``import cask`` is quick and never imports pandas.
"""

from importlib import import_module as _import_module

__version__ = "0.1.0"

# Public name -> the module that has it; None stands for a module of that name.
_NAMES = {
    "array": None,
    "base": None,
    "config": None,
    "dataframe": None,
    "diagnostics": None,
    "distributed": None,
    "compute": "base",
    "is_dask_collection": "base",
    "optimize": "base",
    "persist": "base",
    "visualize": "base",
    "delayed": "_delayed",
    "read_csv": "dataframe",
    "from_pandas": "dataframe",
}

__all__ = sorted(_NAMES)


def __getattr__(name):
    if name not in _NAMES:
        from cask._nearest import missing_name

        raise AttributeError(missing_name("cask", name, __all__), name=name)
    owner = _NAMES[name]
    if owner is None:
        value = _import_module(f"cask.{name}")
    else:
        value = getattr(_import_module(f"cask.{owner}"), name)
    globals()[name] = value
    return value


def __dir__():
    return [*__all__, "__version__"]
