"""From Python values to constants of columns."""

import datetime
import numbers

from cask import _core


def literal(value):
    """A `_core.Literal`: Python's own numbers are weak (they take the type of the column they meet), NumPy's are not (NEP 50)."""
    if value is None or isinstance(value, (bool, str)) or type(value) in (int, float):
        return _core.Literal.make(value, "", isinstance(value, (bool, int, float)))
    if isinstance(value, (datetime.date, datetime.timedelta)) or type(value).__module__.startswith("pandas"):
        return _temporal(value)
    dtype = getattr(value, "dtype", None)
    if dtype is not None and getattr(value, "ndim", None) == 0:
        if dtype.kind in "mM":
            return _temporal(value)
        return _core.Literal.make(value.item(), dtype.name if dtype.kind in "biuf" else "", False)
    if isinstance(value, numbers.Integral):
        return _core.Literal.make(int(value), "", True)
    if isinstance(value, numbers.Real):
        return _core.Literal.make(float(value), "", True)
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be combined with a column")


def _temporal(value):
    import pandas as pd

    if value is pd.NaT or value is pd.NA:
        return _core.Literal.make(None, "", False)
    is_span = isinstance(value, datetime.timedelta) or getattr(getattr(value, "dtype", None), "kind", "") == "m"
    stamp = pd.Timedelta(value) if is_span else pd.Timestamp(value)
    if stamp is pd.NaT:
        return _core.Literal.make(None, "", False)
    if is_span:
        return _core.Literal.make(stamp._value, f"timedelta64[{stamp.unit}]", False)
    zone = f", {stamp.tz}" if stamp.tz is not None else ""
    return _core.Literal.make(stamp._value, f"datetime64[{stamp.unit}{zone}]", False)


def dtype_name(dtype):
    """What the engine calls a dtype given as pandas takes it: "int64", float, np.int32, pd.Int64Dtype(), "category"."""
    if type(dtype).__name__ == "CategoricalDtype":
        from cask._pandas import categorical_type

        return "category" if dtype.categories is None and not dtype.ordered else categorical_type(dtype)
    if isinstance(dtype, str):
        return dtype
    if dtype is float or dtype is int or dtype is bool:
        return {float: "float64", int: "int64", bool: "bool"}[dtype]
    if dtype is str or dtype is object:
        return "str"
    if isinstance(dtype, type):
        import numpy as np

        return np.dtype(dtype).name
    name = getattr(dtype, "name", None)
    return name if isinstance(name, str) else str(dtype)
