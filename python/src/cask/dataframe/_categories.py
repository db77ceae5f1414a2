"""Series.cat."""

from cask._nearest import missing_name


class CategoricalAccessor:
    """The categories of a series: `df.size.cat.categories`.

    They are known beforehand where a series comes from pandas or was given its categories. Of a series read from text, or converted with
    astype("category"), they are known when the data has been seen: as_known() looks.
    """

    def __init__(self, series):
        if series._dtype_names[0] != "category":
            raise AttributeError("Can only use .cat accessor with a 'category' dtype")
        self._series = series

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(missing_name("Series.cat", name, dir(self)), name=name, obj=self)

    @property
    def known(self):
        return self._series._core.categories[0][1] is not None

    @property
    def ordered(self):
        return self._series._core.categories[0][2]

    @property
    def categories(self):
        if not self.known:
            raise NotImplementedError("`df.column.cat.categories` with unknown categories is not supported.  Please use `column.cat.as_known()` or "
                                      "`df.categorize()` beforehand to ensure known categories")  # fmt: skip
        return self._series.dtype.categories

    @property
    def codes(self):
        """The position of each value's category, -1 where it is missing."""
        count = len(self.categories)
        dtype = next(f"int{bits}" for bits in (8, 16, 32) if count < 2 ** (bits - 1))
        return self._series._call("codes", dtype=dtype).rename(None)

    def as_known(self):
        """The same series with its categories looked up now, which is a pass over the data."""
        return self._series if self.known else self._with(self._seen())

    def _seen(self):
        return self._series.value_counts(sort=False).compute().index.categories

    def as_unknown(self):
        raise NotImplementedError("categories that are known are not forgotten; astype('str').astype('category') has unknown ones")

    def as_ordered(self):
        return self._with(self.categories, True)

    def as_unordered(self):
        return self._with(self.categories, False)

    def set_categories(self, new_categories, ordered=None):
        """The series with other categories; values that are not among them are missing."""
        return self._with(new_categories, self.ordered if ordered is None else ordered)

    def reorder_categories(self, new_categories, ordered=None):
        if set(new_categories) != set(self.categories):
            raise ValueError("items in new_categories are not the same as in old categories")
        return self.set_categories(new_categories, ordered)

    def add_categories(self, new_categories):
        new = [new_categories] if not hasattr(new_categories, "__iter__") or isinstance(new_categories, str) else list(new_categories)
        already = set(new) & set(self.categories)
        if already:
            raise ValueError(f"new categories must not include old categories: {already}")
        return self._with([*self.categories, *new])

    def remove_categories(self, removals):
        gone = {removals} if not hasattr(removals, "__iter__") or isinstance(removals, str) else set(removals)
        if not gone <= set(self.categories):
            raise ValueError(f"removals must all be in old categories: {gone - set(self.categories)}")
        # As pandas does: what is left of categories without an order is sorted.
        left = self.categories.difference(list(gone), sort=False if self.ordered else None)
        return self._with(left)

    def _with(self, categories, ordered=None):
        import pandas as pd

        return self._series.astype(pd.CategoricalDtype(categories, self.ordered if ordered is None else ordered))

    def __dir__(self):
        return sorted(name for name in object.__dir__(self) if not name.startswith("_"))
