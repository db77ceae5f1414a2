"""A reduction of a frame whose columns' results have no type in common: pandas gives a series of Python objects."""

from cask.dataframe._collection import Collection


class MixedResults(Collection):
    """A lazy series with a value for each column, each of its own type."""

    __slots__ = ()

    @property
    def dtype(self):
        return object

    @property
    def npartitions(self):
        return 1

    @staticmethod
    def _compute_all(collections):
        import pandas as pd

        rows = Collection._compute_all(collections)
        return [pd.Series([row.iloc[0, i] for i in range(row.shape[1])], index=row.columns, dtype=object) for row in rows]

    @staticmethod
    def _persist_all(collections):
        raise NotImplementedError("results of several types cannot be persisted; compute() them")

    def __getitem__(self, label):
        from cask.dataframe._collection import wrap

        return wrap(self._core.column(label))

    def __repr__(self):
        return f"<lazy results of {len(self._core.labels)} columns, of several types; compute() gives them>"
