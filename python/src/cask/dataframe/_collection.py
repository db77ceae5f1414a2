"""What frames, series, indexes and scalars have in common: computing, persisting, operators, how they print."""

from cask import _core
from cask._nearest import missing_name
from cask.dataframe._literals import literal

# Python's operator -> (the engine's function, whether the operands are swapped).
_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floordiv", "mod": "mod", "pow": "pow",
    "and": "and", "or": "or", "xor": "xor",
}  # fmt: skip
_COMPARISONS = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}


class Collection:
    """A lazy collection: a thin Python face of one `_core.Frame`."""

    __slots__ = ("_core",)
    __hash__ = object.__hash__
    _kind = "Dask DataFrame"

    def __init__(self, core):
        self._core = core

    # Computing.

    def compute(self, **kwargs):
        """The values, as pandas has them."""
        return self._compute_all([self])[0]

    def persist(self, **kwargs):
        """The same collection with its columns kept in memory; loading starts in the background."""
        return self._persist_all([self])[0]

    @staticmethod
    def _compute_all(collections):
        from cask import _progress
        from cask._pandas import to_pandas

        with _progress.shown_if_long():
            results = _core.compute([collection._core for collection in collections])
        return [to_pandas(result) for result in results]

    @staticmethod
    def _persist_all(collections):
        return [wrap(core) for core in _core.persist([collection._core for collection in collections])]

    def _wait(self, seconds):
        """Whether it is loaded, after at most `seconds` (None: for ever)."""
        if seconds is not None:
            return self._core.wait(seconds)
        while not self._core.wait(0.2):
            pass  # so that Ctrl-C is heard
        return True

    def _cancel(self):
        self._core.cancel()

    def explain(self, stage=None):
        """Prints the optimized plan and what each source will read."""
        print(_core.explain([self._core]), end="")

    def optimize(self, **kwargs):
        return self

    # Facts.

    @property
    def npartitions(self):
        return self._core.num_partitions

    @property
    def divisions(self):
        """The index's bounds, one more than there are partitions; None where they are not known."""
        divisions = self._core.divisions
        if not divisions:
            return (None,) * (self.npartitions + 1)
        return tuple(_division(value, dtype) for value, dtype in divisions)

    @property
    def known_divisions(self):
        return bool(self._core.divisions)

    @property
    def _dtype_names(self):
        return self._core.dtypes

    @property
    def _name(self):
        return f"{self._core.operation}-{self._core.token}"

    def __dask_tokenize__(self):
        return self._core.token

    # Row by row.

    def _call(self, function, *others, swap=False, **options):
        arguments = [self._core, *(_argument(other) for other in others)]
        if swap:
            arguments.reverse()
        return wrap(_core.call(function, arguments, **options))

    def __neg__(self):
        return self._call("neg")

    def __pos__(self):
        return self._call("pos")

    def __abs__(self):
        return self._call("abs")

    def __invert__(self):
        return self._call("invert")

    abs = __abs__

    def __bool__(self):
        raise ValueError(f"The truth value of a {type(self).__name__} is ambiguous. Use a.any() or a.all().")

    def astype(self, dtype):
        """Converts the values; a frame also by a dict of columns. A value that cannot be converted is an error when it is met."""
        from cask.dataframe._literals import dtype_name

        if dtype is object or (isinstance(dtype, str) and dtype in ("object", "O")):
            other = [name for name in self._dtype_names if name not in ("str", "string", "object")]
            if other:
                raise NotImplementedError(f"cask has no columns of Python objects, which {other[0]} values would be; the nearest is astype('str')")
        return self._call("cast", dtype=dtype_name(dtype))

    def isna(self):
        return self._call("isna")

    isnull = isna

    def notna(self):
        return self._call("notna")

    notnull = notna

    def fillna(self, value):
        return self._call("fillna", value)

    def isin(self, values):
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            raise TypeError(f"only list-like objects are allowed to be passed to isin(), you passed a `{type(values).__name__}`")
        return self._call("isin", values=[literal(value) for value in values])

    def round(self, decimals=0):
        return self._call("round", number=decimals)

    def clip(self, lower=None, upper=None):
        return self._call("clip", lower, upper)

    def where(self, cond, other=None):
        # NaN stands for a missing value of any type here.
        return self._call("where", cond, None if isinstance(other, float) and other != other else other)

    def mask(self, cond, other=None):
        return self.where(~cond, other)

    def copy(self, deep=False):
        """Another name for the same values: setting a column of one leaves the other as it is."""
        return wrap(self._core)

    def _map_partitions(self, func, *args, **kwargs):
        from cask.dataframe._map_partitions import map_partitions

        return map_partitions(func, self, *args, **kwargs)

    def pipe(self, func, *args, **kwargs):
        """`func(self, *args, **kwargs)`; or, of a pair (function, name), with the collection as the argument of that name."""
        if not isinstance(func, tuple):
            return func(self, *args, **kwargs)
        func, target = func
        if target in kwargs:
            raise ValueError(f"{target} is both the pipe target and a keyword argument")
        return func(*args, **kwargs, **{target: self})

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(missing_name(f"dask.dataframe.{type(self).__name__}", name, dir(type(self))), name=name, obj=self)


def _binary(function):
    def method(self, other):
        return NotImplemented if _is_foreign(other) else self._call(function, other)

    def reversed_method(self, other):
        return NotImplemented if _is_foreign(other) else self._call(function, other, swap=True)

    return method, reversed_method


def _named(function, swap=False):
    def method(self, other, axis=None, level=None, fill_value=None):
        if fill_value is None:
            return self._call(function, other, swap=swap)
        if not isinstance(other, Collection):
            return self.fillna(fill_value)._call(function, other, swap=swap)
        # What is missing on both sides stays so.
        result = self.fillna(fill_value)._call(function, other.fillna(fill_value), swap=swap)
        return result.where(self.notna() | other.notna())

    return method


for _python, _engine in _BINARY.items():
    _method, _reversed = _binary(_engine)
    setattr(Collection, f"__{_python}__", _method)
    setattr(Collection, f"__r{_python}__", _reversed)
    if _python not in ("and", "or", "xor"):
        setattr(Collection, _python, _named(_engine))
        setattr(Collection, "r" + _python, _named(_engine, swap=True))
for _python, _engine in _COMPARISONS.items():
    setattr(Collection, f"__{_python}__", _binary(_engine)[0])
    setattr(Collection, _python, _named(_engine))
Collection.div, Collection.rdiv = Collection.truediv, Collection.rtruediv
Collection.divide = Collection.truediv


def _is_foreign(value):
    """An object with operators of its own that should have the say: a lazy array, a pandas object."""
    return hasattr(type(value), "__dask_foreign__")


def _argument(value):
    return value._core if isinstance(value, Collection) else literal(value)


def _division(value, dtype):
    if dtype.startswith("datetime64"):
        import pandas as pd

        return pd.Timestamp(value, unit=dtype[11:-1])
    return value


_CLASSES = {}


def wrap(core):
    """The collection of the right class around an engine's frame."""
    return _CLASSES[core.shape_kind](core)


def register(kind, cls):
    _CLASSES[kind] = cls
