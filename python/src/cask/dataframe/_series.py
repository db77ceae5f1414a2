"""Series, Index and Scalar."""

from cask.dataframe._collection import Collection, register, wrap
from cask.dataframe._reductions import Reductions
from cask.dataframe._repr import describe_lazily
from cask.dataframe._result_types import no_default


class Series(Reductions, Collection):
    """A lazy column, like pandas.Series."""

    __slots__ = ()

    @property
    def name(self):
        return self._core.labels[0]

    @property
    def dtype(self):
        from cask.dataframe._meta import dtype_of

        return dtype_of(self._core)

    dtypes = dtype
    ndim = 1

    @property
    def index(self):
        return wrap(self._core.index())

    @property
    def shape(self):
        return (len(self),)

    @property
    def size(self):
        return wrap(self._core.count_rows())

    @property
    def dt(self):
        from cask.dataframe._accessors import DatetimeAccessor

        return DatetimeAccessor(self)

    @property
    def cat(self):
        from cask.dataframe._categories import CategoricalAccessor

        return CategoricalAccessor(self)

    @property
    def str(self):
        from cask.dataframe._accessors import StringAccessor

        return StringAccessor(self)

    @property
    def _meta(self):
        from cask.dataframe._meta import empty

        return empty(self._core)

    def rename(self, index=None):
        """The same series under another name."""
        return wrap(self._core.set_labels([index]))

    def __getitem__(self, key):
        if isinstance(key, Series):
            return wrap(self._core.filter(key._core))
        raise NotImplementedError("a series is indexed by a boolean series of the same rows")

    def between(self, left, right, inclusive="both"):
        return self._call("between", left, right, text=inclusive)

    def isin(self, values):
        if isinstance(values, (bytes, type(""))) or not hasattr(values, "__iter__"):
            raise TypeError(f"only list-like objects are allowed to be passed to isin(), you passed a `{type(values).__name__}`")
        if self._dtype_names[0].startswith(("datetime64", "timedelta64")):
            values = [value for value in values if not (value is None or value != value and isinstance(value, float))]  # only NaT is a missing time
        return Collection.isin(self, values)

    def dropna(self):
        return wrap(self._core.dropna(None, False))

    def unique(self):
        """The distinct values, in order of first appearance."""
        return wrap(self._core.unique())

    def drop_duplicates(self, ignore_index=False, split_every=None, split_out=True, shuffle_method=None, keep="first"):
        """The first of equal values, the last, or with keep=False only values that equal no other."""
        return self._drop_duplicates(None, keep, ignore_index)

    def mode(self, dropna=True, split_every=False):
        """The values that occur most often, sorted."""
        return wrap(self._core.mode(dropna, False))

    def value_counts(self, sort=None, ascending=False, dropna=True, normalize=False, split_every=None, split_out=None, bins=None):
        """How often each value occurs, the most frequent first. With `bins`, how many numbers lie in each of so many intervals of equal
        width, or of those between given edges."""
        if bins is not None:
            from cask.dataframe._bins import BinnedCounts

            return BinnedCounts(self, bins, sort=sort is None or sort, ascending=ascending, dropna=dropna, normalize=normalize)
        return wrap(self._core.value_counts(normalize, sort is None or sort, ascending, dropna, False))

    def nlargest(self, n=5, keep="first", split_every=None):
        return wrap(self._core.largest(n, [], True, keep))

    def nsmallest(self, n=5, keep="first", split_every=None):
        return wrap(self._core.largest(n, [], False, keep))

    def sort_values(self, ascending=True, na_position="last", ignore_index=False, **kwargs):
        result = wrap(self._core.sort_values([], [bool(ascending)], _missing_first(na_position)))
        return result.reset_index(drop=True) if ignore_index else result

    def to_frame(self, name=None):
        return wrap(self._core.to_frame(name))

    def reset_index(self, drop=False, name=None):
        return wrap(self._core.reset_index(drop, name))

    def groupby(self, by, **kwargs):
        from cask.dataframe._groupby import SeriesGroupBy

        return SeriesGroupBy(self, by, **kwargs)

    def map_partitions(self, func, *args, meta=no_default, enforce_metadata=True, transform_divisions=True, clear_divisions=False,
                       align_dataframes=False, parent_meta=None, required_columns=None, **kwargs):  # fmt: skip
        """What `func(partition, *args, **kwargs)` gives for each partition, a pandas series; see cask.dataframe.map_partitions."""
        return self._map_partitions(func, *args, meta=meta, enforce_metadata=enforce_metadata, clear_divisions=clear_divisions,
                                    align_dataframes=align_dataframes, **kwargs)  # fmt: skip

    def apply(self, function, *args, meta=no_default, axis=0, **kwargs):
        """`function(value)` for each value: a series of what it gives, or a frame where it gives series."""
        from cask.dataframe._map_partitions import apply_values

        if axis not in (0, "index", None):
            raise ValueError(f"No axis named {axis} for Series")
        kwargs.pop("convert_dtype", None)  # what pandas does without since version 3
        return apply_values(self, function, kwargs.pop("args", args), meta, kwargs)

    def map(self, arg, na_action=None, meta=None):
        """`arg(value)` for each value, or what a dict or a pandas series has for it."""
        from cask.dataframe._map_partitions import map_values

        return map_values(self, arg, na_action, meta)

    def to_csv(self, filename, **kwargs):
        from cask.dataframe._to_csv import to_csv

        return to_csv(self, filename, **kwargs)

    def to_dask_array(self, **kwargs):
        raise NotImplementedError("cask cannot turn a series into an array yet; compute() it and use cask.array.from_array")

    def __repr__(self):
        return describe_lazily(self, "Dask Series Structure:")


class Index(Series):
    """A lazy index."""

    __slots__ = ()

    def __repr__(self):
        return describe_lazily(self, "Dask Index Structure:")


class Scalar(Collection):
    """A lazy value: what a reduction of a series gives."""

    __slots__ = ()

    @property
    def dtype(self):
        from cask.dataframe._meta import dtype_of

        return dtype_of(self._core)

    def __repr__(self):
        return f"<dask_expr.expr.Scalar: expr={self._core.operation}, dtype={self._core.dtypes[0]}>"

    def __float__(self):
        return float(self.compute())

    def __int__(self):
        return int(self.compute())

    def __index__(self):
        import operator

        return operator.index(self.compute())

    def __bool__(self):
        raise TypeError(f"Trying to convert {self!r} to a boolean value. Use compute() to get its value first.")


def _missing_first(na_position):
    if na_position not in ("first", "last"):
        raise ValueError(f"invalid na_position: {na_position}")
    return na_position == "first"


register("series", Series)
register("index", Index)
register("scalar", Scalar)
