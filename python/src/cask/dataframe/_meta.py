"""pandas' view of a lazy collection: its dtypes, and an empty frame like it."""


def pandas_dtype(name):
    import numpy as np
    import pandas as pd

    if name == "str":
        return pd.StringDtype(na_value=np.nan)
    if name == "category":
        return pd.CategoricalDtype()
    return pd.api.types.pandas_dtype(name)


def dtypes(core):
    import pandas as pd

    return pd.Series([pandas_dtype(name) for name in core.dtypes], index=pd.Index(core.labels, dtype=None), dtype=object)


def empty(core):
    """An empty frame or series of the collection's columns and dtypes."""
    import pandas as pd

    columns = [pd.Series([], dtype=pandas_dtype(name)) for name in core.dtypes]
    if core.shape_kind != "frame":
        return columns[0].rename(core.labels[0])
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = pd.Index(core.labels)
    return frame
