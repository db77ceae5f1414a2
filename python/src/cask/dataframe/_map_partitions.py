"""Users' functions over the partitions of frames and series: map_partitions, apply, map."""

import pickle
import warnings

from cask import _core
from cask import _partition_call as calls
from cask._calls import name_of
from cask._pickled import Pickled
from cask.dataframe._collection import Collection, wrap
from cask.dataframe._made_up import made_up
from cask.dataframe._result_types import ResultTypes, no_default, pandas_meta


def map_partitions(func, *args, meta=no_default, enforce_metadata=True, transform_divisions=True, clear_divisions=False,
                   align_dataframes=False, parent_meta=None, required_columns=None, **kwargs):  # fmt: skip
    """What `func(partition, *args, **kwargs)` gives for each partition of a frame or series: a frame, a series, or one value each.

    Without `meta`, an empty frame or series like the results (or a dict of columns' dtypes, a pair of a name and a dtype, a dtype), the function is
    called on two made-up rows to see what it gives; where the data does not bear that out it is called anew. A function with a parameter
    `partition_info` gets a dict of the partition's "number" and "division".

    >>> df.map_partitions(lambda part: part[part.fare > part.fare.median()])
    """
    if align_dataframes:
        raise NotImplementedError("map_partitions() does not align frames; join them first")
    if not args or not isinstance(args[0], Collection):
        raise TypeError("map_partitions() needs a lazy frame or series as its first argument after the function")
    return mapped(args[0], "map_partitions", func, args[1:], kwargs, meta, enforce=enforce_metadata, keeps_divisions=not clear_divisions, shown=func)


def apply_rows(frame, function, args, meta, kwds):
    """DataFrame.apply along axis 1."""
    return _warned(meta, "apply", mapped(frame, "apply", calls.apply_to_rows, (function, tuple(args), kwds), {}, meta, shown=function))


def apply_values(series, function, args, meta, kwds):
    """Series.apply."""
    return _warned(meta, "apply", mapped(series, "apply", calls.apply_to_values, (function, tuple(args), kwds), {}, meta, shown=function))


def map_values(collection, arg, na_action, meta):
    """DataFrame.map and Series.map."""
    if isinstance(arg, Collection):
        raise NotImplementedError("map() takes a function, a dict or a pandas Series, not a lazy one; compute() it first")
    example = None if callable(arg) else _first_values
    return _warned(meta, "map", mapped(collection, "map", calls.map_values, (arg, na_action), {}, meta, shown=arg, example=example))


def _first_values(part, mapping, na_action):
    """What a dict or a series has for any two values."""
    import pandas as pd

    values = pd.Series(list(mapping.values())) if isinstance(mapping, dict) else mapping
    return pd.Series(values.array.take([0, 0]) if len(values) else [None] * len(part), index=part.index, name=part.name)


def mapped(collection, method, function, args, kwargs, meta, enforce=True, keeps_divisions=True, shown=None, example=None):
    """The lazy result of a function over the partitions of `collection`; `shown` is what of it users know. `example` gives, instead of the function,
    what it gives for made-up rows."""
    if collection._core.shape_kind not in ("frame", "series"):
        raise NotImplementedError(f"{method}() is there for frames and series, not for {type(collection).__name__}")
    _refuse_collections(method, args, kwargs)
    rows = _core.PartitionInput(collection._core)
    call = (function, args, kwargs)
    mapping = _Mapping(f"{method}({name_of(shown)})", call, meta, collection)
    mapping.num_index, mapping.has_row_ids = rows.num_index, rows.has_row_ids
    mapping.enforce, mapping.keeps_divisions, mapping.example = enforce, keeps_divisions, example
    return wrap(rows.map(mapping(rows.columns, [], call), mapping))


