"""Group-by of frames and series."""

from cask._nearest import missing_name
from cask.dataframe._collection import Collection, wrap

_KINDS = ("sum", "prod", "mean", "min", "max", "count", "size", "std", "var", "sem", "median", "nunique", "first", "last", "any", "all")


class GroupBy:
    """What the group-by of a frame and of a series have in common."""

    def __init__(self, data, by, sort=None, observed=None, dropna=None, as_index=True, selected=None, **kwargs):
        if kwargs:
            raise TypeError(f"groupby() does not know the option {next(iter(kwargs))!r}")
        self._data, self._selected = data, selected
        self._options = {"sort": sort is not False, "observed": observed is not False, "dropna": dropna is not False, "as_index": as_index}
        self._by = by
        self._keys = [self._key(key) for key in (by if isinstance(by, (list, tuple)) else [by])]
        self._key_labels = [key.name for key in self._keys]

    def _key(self, key):
        if isinstance(key, Collection):
            return key
        if callable(key):
            raise NotImplementedError("groupby() takes labels of columns and series, not functions")
        return self._data[key]

    def _group(self, aggregates, is_series):
        core = self._data._core.group([key._core for key in self._keys], aggregates, is_series=is_series, **self._options)
        return wrap(core)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(missing_name(f"dask.dataframe.{type(self).__name__}", name, dir(type(self))), name=name, obj=self)

    def size(self, **kwargs):
        """How many rows each group has."""
        name = self._data.name if isinstance(self, SeriesGroupBy) else None
        as_index = self._options["as_index"]
        return self._group([{"kind": "size", "column": None, "label": name if as_index else "size"}], as_index)


def _reduction(kind):
    def method(self, numeric_only=False, min_count=0, **kwargs):
        return self._reduce({"kind": kind, "min_count": max(min_count or 0, 0)}, numeric_only)

    method.__name__ = kind
    method.__doc__ = f"The {kind} of each group's values."
    return method


def _spread(kind):
    def method(self, ddof=1, numeric_only=False, **kwargs):
        return self._reduce({"kind": kind, "ddof": ddof}, numeric_only)

    method.__name__ = kind
    method.__doc__ = f"The {kind} of each group's values."
    return method


for _kind in ("sum", "prod", "mean", "min", "max", "count", "median", "first", "last", "any", "all"):
    setattr(GroupBy, _kind, _reduction(_kind))
for _kind in ("std", "var", "sem"):
    setattr(GroupBy, _kind, _spread(_kind))


class DataFrameGroupBy(GroupBy):
    """`df.groupby(keys)`, perhaps with columns selected."""

    def __getitem__(self, key):
        if isinstance(key, list):
            self._data[key]  # a KeyError now rather than later
            return DataFrameGroupBy(self._data, self._by, selected=key, **self._options)
        return SeriesGroupBy(self._data[key], self._keys, **self._options)

    def __getattr__(self, name):
        if not name.startswith("_") and name in self._data._core.labels:
            return self[name]
        return super().__getattr__(name)

    def _columns(self):
        if self._selected is not None:
            return self._selected
        own = {key.name for key, given in zip(self._keys, self._by if isinstance(self._by, (list, tuple)) else [self._by]) if not isinstance(given, Collection)}
        return [label for label in self._data._core.labels if label not in own]

    def _reduce(self, aggregate, numeric_only):
        columns = self._columns()
        if numeric_only:
            types = dict(zip(self._data._core.labels, self._data._core.dtypes))
            columns = [label for label in columns if _is_numeric(types[label])]
        return self._group([{**aggregate, "column": label, "label": label} for label in columns], False)

    def nunique(self, **kwargs):
        return self._reduce({"kind": "nunique"}, False)

    def agg(self, arg=None, split_every=None, split_out=None, **named):
        """Aggregates: a name, a list of names, a dict from columns to names, or label=(column, name)."""
        if arg is None:
            plan = [(label, wanted[0], wanted[1]) for label, wanted in named.items()]
            return self._group([_aggregate(kind, column, label) for label, column, kind in plan], False)
        if isinstance(arg, str) or callable(arg):
            return getattr(self, _known_name(arg))()
        if isinstance(arg, dict):
            plan = [(column, kind) for column, kinds in arg.items() for kind in (kinds if isinstance(kinds, (list, tuple)) else [kinds])]
            is_nested = any(isinstance(kinds, (list, tuple)) for kinds in arg.values())
        else:
            plan, is_nested = [(column, kind) for column in self._columns() for kind in arg], True
        if not is_nested:
            return self._group([_aggregate(kind, column, column) for column, kind in plan], False)
        return _Nested(self, plan)

    aggregate = agg


