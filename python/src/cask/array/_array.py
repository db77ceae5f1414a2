"""The lazy array."""

import operator

from cask import _core
from cask.array._chunks import chunk_requests


class Array:
    """A lazy n-d array, cut into chunks. Arithmetic, comparisons, slices and NumPy's functions give further lazy arrays;
    `compute()` gives a NumPy array."""

    __slots__ = ("_expr", "__weakref__")
    __array_priority__ = 11  # above NumPy's own
    __hash__ = object.__hash__

    def __init__(self, expr):
        if not isinstance(expr, _core.ArrayExpr):
            raise TypeError("an Array is made by from_array(), ones(), arange() and the like")
        self._expr = expr

    # What it is.

    @property
    def dtype(self):
        import numpy

        return numpy.dtype(self._expr.dtype)

    @property
    def shape(self):
        return self._expr.shape

    @property
    def ndim(self):
        return len(self._expr.shape)

    @property
    def size(self):
        size = 1
        for length in self._expr.shape:
            size *= length
        return size

    @property
    def itemsize(self):
        return self.dtype.itemsize

    @property
    def nbytes(self):
        return self.size * self.itemsize

    @property
    def chunks(self):
        """The sizes of the chunks along each axis."""
        return self._expr.chunks

    @property
    def numblocks(self):
        return self._expr.numblocks

    @property
    def chunksize(self):
        """The size of the largest chunk along each axis."""
        return self._expr.chunksize

    @property
    def npartitions(self):
        count = 1
        for blocks in self._expr.numblocks:
            count *= blocks
        return count

    @property
    def name(self):
        return f"{self._expr.name}-{self._expr.token}"

    def __repr__(self):
        return (
            f"dask.array<{self._expr.name}, shape={self.shape}, dtype={self._expr.dtype}, chunksize={self.chunksize}, "
            "chunktype=numpy.ndarray>"
        )

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    # Results.

    def compute(self, **kwargs):
        """The elements as a NumPy array, or as a NumPy number where there are no axes."""
        return self._compute_all([self])[0]

    def persist(self, **kwargs):
        """The same array with its chunks computed and held in memory."""
        return self._persist_all([self])[0]

    @staticmethod
    def _compute_all(arrays):
        values = _core.array_compute([array._expr for array in arrays])
        # NumPy has two 64-bit integers, and the buffer comes as the one that is not called int64.
        return [value.view(array.dtype)[()] for array, value in zip(arrays, values)]

    @staticmethod
    def _persist_all(arrays):
        return [Array(expr) for expr in _core.array_persist([array._expr for array in arrays])]

    def explain(self):
        """Prints the layers of tasks that compute this array."""
        print(_core.array_explain([self._expr]), end="")

    def __dask_tokenize__(self):
        return self.name

    def __array__(self, dtype=None, copy=None):
        import numpy

        if copy is False:
            raise ValueError("a lazy array has no memory that NumPy could share; its elements must be computed")
        return numpy.asarray(self.compute(), dtype=dtype)

    def item(self, *args):
        return self.compute().item(*args)

    def _one(self, convert):
        if self.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return convert(self.item())

    def __float__(self):
        return self._one(float)

    def __int__(self):
        return self._one(int)

    def __index__(self):
        if self.ndim or not self._expr.dtype.lstrip("u").startswith("int"):
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self.item())

    def __complex__(self):
        return self._one(complex)

    def __bool__(self):
        if self.size == 1:
            return bool(self.item())
        raise ValueError(f"The truth value of a {type(self).__name__} is ambiguous. Use a.any() or a.all().")

    # NumPy's protocols.

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        from cask.array import _reductions, _ufuncs

        if method == "reduce" and ufunc.__name__ in _reductions.OF_UFUNCS:
            axis = kwargs.pop("axis", 0)
            return getattr(_reductions, _reductions.OF_UFUNCS[ufunc.__name__])(*inputs, axis=axis, **kwargs)
        if method != "__call__":
            raise NotImplementedError(f"numpy.{ufunc.__name__}.{method} of a lazy array is not supported; the nearest is numpy.{ufunc.__name__}")
        if kwargs.pop("out", None) is not None:
            raise NotImplementedError("a lazy array cannot be written into NumPy's out=; compute() it first")
        if not _core.array_has_operation(_ufuncs._OPERATIONS.get(ufunc.__name__, ufunc.__name__)):
            if ufunc.__name__ == "matmul":
                return matmul(*inputs)
            _missing(ufunc.__name__)
        return _ufuncs.apply(ufunc.__name__, inputs, **kwargs)

    def __array_function__(self, func, types, args, kwargs):
        import cask.array as module

        name = func.__name__
        own = module.__dict__.get(name) if func.__module__ == "numpy" else None
        if own is None:
            _missing(name)
        return own(*args, **kwargs)

    # Indexing.

    def __getitem__(self, index):
        parts = index if isinstance(index, tuple) else (index,)
        return Array(_core.array_index(self._expr, [_index_part(part) for part in parts]))

    def __setitem__(self, index, value):
        raise NotImplementedError("lazy arrays do not change; the nearest to x[mask] = y is cask.array.where(mask, y, x)")

    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    # Layout.

    @property
    def T(self):
        return self.transpose()

    def transpose(self, *axes):
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (list, tuple))):
            axes = axes[0] or ()
        return Array(_core.array_transpose(self._expr, [operator.index(axis) for axis in axes]))

    def reshape(self, *shape, **kwargs):
        if len(shape) == 1 and isinstance(shape[0], (list, tuple)):
            shape = shape[0]
        return Array(_core.array_reshape(self._expr, [operator.index(length) for length in shape]))

    def ravel(self, *args):
        return self.reshape(-1)

    flatten = ravel

    def rechunk(self, chunks="auto", threshold=None, block_size_limit=None, balance=False, method=None):
        """The same array cut otherwise. In a tuple or dict, None leaves an axis as it is."""
        return Array(_core.array_rechunk(self._expr, chunk_requests(chunks, self.shape, self.chunks)))

    def astype(self, dtype, **kwargs):
        from cask.array._creation import dtype_name

        return Array(_core.array_astype(self._expr, dtype_name(dtype)))

    def copy(self):
        return self

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        from cask._nearest import missing_name

        raise AttributeError(missing_name("cask.array.Array", name, dir(self)), name=name, obj=self)

    def __divmod__(self, other):
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self


