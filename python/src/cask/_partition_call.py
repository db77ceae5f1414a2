"""Users' functions over the partitions of a frame, as they are called: in this process or in one that has nothing but Python.

A partition comes as compute/python_table.h says and goes back in the same way; in between the function has it as pandas does.
"""

import re
import struct

_PLAIN = re.compile(r"bool|u?int\d+|float\d+")


class PartitionCall:
    """The handler of a call (docs/python.md): the function, and what is to become of its result."""

    def __init__(self, function, labels, num_index, is_series, has_row_ids, result, divisions=None):
        self._pickled = function  # Pickled, of (function, arguments, keyword arguments)
        self._labels, self._num_index, self._is_series, self._has_row_ids = labels, num_index, is_series, has_row_ids
        self._result = result
        self._divisions = divisions  # None: the function does not ask for partition_info
        self._function = None

    def __getstate__(self):
        return {**self.__dict__, "_function": None}

    def __call__(self, arguments):
        number, *types = bytes(arguments[0]).decode().split("\n")
        part = self._part([line.split("\t") for line in types], arguments[1:])
        if self._function is None:
            self._function = self._pickled.load()
        function, args, kwargs = self._function
        if self._divisions is not None:
            kwargs = {**kwargs, "partition_info": {"number": int(number), "division": self._divisions[int(number)]}}
        # What is changed about the part's index in place does not change which rows there were.
        index = part.index
        return self._result.to_streams(function(part, *args, **kwargs), index)

    def _part(self, types, streams):
        from cask._pandas import to_pandas

        rows = _Stream(streams[0])
        categories = iter(streams[1:])
        columns = []
        for i, (label, (dtype, *more)) in enumerate(zip(self._labels, types)):
            values = rows.column(i, dtype)
            if more:
                order, values_dtype = more
                values = (values, values_dtype, _Stream(next(categories)).column(0, values_dtype), order == "ordered")
            columns.append((label, dtype, values))
        start = _range_start(columns[0][2]) if self._has_row_ids else None
        return to_pandas({"shape": "series" if self._is_series else "frame", "num_index": self._num_index, "range_start": start,
                          "num_rows": rows.num_rows, "columns": columns})  # fmt: skip


class PartitionResult:
    """What a function over partitions is to give: columns of known labels and types, the index first."""

    def __init__(self, labels, types, num_index, is_series, has_row_ids, enforce, is_guess):
        self.labels = labels
        self.types = types  # ColumnType each
        self.num_index = num_index
        self.is_series = is_series
        self.has_row_ids = has_row_ids
        self.enforce = enforce  # whether a frame's columns must have these labels, in this order
        self.is_guess = is_guess  # whether other types are no error, but said so that the function is called anew with those

    def to_streams(self, result, index):
        """The buffers of a result; `index` is that of the partition it was made of."""
        columns = self._columns_of(self._checked(result), index)
        arrays, categories, others = [], [], []
        for i, (values, expected) in enumerate(zip(columns, self.types)):
            try:
                array, of_categories = expected.array_of(values, self._describe(i))
            except _OtherType as error:
                if not self.is_guess or error.name is None:
                    raise TypeError(str(error)) from None
                others.append(f"{i}\t{error.name}")
                continue
            arrays.append(array)
            if of_categories is not None:
                categories.append(_stream_of([of_categories]))
        if others:
            return [struct.pack("<q", -1), "\n".join(others).encode()]
        streams = [_stream_of(arrays), *categories]
        return [struct.pack(f"<{len(streams)}q", *(stream.size for stream in streams)), *streams]

    def _describe(self, i):
        if i < self.num_index:
            return "the index"
        return "the series" if self.is_series else f"column {self.labels[i]!r}"

    def _checked(self, result):
        import pandas as pd

        if self.is_series and pd.api.types.is_scalar(result):
            result = pd.Series([result])
        expected = pd.Series if self.is_series else pd.DataFrame
        if not isinstance(result, expected):
            raise TypeError(f"the function gives a {type(result).__name__} where a {expected.__name__} is expected (meta); give meta= what it gives")
        return result

    def _columns_of(self, result, index):
        import pandas as pd

        if not len(result):  # of what types it is means nothing
            return [pd.Series([], dtype=expected.dtype) for expected in self.types]
        if result.index.nlevels != self.num_index:
            raise TypeError(f"the index has {result.index.nlevels} levels where {self.num_index} are expected (meta); give meta= with that index")
        levels = [result.index.get_level_values(i) for i in range(self.num_index)]
        if self.has_row_ids:
            levels = [_checked_rows(levels[0], index)]
        return levels + ([result] if self.is_series else self._values_of(result))

    def _values_of(self, frame):
        labels = self.labels[self.num_index :]
        found = list(frame.columns)
        if found == labels or (not self.enforce and len(found) == len(labels) and set(found) != set(labels)):
            return [frame.iloc[:, i] for i in range(len(labels))]
        if not self.enforce and len(set(found)) == len(found) and set(found) == set(labels):
            return [frame[label] for label in labels]
        extra = [label for label in found if label not in labels]
        missing = [label for label in labels if label not in found]
        differ = f"Order of columns does not match.\nActual:   {found}\nExpected: {labels}"
        if extra or missing:
            differ = f"  Extra:   {extra}\n  Missing: {missing}"
        raise ValueError(f"The columns in the computed data do not match the columns in the provided metadata.\n{differ}")


