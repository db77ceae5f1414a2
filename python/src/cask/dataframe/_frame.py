"""DataFrame."""

from cask.dataframe._collection import Collection, register, wrap
from cask.dataframe._reductions import Reductions, _listed
from cask.dataframe._repr import describe_lazily
from cask.dataframe._result_types import no_default
from cask.dataframe._series import Series, _missing_first


class DataFrame(Reductions, Collection):
    """A lazy table, like pandas.DataFrame, in partitions."""

    __slots__ = ()

    # Facts.

    @property
    def columns(self):
        import pandas as pd

        labels = self._core.labels
        return pd.Index(labels, dtype="str") if labels and all(isinstance(label, str) for label in labels) else pd.Index(labels)

    @columns.setter
    def columns(self, labels):
        self._core = self._core.set_labels(list(labels))

    @property
    def dtypes(self):
        """Of a frame read from text the types that the data has shown by now: those of a sample until it has been read."""
        from cask.dataframe._meta import dtypes

        return dtypes(self._core)

    ndim = 2

    @property
    def shape(self):
        """(number of rows, number of columns); the rows are counted now."""
        return (len(self), len(self._core.labels))

    @property
    def size(self):
        return len(self) * len(self._core.labels)

    @property
    def empty(self):
        return len(self) == 0 or not self._core.labels

    @property
    def index(self):
        return wrap(self._core.index())

    @property
    def _meta(self):
        from cask.dataframe._meta import empty

        return empty(self._core)

    def keys(self):
        return self.columns

    def __iter__(self):
        return iter(self._core.labels)

    def __contains__(self, label):
        return label in self._core.labels

    def __dir__(self):
        names = [label for label in self._core.labels if isinstance(label, str) and label.isidentifier()]
        return sorted({*super().__dir__(), *names})

    def __repr__(self):
        return describe_lazily(self, "Dask DataFrame Structure:")

    # Columns and rows.

    def __getitem__(self, key):
        if isinstance(key, Series):
            return wrap(self._core.filter(key._core))
        if isinstance(key, list) or type(key).__name__ in ("Index", "ndarray"):
            return wrap(self._core.columns(list(key)))
        if isinstance(key, slice):
            raise NotImplementedError("rows are not sliced with []; use head(), tail() or a boolean mask")
        return wrap(self._core.column(key))

    def __getattr__(self, name):
        if not name.startswith("_") and name in self._core.labels:
            return wrap(self._core.column(name))
        return super().__getattr__(name)

    def __setitem__(self, key, value):
        if isinstance(key, Series):
            raise NotImplementedError("values are not set through a mask; use where() or mask()")
        labels = key if isinstance(key, list) else [key]
        values = [value] * len(labels)
        if isinstance(value, DataFrame) and isinstance(key, list):
            values = [wrap(value._core.column(label)) for label in value._core.labels]
            if len(values) != len(labels):
                raise ValueError("Columns must be same length as key")
        for label, one in zip(labels, values):
            self._core = self._assigned(self._core, label, one)

    def __delitem__(self, label):
        self._core = self._core.drop([label], False)

    def assign(self, *pairs, **columns):
        """A frame with more or other columns: series of the same rows, constants, or functions of the frame."""
        return self._assign_all({**dict(zip(pairs[::2], pairs[1::2])), **columns})

    def _assign_all(self, columns):
        frame = self
        for label, value in columns.items():
            frame = wrap(self._assigned(frame._core, label, value(frame) if callable(value) else value))
        return frame

    @staticmethod
    def _assigned(core, label, value):
        from cask.dataframe._collection import _argument

        if isinstance(value, DataFrame):
            raise ValueError(f"a column is set from a series or a constant, not from a frame ({label!r})")
        return core.assign(label, _argument(value))

    def pop(self, label):
        column = self[label]
        del self[label]
        return column

    def drop(self, labels=None, axis=0, columns=None, errors="raise"):
        """The frame without some columns."""
        if columns is None:
            if axis not in (1, "columns"):
                raise NotImplementedError("drop() removes columns only; pass columns=, or axis=1")
            columns = labels
        columns = _listed(columns)
        return wrap(self._core.drop(columns, errors == "ignore"))

    def rename(self, index=None, columns=None):
        """The frame with other labels: a dict from old to new, or a function."""
        if index is not None:
            raise NotImplementedError("rename() renames columns only")
        labels = self._core.labels
        if callable(columns):
            return wrap(self._core.rename(labels, [columns(label) for label in labels]))
        return wrap(self._core.rename(list(columns), list(columns.values())))

    def add_prefix(self, prefix):
        """The frame with `prefix` before each column's label."""
        return self.rename(columns=lambda label: f"{prefix}{label}")

    def add_suffix(self, suffix):
        """The frame with `suffix` after each column's label."""
        return self.rename(columns=lambda label: f"{label}{suffix}")

    def items(self):
        """Pairs of a column's label and the column, lazy."""
        for label in self._core.labels:
            yield label, self[label]

    def select_dtypes(self, include=None, exclude=None):
        chosen = self._meta.select_dtypes(include, exclude)
        return wrap(self._core.columns(list(chosen.columns)))

    def dropna(self, how=None, subset=None, thresh=None):
        if how not in (None, "any", "all"):
            raise ValueError(f"invalid how option: {how}")
        subset = None if subset is None else _listed(subset)
        if thresh is None:
            return wrap(self._core.dropna(subset, how == "all"))
        if how is not None:
            raise TypeError("You cannot set both the how and thresh arguments at the same time.")
        looked_at = self if subset is None else self[subset]
        present = [wrap(looked_at._core.column(label)).notna().astype("int64") for label in looked_at._core.labels]
        return self[sum(present[1:], start=present[0]) >= thresh] if present else self

    def fillna(self, value):
        if not isinstance(value, dict):
            return self._call("fillna", value)
        return self._assign_all({label: self[label].fillna(fill) for label, fill in value.items() if label in self._core.labels})

    def astype(self, dtype):
        if not isinstance(dtype, dict):
            return Collection.astype(self, dtype)
        missing = [label for label in dtype if label not in self._core.labels]
        if missing:
            raise KeyError(f"Only a column name can be used for the key in a dtype mappings argument. '{missing[0]}' not found in columns.")
        return self._assign_all({label: self[label].astype(one) for label, one in dtype.items()})

    def isin(self, values):
        if not isinstance(values, dict):
            return Collection.isin(self, values)
        return self.assign(*(part for label in self._core.labels for part in (label, self[label].isin(values.get(label, ())))))

    def set_index(self, other, drop=True, sorted=False, npartitions=None, divisions=None, sort=True, shuffle_method=None, upsample=1.0,
                  partition_size=128e6, append=False):  # fmt: skip
        """The frame with a column, or a series of the same rows, as its index, and sorted by it unless sort=False or sorted=True."""
        if divisions is not None:
            raise NotImplementedError("set_index() takes no divisions; leave them out")
        if isinstance(other, (list, tuple)):
            if len(other) != 1:
                raise NotImplementedError("set_index() takes one column; a frame has an index of one level")
            other = other[0]
        core, label, name = self._core, other, other
        if isinstance(other, Series):
            core, label, name, drop = self._assigned(core, _KEY, other), _KEY, other.name, True
        elif label not in core.labels:
            raise KeyError(f"None of [{label!r}] are in the columns")
        if sort and not sorted:
            core = core.sort_values([label], [True], False)
        return wrap(core.set_index([label], [name], drop, append))

    def reset_index(self, drop=False):
        return wrap(self._core.reset_index(drop, None))

    # Order.

    def sort_values(self, by, npartitions=None, ascending=True, na_position="last", ignore_index=False, **kwargs):
        """The rows in order of some columns; equal ones stay in their order."""
        ascending = list(ascending) if hasattr(ascending, "__iter__") else [ascending]
        result = wrap(self._core.sort_values(_listed(by), [bool(one) for one in ascending], _missing_first(na_position)))
        return result.reset_index(drop=True) if ignore_index else result

    def nlargest(self, n=5, columns=None, split_every=None, keep="first"):
        return wrap(self._core.largest(n, _listed(columns), True, keep))

    def nsmallest(self, n=5, columns=None, split_every=None, keep="first"):
        return wrap(self._core.largest(n, _listed(columns), False, keep))

    # Groups and counts.

    def groupby(self, by, group_keys=True, sort=None, observed=None, dropna=None, as_index=True, **kwargs):
        """Groups of rows with equal keys: labels of columns, or series of the same rows."""
        from cask.dataframe._groupby import DataFrameGroupBy

        return DataFrameGroupBy(self, by, sort=sort, observed=observed, dropna=dropna, as_index=as_index, **kwargs)

    def drop_duplicates(self, subset=None, split_every=None, split_out=True, shuffle_method=None, ignore_index=False, keep="first"):
        """The first of rows that are equal in the columns `subset`, the last, or with keep=False only rows that equal no other."""
        return self._drop_duplicates(None if subset is None else _listed(subset), keep, ignore_index)

    def mode(self, dropna=True, split_every=False, numeric_only=False):
        """The values that occur most often in each column, sorted; missing values follow where another column has more of them."""
        return wrap(self._core.mode(dropna, bool(numeric_only)))

    def value_counts(self, subset=None, sort=True, ascending=False, dropna=True, normalize=False, **kwargs):
        frame = self if subset is None else self[_listed(subset)]
        return wrap(frame._core.value_counts(normalize, sort, ascending, dropna, False))

    # Functions of one's own.

    def map_partitions(self, func, *args, meta=no_default, enforce_metadata=True, transform_divisions=True, clear_divisions=False,
                       align_dataframes=False, parent_meta=None, required_columns=None, **kwargs):  # fmt: skip
        """What `func(partition, *args, **kwargs)` gives for each partition, a pandas frame; see cask.dataframe.map_partitions."""
        return self._map_partitions(func, *args, meta=meta, enforce_metadata=enforce_metadata, clear_divisions=clear_divisions,
                                    align_dataframes=align_dataframes, **kwargs)  # fmt: skip

    def apply(self, function, *args, meta=no_default, axis=0, **kwargs):
        """`function(row)` for each row, with axis=1: a series of what it gives, or a frame where it gives series."""
        from cask.dataframe._map_partitions import apply_rows

        if axis not in (0, 1, "index", "columns"):
            raise ValueError(f"No axis named {axis}")
        if axis not in (1, "columns"):
            raise NotImplementedError("DataFrame.apply only supports axis=1\n  Try: df.apply(func, axis=1)")
        return apply_rows(self, function, kwargs.pop("args", args), meta, kwargs)

    def map(self, func, na_action=None, meta=None):
        """`func(value)` for each value."""
        from cask.dataframe._map_partitions import map_values

        return map_values(self, func, na_action, meta)

    # Out.

    def to_csv(self, filename, **kwargs):
        """Writes a CSV file for each partition (`name-*.csv`), or one with single_file=True."""
        from cask.dataframe._to_csv import to_csv

        return to_csv(self, filename, **kwargs)


_KEY = "\0key"  # a label that no user's column has


register("frame", DataFrame)
