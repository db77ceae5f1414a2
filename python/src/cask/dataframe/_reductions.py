"""Reductions, which frames and series have alike."""


class Reductions:
    __slots__ = ()

    def _reduce(self, kind, skipna=True, ddof=1, min_count=0, numeric_only=False):
        from cask.dataframe._collection import wrap
        from cask.dataframe._mixed import MixedResults

        core = self._core.reduce(kind, skipna, ddof, min_count, bool(numeric_only))
        return MixedResults(core) if core.shape_kind == "frame" else wrap(core)

    def sum(self, axis=None, skipna=True, numeric_only=False, min_count=0, **kwargs):
        _only_rows(axis, "sum")
        return self._reduce("sum", skipna, min_count=min_count, numeric_only=numeric_only)

    def prod(self, axis=None, skipna=True, numeric_only=False, min_count=0, **kwargs):
        _only_rows(axis, "prod")
        return self._reduce("prod", skipna, min_count=min_count, numeric_only=numeric_only)

    product = prod

    def mean(self, axis=0, skipna=True, numeric_only=False, **kwargs):
        _only_rows(axis, "mean")
        return self._reduce("mean", skipna, numeric_only=numeric_only)

    def min(self, axis=0, skipna=True, numeric_only=False, **kwargs):
        _only_rows(axis, "min")
        return self._reduce("min", skipna, numeric_only=numeric_only)

    def max(self, axis=0, skipna=True, numeric_only=False, **kwargs):
        _only_rows(axis, "max")
        return self._reduce("max", skipna, numeric_only=numeric_only)

    def count(self, axis=None, numeric_only=False, **kwargs):
        _only_rows(axis, "count")
        return self._reduce("count", numeric_only=numeric_only)

    def std(self, axis=0, skipna=True, ddof=1, numeric_only=False, **kwargs):
        _only_rows(axis, "std")
        return self._reduce("std", skipna, ddof, numeric_only=numeric_only)

    def var(self, axis=0, skipna=True, ddof=1, numeric_only=False, **kwargs):
        _only_rows(axis, "var")
        return self._reduce("var", skipna, ddof, numeric_only=numeric_only)

    def sem(self, axis=0, skipna=True, ddof=1, numeric_only=False, **kwargs):
        _only_rows(axis, "sem")
        return self._reduce("sem", skipna, ddof, numeric_only=numeric_only)

    def median(self, axis=0, skipna=True, numeric_only=False, **kwargs):
        _only_rows(axis, "median")
        return self._reduce("median", skipna, numeric_only=numeric_only)

    def any(self, axis=0, skipna=True, **kwargs):
        _only_rows(axis, "any")
        return self._reduce("any", skipna)

    def all(self, axis=0, skipna=True, **kwargs):
        _only_rows(axis, "all")
        return self._reduce("all", skipna)

    def nunique(self, axis=0, dropna=True, **kwargs):
        """How many different values there are, exactly."""
        from cask.dataframe._collection import wrap

        _only_rows(axis, "nunique")
        return wrap(self._core.nunique(dropna))

    nunique_approx = nunique

    def quantile(self, q=0.5, axis=0, numeric_only=False, interpolation="linear", method="default"):
        """Exact quantiles."""
        from cask.dataframe._collection import wrap

        _only_rows(axis, "quantile")
        is_one = not hasattr(q, "__iter__")
        core = self._numbers() if numeric_only else self._core
        return wrap(core.quantile([float(q)] if is_one else [float(one) for one in q], is_one, interpolation))

    def describe(self, split_every=False, percentiles=None, percentiles_method="default", include=None, exclude=None):
        """What the values are like: count, mean, std, min, percentiles and max of numbers and times; count, number of different values,
        most frequent value and how often it occurs of others. Exact, whatever `percentiles_method`. `include` and `exclude` choose a
        frame's columns by dtype; without them, those of numbers and times."""
        from cask.dataframe._describe import describe

        return describe(self, percentiles, include, exclude)

    def _numbers(self):
        labels = [label for label, dtype in zip(self._core.labels, self._core.dtypes) if dtype.lower().rstrip("0123456789") in ("int", "uint", "float")]
        return self._core.columns(labels) if self._core.shape_kind == "frame" else self._core

    def head(self, n=5, npartitions=1, compute=True):
        """The first `n` rows, of the first `npartitions` partitions (-1: all)."""
        _not_negative(n, "head")
        return self._few(self._core.head(n, npartitions), compute)

    def tail(self, n=5, compute=True):
        """The last `n` rows, of the last partition."""
        _not_negative(n, "tail")
        return self._few(self._core.tail(n), compute)

    def _few(self, core, compute):
        from cask import _core
        from cask.dataframe._collection import wrap
        from cask._pandas import to_pandas

        return to_pandas(_core.compute([core], is_interactive=True)[0]) if compute else wrap(core)

    def __len__(self):
        from cask import _core

        return int(_core.compute([self._core.count_rows()])[0]["columns"][0][2][0])

    def _drop_duplicates(self, subset, keep, ignore_index):
        from cask.dataframe._collection import wrap

        result = wrap(self._core.drop_duplicates(subset, keep))
        return result.reset_index(drop=True) if ignore_index else result


def _listed(labels):
    """One label or several, as a list."""
    return [labels] if isinstance(labels, str) or not hasattr(labels, "__iter__") else list(labels)


def _not_negative(n, name):
    if n < 0:
        raise NotImplementedError(f"{name}() takes no negative number of rows; the nearest is {'tail' if name == 'head' else 'head'}() with a positive one")


def _only_rows(axis, name):
    if axis not in (None, 0, "index", "rows"):
        raise NotImplementedError(f"{name}() goes over rows (axis=0); axis={axis!r} is not supported")
