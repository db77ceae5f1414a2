"""value_counts(bins=...)."""

from cask.dataframe._collection import Collection
from cask.dataframe._literals import literal


class BinnedCounts(Collection):
    """How many values lie in each of some intervals, lazily. The edges of a number of bins lie between the least and the greatest value,
    which a first pass finds."""

    __slots__ = ("_series", "_bins", "_options")

    def __init__(self, series, bins, **options):
        self._series, self._bins, self._options = series, bins, options
        series._call("bin", values=[])  # raises now what the type does not allow
        super().__init__(series._core)

    @property
    def npartitions(self):
        return 1

    @staticmethod
    def _compute_all(collections):
        edges = BinnedCounts._edges(collections)
        cores = []
        for one, (_, bounds) in zip(collections, edges):
            binned = one._series._call("bin", values=[literal(float(bound)) for bound in bounds])
            cores.append(binned.value_counts(sort=False))
        counts = Collection._compute_all(cores)
        return [one._put_together(intervals, count) for one, (intervals, _), count in zip(collections, edges, counts)]

    @staticmethod
    def _persist_all(collections):
        raise NotImplementedError("value_counts(bins=...) cannot be persisted; compute() it")

    @staticmethod
    def _edges(collections):
        import pandas as pd

        extremes = Collection._compute_all([reduced for one in collections for reduced in (one._series.min(), one._series.max())])
        edges = []
        for i, one in enumerate(collections):
            both = pd.Series(extremes[2 * i : 2 * i + 2], dtype=one._series.dtype)
            cut, bounds = pd.cut(both, one._bins, include_lowest=True, retbins=True)
            edges.append((cut.cat.categories, bounds))
        return edges

    def _put_together(self, intervals, counts):
        import pandas as pd

        options = self._options
        in_order = [int(counts.get(i, 0)) for i in range(len(intervals))]
        result = pd.Series(in_order, index=pd.IntervalIndex(intervals), name="count")
        if options["dropna"] and not any(in_order):
            result = result.iloc[:0]
        if options["sort"]:
            result = result.sort_values(ascending=options["ascending"], kind="stable")
        return (result / int(counts.sum())).rename("proportion") if options["normalize"] else result

    def __repr__(self):
        return f"<lazy counts of {self._series.name} in bins; compute() gives them>"