class _OtherType(Exception):
    """A column is of another type than it is to have: `name`, if the engine has it."""

    def __init__(self, text, name):
        super().__init__(text)
        self.name = name


class ColumnType:
    """The type that a column of a result is to have: its name in the engine and its dtype in pandas. Of categories: that of their values, too."""

    def __init__(self, name, dtype, values=None, is_unseen=False):
        self.name, self.dtype, self.values = name, dtype, values
        self.is_unseen = is_unseen  # guessed from missing values: any other type is more likely

    def array_of(self, values, what):
        """(the column as the engine holds it, its categories or None)"""
        import pandas as pd

        series = values if isinstance(values, pd.Series) else pd.Series(values)
        if self.name == "category":
            return self._codes_of(series, what)
        return self._plain_array_of(series, what), None

    def _plain_array_of(self, series, what):
        from cask._pandas import from_pandas_column

        cast = series if series.dtype == self.dtype else _cast(series, self.dtype, self.is_unseen)
        if cast is not None:
            name, data = from_pandas_column(cast)
            if name == self.name:
                return _array_of(name, data)
        text = f"{what} is of type {_found(series)} where {self.name} is expected (meta); give meta= the types that the function gives"
        raise _OtherType(text, _engine_type(series, self.dtype))

    def _codes_of(self, series, what):
        import numpy as np
        import pandas as pd
        import pyarrow as pa

        is_known = self.dtype.categories is not None
        if is_known or not isinstance(series.dtype, pd.CategoricalDtype):
            is_lost = ~series.isna() & ~series.isin(self.dtype.categories) if is_known else pd.Series([False])
            if is_lost.any():
                lost = series[is_lost].iloc[0]
                raise _OtherType(f"{what} has {lost!r}, which is none of the categories that are expected (meta); give meta= with all of them", None)
            series = series.astype(self.dtype)
        codes = series.cat.codes.to_numpy().astype("int32")
        codes = pa.array(np.maximum(codes, 0), mask=codes < 0)
        return codes, self.values._plain_array_of(pd.Series(series.cat.categories), f"the categories of {what}")


# What is called for methods that take a function of a row or of a value.


def apply_to_rows(frame, function, args, kwargs):
    return frame.apply(function, axis=1, args=args, **kwargs)


def apply_to_values(series, function, args, kwargs):
    return series.apply(function, args=args, **kwargs)


def map_values(part, function, na_action):
    return part.map(function, na_action=na_action)


# Columns.


class _Stream:
    """The one batch of an Arrow IPC stream, and its columns as cask._pandas takes them."""

    def __init__(self, stream):
        import pyarrow as pa

        self._memory = memoryview(stream).cast("B")
        buffer = pa.py_buffer(self._memory)
        self._address = buffer.address
        self._batch = pa.ipc.open_stream(buffer).read_next_batch()
        self.num_rows = self._batch.num_rows

    def column(self, i, dtype):
        """A NumPy array of the stream's own memory, which may be written to, where the type allows; else an Arrow array."""
        import numpy as np

        array = self._batch.column(i)
        is_time = dtype.startswith(("datetime64", "timedelta64"))
        if array.null_count or not (is_time or _PLAIN.fullmatch(dtype)):
            return array
        if not len(array):
            return np.empty(0, "int64" if is_time else dtype)
        return np.frombuffer(self._memory, "int64" if is_time else dtype, count=len(array), offset=array.buffers()[1].address - self._address)