class _Mapping:
    """Makes the call of a function for partitions with columns of given types. Expressions keep it, so it keeps the function as a pickle only: what
    that refers to may refer to lazy collections, and the collector of garbage does not see into expressions."""

    def __init__(self, name, call, meta, collection):
        self.name = name
        self.meta = no_default if meta is no_default or meta is None else pandas_meta(meta)
        self.is_series = collection._core.shape_kind == "series"
        self.divisions = collection.divisions if _takes_partition_info(call[0]) else None
        try:
            self.pickled = Pickled(call)
        except Exception as error:
            raise TypeError(f"{name}: what the function refers to must be possible to pickle, as lazy collections are not: {error}") from error

    def __call__(self, columns, found, call=None):
        """What the engine needs to know, for an input of `columns`, (label, dtype, categories) each, where calls said `found` of their results."""
        is_guess = self.meta is no_default
        if is_guess:
            call = call or self.pickled.load()
            of_no_rows = lambda: self._of_no_rows(columns, *call)
            result = ResultTypes(self._emulated(columns, *call), False, columns, self.num_index, self.has_row_ids, of_no_rows)
        else:
            result = ResultTypes(self.meta, True, columns, self.num_index, self.has_row_ids)
        result.learn(found)
        labels = [label for label, _, _ in columns]
        expected = calls.PartitionResult(result.labels, result.types, result.num_index, result.is_series, result.has_row_ids, self.enforce, is_guess)
        call = calls.PartitionCall(self.pickled, labels, self.num_index, self.is_series, self.has_row_ids, expected, self.divisions)
        return {"name": self.name, "call": pickle.dumps(call, protocol=5), "columns": list(zip(result.labels, result.engine_types)),
                "shape": "series" if result.is_series else "frame", "num_index": result.num_index, "has_row_ids": self.has_row_ids,
                "gives_row_ids": result.has_row_ids,
                "keeps_divisions": self.keeps_divisions and result.keeps_index}  # fmt: skip

    def _emulated(self, columns, function, args, kwargs):
        """What the function gives for made-up rows."""
        try:
            return self._called(made_up(columns, self.num_index, self.is_series), function, args, kwargs)
        except Exception as error:
            raise ValueError(_INFERENCE_FAILED.format(self.name, f"{type(error).__name__}: {error}")) from error

    def _of_no_rows(self, columns, function, args, kwargs):
        """What it gives for none; None if it fails then."""
        try:
            return self._called(made_up(columns, self.num_index, self.is_series).iloc[:0], function, args, kwargs)
        except Exception:  # made for rows that are there, whatever it raises
            return None

    def _called(self, part, function, args, kwargs):
        if self.divisions is not None:
            kwargs = {**kwargs, "partition_info": {"number": 0, "division": self.divisions[0]}}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return (self.example or function)(part, *args, **kwargs)


_INFERENCE_FAILED = """Metadata inference failed in `{}`.

What the function gives is found out by calling it on two made-up rows, and that raised

    {}

Tell what it gives by meta=, such as meta=("x", "int64") for a series, or meta={{"x": "int64", "y": "str"}} for a frame."""


def _takes_partition_info(function):
    import inspect

    try:
        return "partition_info" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _refuse_collections(method, args, kwargs):
    for value in [*args, *kwargs.values()]:
        if isinstance(value, Collection):
            raise NotImplementedError(f"{method}() takes one lazy collection; compute() the others first, or make them columns of the frame")


def _warned(meta, method, result):
    """`result`, with a warning where its types were guessed."""
    if meta is no_default or meta is None:
        meta = result._meta
        shown = repr(dict(meta.dtypes.astype(str))) if meta.ndim == 2 else f"({meta.name!r}, {str(meta.dtype)!r})"
        warnings.warn(
            f"\nYou did not provide metadata, so the function was called on made-up rows to see of what types its results are. Where other rows\n"
            f"do not bear that out, it is called anew for all of them.\nTo tell the types, or to silence this message, pass `meta=`\n"
            f"  Before: .{method}(func)\n  After:  .{method}(func, meta={shown})\n",
            stacklevel=4,
        )
    return result