class SeriesGroupBy(GroupBy):
    """`df.groupby(keys).column`."""

    def _key(self, key):
        if isinstance(key, Collection):
            return key
        raise KeyError(key)

    def _reduce(self, aggregate, numeric_only):
        label = self._data.name
        return self._group([{**aggregate, "column": label, "label": label}], self._options["as_index"])

    def nunique(self, **kwargs):
        return self._reduce({"kind": "nunique"}, False)

    def agg(self, arg=None, split_every=None, split_out=None, **named):
        """Aggregates: a name, a list of names, or label=name."""
        if isinstance(arg, str) or callable(arg):
            return getattr(self, _known_name(arg))()
        kinds = dict(named) if arg is None else {_name_of(kind): kind for kind in arg}
        return self._group([_aggregate(kind, self._data.name, label) for label, kind in kinds.items()], False)

    aggregate = agg

    def value_counts(self, **kwargs):
        raise NotImplementedError("value_counts() of groups is not supported; use groupby([key, column]).size()")


class _Nested(Collection):
    """A group-by whose columns have two levels, (column, aggregate), as pandas gives for lists of aggregates."""

    __slots__ = ("_columns",)

    def __init__(self, groupby, plan):
        self._columns = [(column, _name_of(kind)) for column, kind in plan]
        aggregates = [_aggregate(kind, column, i) for i, (column, kind) in enumerate(plan)]
        super().__init__(groupby._group(aggregates, False)._core)

    @property
    def columns(self):
        import pandas as pd

        return pd.MultiIndex.from_tuples(self._columns)

    @staticmethod
    def _compute_all(collections):
        frames = Collection._compute_all(collections)
        for frame, collection in zip(frames, collections):
            keys = len(frame.columns) - len(collection._columns)
            if keys:
                import pandas as pd

                frame.columns = pd.MultiIndex.from_tuples([(label, "") for label in frame.columns[:keys]] + collection._columns)
            else:
                frame.columns = collection.columns
        return frames

    def __getitem__(self, key):
        if isinstance(key, tuple):
            return wrap(self._core.column(self._columns.index(key)))
        chosen = [i for i, (column, _) in enumerate(self._columns) if column == key]
        if not chosen:
            raise KeyError(key)
        return wrap(self._core.columns(chosen).set_labels([self._columns[i][1] for i in chosen]))

    def __repr__(self):
        return f"Dask DataFrame of groups with the columns {self._columns}"


def _name_of(kind):
    if isinstance(kind, str):
        return kind
    # NumPy's functions mean the aggregates of their names, but for those that divide by another number; Python's own do not skip NaN.
    name = getattr(kind, "__name__", str(kind))
    if not (getattr(kind, "__module__", None) or "").startswith("numpy") or name in ("std", "var"):
        raise NotImplementedError(f"groupby().agg takes names of aggregates, not the function {name}; the nearest is {name!r}")
    return name


def _known_name(kind):
    name = _name_of(kind)
    if name not in _KINDS:
        raise NotImplementedError(missing_name("groupby().agg", name, _KINDS))
    return name


def _aggregate(kind, column, label):
    return {"kind": _known_name(kind), "column": column, "label": label}


def _is_numeric(dtype):
    return dtype.lower().rstrip("0123456789") in ("int", "uint", "float", "bool", "boolean")
