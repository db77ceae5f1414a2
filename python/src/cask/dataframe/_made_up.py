"""Made-up rows: what a function is called with to see what it gives."""

import re

# The one category of columns whose categories are not known yet: where it turns up in a result, the result's are not known either.
UNKNOWN_CATEGORY = "__UNKNOWN_CATEGORIES__"

_TIMES = re.compile(r"(datetime64|timedelta64)\[(\w+)(?:, (.+))?\]")


def made_up(columns, num_index, is_series):
    """Two rows of `columns`, (label, dtype, categories) each, of which the first `num_index` are the index."""
    import pandas as pd

    labels = [label for label, _, _ in columns]
    if num_index == 0:
        index = pd.RangeIndex(2)
    elif num_index == 1:
        index = pd.Index(_labels(*columns[0][1:]), name=labels[0])
    else:
        index = pd.MultiIndex.from_arrays([_labels(dtype, categories) for _, dtype, categories in columns[:num_index]], names=labels[:num_index])
    values = [_values(dtype, categories) for _, dtype, categories in columns[num_index:]]
    if is_series:
        return pd.Series(values[0].array, index=index, name=labels[num_index])
    frame = pd.DataFrame({i: one.array for i, one in enumerate(values)}, index=index)
    frame.columns = pd.Index(labels[num_index:], dtype=None if values else object)
    return frame


def _labels(dtype, categories):
    """Two different values, in order, where the type has two."""
    import numpy as np

    if re.fullmatch(r"u?int\d+|float\d+", dtype):
        return np.arange(2, dtype=dtype)
    return _values(dtype, categories, ("a", "b")).array


def _values(dtype, categories, texts=("foo", "foo")):
    import pandas as pd

    from cask.dataframe._meta import pandas_dtype

    if dtype == "category":
        return _categorical(pandas_dtype(dtype, categories))
    times = _TIMES.fullmatch(dtype)
    if times is None:
        values = texts if dtype in ("str", "string") else (True, True) if dtype in ("bool", "boolean", "object") else (1, 1)
        return pd.Series(values, dtype=pandas_dtype(dtype))
    kind, unit, zone = times.groups()
    if kind == "timedelta64":
        return pd.Series(pd.to_timedelta([1, 2], unit="D").as_unit(unit))
    return pd.Series(pd.DatetimeIndex(["2000-01-01", "2000-01-02"]).as_unit(unit).tz_localize(zone))


def _categorical(dtype):
    import pandas as pd

    if dtype.categories is None:
        dtype = pd.CategoricalDtype([UNKNOWN_CATEGORY], dtype.ordered)
    count = len(dtype.categories)
    return pd.Series(pd.Categorical.from_codes([0, min(1, count - 1)] if count else [-1, -1], dtype=dtype))
