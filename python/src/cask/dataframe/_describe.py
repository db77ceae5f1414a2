"""describe(): which columns it tells of, and its table where they are not all numbers."""

from cask.dataframe._collection import Collection, wrap

_NUMBERS = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"}


def describe(collection, percentiles, include, exclude):
    """A lazy frame or series where all columns are numbers; else a lazy `Described`."""
    percentiles, labels = _percentiles(percentiles)
    core = collection._core
    if core.shape_kind == "frame":
        core = _chosen(collection, include, exclude)
    if all(dtype.lower() in _NUMBERS for dtype in core.dtypes):
        return wrap(core.describe(percentiles, labels))
    return Described(core, percentiles, labels)


def _percentiles(percentiles):
    """The percentiles in order, and their labels as pandas writes them."""
    import numpy as np
    from pandas.io.formats.format import format_percentiles

    wanted = np.sort(np.asarray([0.25, 0.5, 0.75] if percentiles is None else percentiles, dtype="float64"))
    if len(wanted) and not (0 <= wanted[0] and wanted[-1] <= 1):
        raise ValueError("percentiles should all be in the interval [0, 1]")
    if len(np.unique(wanted)) < len(wanted):
        raise ValueError("percentiles cannot contain duplicates")
    return wanted.tolist(), list(format_percentiles(wanted)) if len(wanted) else []


def _chosen(frame, include, exclude):
    """The columns whose dtypes are asked for: those of numbers and times unless said otherwise, or all where there are none."""
    import numpy as np

    core = frame._core
    if not core.labels:
        raise ValueError("Cannot describe a DataFrame without columns")
    meta = frame._meta
    meta.columns = range(len(core.labels))
    if isinstance(include, str) and include == "all":
        if exclude is not None:
            raise ValueError("exclude must be None when include is 'all'")
        return core
    if include is None and exclude is None:
        chosen = list(meta.select_dtypes(include=[np.number, "datetime"]).columns) or list(meta.columns)
    else:
        chosen = list(meta.select_dtypes(include=include, exclude=exclude).columns)
    if not chosen:
        raise ValueError("No columns match the specified include or exclude data types")
    return core.columns([core.labels[i] for i in chosen])


class Described(Collection):
    """A lazy description whose columns are Python objects in pandas: its cells are counts, values and times side by side."""

    __slots__ = ("_labels", "_dtypes", "_is_frame", "_percents")

    def __init__(self, core, percentiles, percents):
        super().__init__(core.describe_any(percentiles))
        self._labels, self._dtypes, self._is_frame, self._percents = core.labels, core.dtypes, core.shape_kind == "frame", percents

    @property
    def npartitions(self):
        return 1

    @staticmethod
    def _compute_all(collections):
        return [one._put_together(parts) for one, parts in zip(collections, Collection._compute_all(collections))]

    @staticmethod
    def _persist_all(collections):
        raise NotImplementedError("the description of columns that are not numbers cannot be persisted; compute() it")

    def _put_together(self, parts):
        import pandas as pd

        columns = [self._column(parts, i) for i in range(len(self._labels))]
        if not self._is_frame:
            return columns[0]
        rows = []
        for index in sorted((column.index for column in columns), key=len):
            rows.extend(name for name in index if name not in rows)
        table = pd.concat([column.reindex(rows) for column in columns], axis=1, sort=False)
        table.columns = pd.Index(self._labels)
        return table

    def _column(self, parts, i):
        import pandas as pd

        label, dtype = self._labels[i], self._dtypes[i]
        count = int(parts[f"count {i}"].iloc[0])
        if f"unique {i}" in parts:
            unique = int(parts[f"unique {i}"].iloc[0])
            cells = [count, unique, parts[f"top {i}"].iloc[0], int(parts[f"freq {i}"].iloc[0])] if unique else [count, 0, float("nan"), float("nan")]
            return pd.Series(cells, index=["count", "unique", "top", "freq"], name=label, dtype=None if unique else object)
        first = {name: parts[f"{name} {i}"].iloc[0] for name in ("mean", "std", "min", "max") if f"{name} {i}" in parts}
        percentiles = dict(zip(self._percents, parts[f"percentiles {i}"])) if self._percents else {}
        most = first.pop("max")
        cells = {"count": count, **first, **percentiles, "max": most}
        is_number = dtype.lower() in _NUMBERS
        return pd.Series(list(cells.values()), index=list(cells), name=label, dtype=_float_type(dtype) if is_number else object)

    def __repr__(self):
        return f"<lazy description of {len(self._labels)} columns; compute() gives it>"


def _float_type(dtype):
    return "float64" if dtype.islower() else "Float64"
