"""Between the engine's columns and pandas, without a copy where the layout allows."""

import re

_TEMPORAL = re.compile(r"(datetime64|timedelta64)\[(\w+)(?:, (.+))?\]")
_NULLABLE = {"Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64", "boolean"}


def to_pandas(computed):
    """A computed result as pandas has it: DataFrame, Series, Index, or a plain value."""
    import pandas as pd

    columns = [(label, dtype, _values(dtype, values)) for label, dtype, values in computed["columns"]]
    shape, count = computed["shape"], computed["num_index"]
    if shape == "scalar":
        return _scalar(pd, columns[0])
    index = _index(pd, columns[:count], computed)
    if shape == "index":
        return index
    if shape == "series":
        label, _, values = columns[count]
        return pd.Series(values, index=index, name=label, copy=False)
    return _frame(pd, columns[count:], index)


def _frame(pd, columns, index):
    labels = [label for label, _, _ in columns]
    frame = pd.DataFrame(dict(enumerate(values for _, _, values in columns)), index=index, copy=False)
    frame.columns = pd.Index(labels, dtype=None if labels else object) if not _all_text(labels) else pd.Index(labels, dtype="str")
    return frame


def _all_text(labels):
    return bool(labels) and all(isinstance(label, str) for label in labels)


def _index(pd, columns, computed):
    if not columns or computed["range_start"] is not None:
        start = computed["range_start"] or 0
        name = columns[0][0] if columns else None
        return pd.RangeIndex(start, start + computed["num_rows"], name=name)
    if len(columns) == 1:
        label, _, values = columns[0]
        return pd.Index(_decode_labels(values), name=label)
    return pd.MultiIndex.from_arrays([values for _, _, values in columns], names=[label for label, _, _ in columns])


def _decode_labels(values):
    """An index made of column labels has integers among them in the engine's spelling."""
    if getattr(values, "dtype", None) != "str" or not len(values) or not str(values[0]).startswith("\x01i"):
        return values
    return [int(value[2:]) if value.startswith("\x01i") else value for value in values]


def _scalar(pd, column):
    """One value, of the class that pandas gives: a Timestamp rather than a numpy.datetime64."""
    _, dtype, values = column
    return pd.Series(values).iloc[0] if _TEMPORAL.fullmatch(dtype) else values[0]


def _values(dtype, values):
    """An array that pandas takes as it is: NumPy's, or an extension array."""
    import pandas as pd

    if dtype == "category":
        codes, categories_dtype, categories, is_ordered = values
        return _categorical(pd, codes, categories_index(categories_dtype, categories), is_ordered)
    temporal = _TEMPORAL.fullmatch(dtype)
    if not hasattr(values, "__arrow_c_array__"):
        if temporal is None:
            return values
        kind, unit, zone = temporal.groups()
        times = values.view(f"{'M8' if kind == 'datetime64' else 'm8'}[{unit}]")
        return times if zone is None else pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(zone).array
    import pyarrow as pa

    array = pa.array(values)
    if dtype == "str":
        return pd.arrays.ArrowStringArray(array, dtype=pd.StringDtype("pyarrow", na_value=float("nan")))
    if dtype == "string":
        return pd.arrays.ArrowStringArray(array, dtype=pd.StringDtype("pyarrow"))
    if dtype.endswith("[pyarrow]"):
        if dtype == "bool[pyarrow]":
            array = array.cast(pa.bool_())
        return pd.arrays.ArrowExtensionArray(array)
    if dtype in _NULLABLE:
        if dtype == "boolean":
            array = array.cast(pa.bool_())
        return _nullable_values(array, dtype)
    if dtype in ("object", "bool"):
        return _objects(array)
    # A reduction's missing result in a type without a mark for it.
    return array.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _nullable_values(array, dtype):
    import numpy as np
    import pandas as pd

    mask = np.asarray(array.is_null())
    filled = array.fill_null(False if dtype == "boolean" else 0).to_numpy(zero_copy_only=False)
    if dtype == "boolean":
        return pd.arrays.BooleanArray(filled.astype(bool), mask)
    if dtype.startswith("Float"):
        return pd.arrays.FloatingArray(filled, mask)
    return pd.arrays.IntegerArray(filled, mask)


def _categorical(pd, codes, categories, is_ordered):
    import pyarrow as pa

    codes = pa.array(codes).fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories, is_ordered))


def categories_index(dtype, values):
    """The pandas Index of a categorical type's categories."""
    import pandas as pd

    return pd.Index(_values(dtype, values), copy=False)


def _objects(array):
    """bools or large integers with missing values, as Python objects."""
    import numpy as np
    import pyarrow as pa

    convert = int if pa.types.is_large_string(array.type) else bool
    objects = np.empty(len(array), dtype=object)
    for i, value in enumerate(array.to_pylist()):
        objects[i] = float("nan") if value is None else convert(value)
    return objects


def from_pandas_column(values):
    """(dtype, data) of a pandas Series or Index, for the engine."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf" and dtype.name != "float16":
        return dtype.name, np.ascontiguousarray(values.to_numpy())
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        return f"{'datetime64' if dtype.kind == 'M' else 'timedelta64'}[{np.datetime_data(dtype)[0]}]", np.ascontiguousarray(values.to_numpy()).view("int64")
    if isinstance(dtype, pd.DatetimeTZDtype):
        return str(dtype), np.ascontiguousarray(values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy() if isinstance(values, pd.Series) else values.tz_convert("UTC").tz_localize(None).to_numpy()).view("int64")
    if isinstance(dtype, pd.CategoricalDtype):
        categorical = getattr(values, "array", values)
        return categorical_type(dtype), np.ascontiguousarray(categorical.codes.astype("int32"))
    if isinstance(dtype, pd.StringDtype):
        return "str" if dtype.na_value is not pd.NA else "string", _text(values)
    if dtype.name in _NULLABLE:
        array = pa.array(values)
        if dtype.name == "boolean":
            array = array.cast(pa.uint8())
        return dtype.name, _whole(array)
    if dtype == object:
        return _from_objects(values)
    raise NotImplementedError(f"cask has no columns of dtype {dtype}; convert them with astype() first")


def _from_objects(values):
    import pandas as pd
    import pyarrow as pa

    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in ("string", "empty"):
        return "str", _text(values)
    if kind == "boolean":
        return "object", _whole(pa.array(values, type=pa.bool_(), from_pandas=True).cast(pa.uint8()))
    raise NotImplementedError(f"cask has no columns of Python objects ({kind}); convert them with astype() first")


def _text(values):
    import pyarrow as pa

    return _whole(pa.array(values, type=pa.large_string(), from_pandas=True))


def categorical_type(dtype):
    """A pandas CategoricalDtype as the engine takes it: the categories' dtype, the categories, whether they are ordered."""
    if dtype.categories is None:
        return ("str", None, bool(dtype.ordered))
    return (*from_pandas_column(dtype.categories), bool(dtype.ordered))


def _whole(array):
    import pyarrow as pa

    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