def _missing(name):
    import cask.array as module
    from cask._nearest import missing_name

    raise NotImplementedError(missing_name("cask.array", name, module.__all__) + "; compute() the array to give it to NumPy's")


def _index_part(part):
    if part is None or part is Ellipsis:
        return part
    if isinstance(part, slice):
        return slice(*(None if bound is None else operator.index(bound) for bound in (part.start, part.stop, part.step)))
    if isinstance(part, (bool, list, tuple)) or getattr(part, "shape", ()) != () or "bool" in type(part).__name__:
        raise NotImplementedError(
            "lazy arrays are indexed by integers, slices, None and Ellipsis; for a mask the nearest is cask.array.where(mask, x, otherwise)"
        )
    try:
        return operator.index(part)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`) and numpy.newaxis (`None`) are valid indices of lazy arrays"
        ) from None


def _understands(other):
    """Whether `other` can be an operand; what cannot gets its turn to answer."""
    if isinstance(other, Array) or type(other) in (bool, int, float):
        return True
    return type(other).__module__ == "numpy" or isinstance(other, (list, tuple))


def matmul(a, b):
    from cask.array._creation import asarray

    return Array(_core.array_matmul(asarray(a)._expr, asarray(b)._expr))


def _binary(operation, name):
    from cask.array import _ufuncs

    def forward(self, other):
        return _ufuncs.call(operation, (self, other), name) if _understands(other) else NotImplemented

    def backward(self, other):
        return _ufuncs.call(operation, (other, self), name) if _understands(other) else NotImplemented

    return forward, backward


def _unary(operation, name):
    from cask.array import _ufuncs

    return lambda self: _ufuncs.call(operation, (self,), name)


_ARITHMETIC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide", "mod": "remainder", "pow": "power",
    "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift",
}  # fmt: skip
_COMPARISONS = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"}
_UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}

for _name, _operation in _ARITHMETIC.items():
    _forward, _backward = _binary(_operation, _name + "_" * (_name in ("and", "or")))
    setattr(Array, f"__{_name}__", _forward)
    setattr(Array, f"__r{_name}__", _backward)
for _name, _operation in _COMPARISONS.items():
    setattr(Array, f"__{_name}__", _binary(_operation, _name)[0])
for _name, _operation in _UNARY.items():
    setattr(Array, f"__{_name}__", _unary(_operation, _name))
Array.__matmul__ = lambda self, other: matmul(self, other) if _understands(other) else NotImplemented
Array.__rmatmul__ = lambda self, other: matmul(other, self) if _understands(other) else NotImplemented
