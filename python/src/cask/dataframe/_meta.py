"""pandas' view of a lazy collection: its dtypes, and an empty frame like it."""


def pandas_dtype(name, categories=None):
    """The pandas dtype of an engine's; `categories` is what it tells of a categorical one."""
    import numpy as np
    import pandas as pd

    if name == "str":
        return pd.StringDtype(na_value=np.nan)
    if name == "category":
        return _categorical_dtype(categories)
    return pd.api.types.pandas_dtype(name)


def _categorical_dtype(categories):
    import pandas as pd

    if categories is None or categories[1] is None:
        return pd.CategoricalDtype(ordered=bool(categories and categories[2]))
    from cask._pandas import categories_index

    return pd.CategoricalDtype(categories_index(*categories[:2]), categories[2])


def _all_dtypes(core):
    return [pandas_dtype(name, categories) for name, categories in zip(core.dtypes, core.categories)]


def dtype_of(core):
    """The dtype of a series, index or scalar."""
    return _all_dtypes(core)[0]


def dtypes(core):
    import pandas as pd

    return pd.Series(_all_dtypes(core), index=pd.Index(core.labels, dtype=None), dtype=object)


def empty(core):
    """An empty frame or series of the collection's columns and dtypes."""
    import pandas as pd

    columns = [pd.Series([], dtype=dtype) for dtype in _all_dtypes(core)]
    if core.shape_kind != "frame":
        return columns[0].rename(core.labels[0])
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = pd.Index(core.labels)
    return frame