def _range_start(rows):
    """The first of numbers that follow one another; None where they do not."""
    import numpy as np

    if not len(rows):
        return 0
    return int(rows[0]) if np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))) else None


def _checked_rows(labels, index):
    """The labels of a result, each of which must be that of a row of its partition, or which count its own rows."""
    import pandas as pd

    is_number = pd.api.types.is_integer_dtype(labels.dtype)
    if is_number and (labels is index or labels.equals(pd.RangeIndex(len(labels))) or labels.isin(index).all()):
        return labels.astype("int64")
    raise TypeError(f"the index ({_found(labels)}) is none of the partition's rows, as is expected (meta); give meta= with such an index")


def _found(values):
    import pandas as pd

    kind = f" ({pd.api.types.infer_dtype(values, skipna=True)})" if values.dtype == object else ""
    return f"{values.dtype}{kind}"


def _array_of(name, data):
    """A column that `from_pandas_column` gave, as Arrow holds it."""
    import pyarrow as pa

    if isinstance(data, pa.Array):
        return data
    unit, _, zone = name.partition("[")[2].rstrip("]").partition(", ")
    if name.startswith("datetime64"):
        of_arrow = pa.timestamp(unit, zone or None)
    elif name.startswith("timedelta64"):
        of_arrow = pa.duration(unit)
    else:
        of_arrow = pa.uint8() if name == "bool" else pa.from_numpy_dtype(data.dtype)
    return pa.Array.from_buffers(of_arrow, len(data), [None, pa.py_buffer(data)])


def _stream_of(arrays):
    import pyarrow as pa

    batch = pa.RecordBatch.from_arrays(arrays, names=[""] * len(arrays))
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, batch.schema) as writer:
        writer.write_batch(batch)
    return out.getvalue()


# Casts that lose nothing.


def _engine_type(series, expected):
    """What the engine calls the type of a column that is not of the expected one; None where it has no such columns, or needs to know more."""
    from cask._pandas import from_pandas_column

    if series.isna().all():
        return "float64" if _family(expected) == "number" else None
    try:
        name, _ = from_pandas_column(series.infer_objects() if series.dtype == object else series)
    except NotImplementedError:
        return None
    return name if isinstance(name, str) else None


def _cast(series, dtype, only_missing=False):
    """The values as another type that has all of them, and none of them otherwise than it was; None where there is no such cast. `only_missing`: none
    but missing values are cast."""
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if series.isna().all():
        return None if _family(dtype) == "number" and not _has_missing(dtype) else pd.Series([None] * len(series), dtype=dtype)
    if only_missing:
        return None
    if series.dtype == object:
        series = series.infer_objects()
    if series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) == "string":
        series = series.astype("str")
    if series.dtype == dtype:
        return series
    if _family(series.dtype) != _family(dtype) or (_is_bool(dtype) and not _is_bool(series.dtype)):
        return series.astype(object) if dtype == object and _is_bool(series.dtype) else None
    try:
        cast = series.astype(dtype)
    except (TypeError, ValueError, OverflowError):
        return None
    present = ~series.isna()
    is_same = (cast.isna() == ~present).all() and (cast[present].astype(series.dtype) == series[present]).all()
    return cast if is_same else None


def _family(dtype):
    import pandas as pd

    types = pd.api.types
    if types.is_bool_dtype(dtype) or types.is_numeric_dtype(dtype):
        return "number"
    if isinstance(dtype, pd.StringDtype):
        return "text"
    if isinstance(dtype, pd.DatetimeTZDtype):
        return str(dtype.tz)
    return getattr(dtype, "kind", None)


def _is_bool(dtype):
    import pandas as pd

    return pd.api.types.is_bool_dtype(dtype)


def _has_missing(dtype):
    import numpy as np

    return not (isinstance(dtype, np.dtype) and dtype.kind in "biu")
