"""Of what types the results of users' functions are: told by `meta=`, or seen in what a function gives for made-up rows."""

from cask._partition_call import ColumnType
from cask._pandas import categorical_type, from_pandas_column
from cask.dataframe._collection import Collection
from cask.dataframe._made_up import UNKNOWN_CATEGORY
from cask.dataframe._meta import pandas_dtype


class _NoDefault:
    def __repr__(self):
        return "<no_default>"


no_default = _NoDefault()


def pandas_meta(meta):
    """What users give as `meta`, as a pandas frame or series, or as one value."""
    import pandas as pd

    if isinstance(meta, Collection):
        return meta._meta
    if isinstance(meta, (pd.DataFrame, pd.Series)) or pd.api.types.is_scalar(meta) and not isinstance(meta, str):
        return meta
    if isinstance(meta, dict):
        return pd.DataFrame({label: _empty(label, dtype) for label, dtype in meta.items()})
    if isinstance(meta, tuple) and len(meta) == 2 and not isinstance(meta[0], tuple):
        return _empty(*meta)
    if isinstance(meta, (list, tuple)) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in meta):
        return pd.DataFrame({label: _empty(label, dtype) for label, dtype in meta}, columns=[label for label, _ in meta])
    try:
        dtype = pd.api.types.pandas_dtype(meta)
    except TypeError:
        raise TypeError(f"meta is an empty frame or series, a dict, a list of pairs (name, dtype), such a pair, or a dtype, not {meta!r}") from None
    return _OneValue(dtype)


class _OneValue:
    """One value of a type, a partition."""

    def __init__(self, dtype):
        self.dtype = dtype


def _empty(label, dtype):
    import pandas as pd

    return pd.Series([], name=label, dtype=dtype)


class ResultTypes:
    """Columns of a result, the index first: their labels and types."""

    def __init__(self, meta, is_given, columns, num_index, has_row_ids, of_no_rows=None):
        """`columns`, `num_index`, `has_row_ids`: of the function's input. `of_no_rows` asks the function what it gives for no rows, if anything:
        categories that it has then, too, do not come of the data."""
        import pandas as pd

        self._is_given = is_given
        self._of_no_rows = of_no_rows
        self._known = [dtype for dtype in (_categorical_dtype(*column[1:]) for column in columns) if dtype is not None]
        self.labels, self.types = [], []
        self.has_row_ids = self.keeps_index = False
        self.num_index = 1
        if not isinstance(meta, (pd.DataFrame, pd.Series)):
            self._take_value(meta)
            return
        self.is_series = isinstance(meta, pd.Series)
        if is_given and isinstance(meta.index, pd.RangeIndex) and meta.index.name is None and num_index > 0:
            self._take_index_of_input(columns[:num_index], has_row_ids)
        else:
            self._take_index(meta.index, columns[:num_index], has_row_ids)
        for i, label in enumerate([meta.name] if self.is_series else list(meta.columns)):
            values = meta if self.is_series else meta.iloc[:, i]
            self._add(label, values, f"column {label!r}", is_given)

    @property
    def engine_types(self):
        """As the engine takes them."""
        return [one.name if one.values is None else _engine_category(one) for one in self.types]

    def learn(self, found):
        """Takes in what calls said of the types of their results: a line for each column, its position and its type."""
        learned = set()
        for text in found:
            for line in text.split("\n"):
                position, name = line.split("\t")
                i = int(position)
                other = _type(name)
                self.types[i] = _common(self.types[i], other, i in learned, self.labels[i])
                learned.add(i)

    def _take_value(self, meta):
        import pandas as pd

        if not isinstance(meta, _OneValue) and not pd.api.types.is_scalar(meta):
            raise NotImplementedError(f"functions over partitions give frames, series or single values, not a {type(meta).__name__}")
        self.is_series = True
        self._add(None, pd.Index([0]), "the index", False)
        self._add(None, pd.Series([], dtype=meta.dtype) if isinstance(meta, _OneValue) else pd.Series([meta]), "the value", False)

    def _take_index_of_input(self, columns, has_row_ids):
        for label, dtype, categories in columns:
            of_categories = None
            if dtype == "category":
                of_categories = _type(categories[0])
            self.labels.append(label)
            self.types.append(ColumnType(dtype, pandas_dtype(dtype, categories), of_categories))
        self.num_index, self.has_row_ids, self.keeps_index = len(columns), has_row_ids, True

    def _take_index(self, index, columns, has_row_ids):
        import pandas as pd

        if has_row_ids and index.nlevels == 1 and index.name is None and _are_rows(index):
            return self._take_index_of_input(columns, True)
        self.num_index = index.nlevels
        for i in range(index.nlevels):
            level = index.get_level_values(i)
            self._add(index.names[i], level, "the index", False)
        self.keeps_index = self.num_index == len(columns) == 1 and (self.labels[0], self.types[0].name) == columns[0][:2]

    def _add(self, label, values, what, is_given):
        import pandas as pd

        try:
            name, _ = from_pandas_column(values)
        except NotImplementedError as error:
            raise NotImplementedError(f"{what}: {error}") from None
        self.labels.append(label)
        if not isinstance(name, tuple):
            is_unseen = not self._is_given and len(values) > 0 and bool(pd.isna(values).all())
            self.types.append(ColumnType(name, pandas_dtype(name), None, is_unseen))
            return
        dtype = values.dtype
        of_categories = _type(name[0])
        is_known = UNKNOWN_CATEGORY not in dtype.categories
        is_known = is_known and (dtype in self._known or (len(dtype.categories) > 0 and self._is_constant(label, dtype)))
        self.types.append(ColumnType("category", dtype if is_known else pd.CategoricalDtype(None, dtype.ordered), of_categories))

    def _is_constant(self, label, dtype):
        """Whether the categories of a column are there without data."""
        import pandas as pd

        if self._is_given or self._of_no_rows is None:
            return self._is_given
        empty = self._of_no_rows()
        column = empty.get(label) if isinstance(empty, pd.DataFrame) else empty
        return isinstance(column, pd.Series) and column.dtype == dtype


def _type(name):
    return ColumnType(name, pandas_dtype(name))


def _common(one, other, is_seen, label):
    """The type of a column whose results were of two types; the first of them was but a guess unless `is_seen`."""
    import numpy as np

    if {one.name, other.name} == {"bool", "object"}:
        return _type("object")
    are_numbers = all(isinstance(each.dtype, np.dtype) and each.dtype.kind in "iuf" for each in (one, other))
    are_times = all(isinstance(each.dtype, np.dtype) and each.dtype.kind == one.dtype.kind and each.dtype.kind in "mM" for each in (one, other))
    if one.is_unseen:
        return other
    if are_numbers or are_times:
        common = np.promote_types(one.dtype, other.dtype)
        return _type(common.name)
    if not is_seen:
        return other
    raise TypeError(f"column {label!r} is {one.name} in one partition and {other.name} in another; give meta= a type that holds both")


def _engine_category(column):
    if column.dtype.categories is None:
        return (column.values.name, None, bool(column.dtype.ordered))
    return categorical_type(column.dtype)


def _categorical_dtype(dtype, categories):
    found = pandas_dtype(dtype, categories) if dtype == "category" else None
    return None if found is None or found.categories is None else found


def _are_rows(index):
    """Whether the labels of what a function gave for made-up rows are those of rows: some of 0, 1."""
    import pandas as pd

    return pd.api.types.is_integer_dtype(index.dtype) and index.is_monotonic_increasing and index.is_unique and index.isin([0, 1]).all()
