"""Making lazy arrays: from NumPy's, from constants, from ranges."""

import math
import operator

from cask import _core
from cask.array._array import Array
from cask.array._chunks import chunk_requests

_DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")


def dtype_name(dtype):
    """NumPy's name of a dtype that lazy arrays can have."""
    if isinstance(dtype, str) and dtype in _DTYPES:
        return dtype
    if dtype is None or dtype is float:
        return "float64"
    import numpy

    name = numpy.dtype(dtype).name
    if name not in _DTYPES:
        raise TypeError(f"arrays of {name} are not supported; a lazy array holds one of {', '.join(_DTYPES)}")
    return name


def from_array(x, chunks="auto", name=None, lock=False, asarray=None, fancy=True, getitem=None, meta=None, inline_array=False):
    """A lazy array over a NumPy array, or over anything that NumPy makes an array of, without a copy.

    The array is kept alive and must not change while the lazy one is used.
    """
    if isinstance(x, Array):
        return x if isinstance(chunks, str) and chunks == "auto" else x.rechunk(chunks)
    import numpy

    x = numpy.asarray(x)
    dtype = dtype_name(x.dtype)
    if not x.dtype.isnative or not x.flags.aligned:
        x = x.astype(dtype)
    address = x.__array_interface__["data"][0]
    return Array(_core.array_from_memory(address, x.shape, x.strides, dtype, x, chunk_requests(chunks, x.shape)))


def asarray(a, dtype=None, order=None, *, chunks="auto", like=None, **kwargs):
    """`a` as a lazy array."""
    if not isinstance(a, Array):
        if isinstance(a, (list, tuple)) and any(isinstance(part, Array) for part in a):
            from cask.array._functions import stack

            a = stack([asarray(part) for part in a])
        else:
            a = from_array(a, chunks)
    return a if dtype is None else a.astype(dtype)


asanyarray = asarray


def array(object, dtype=None, *, chunks="auto", copy=None, ndmin=0, **kwargs):
    """`object` as a lazy array, copied if it is a NumPy array."""
    if not isinstance(object, Array):
        import numpy

        object = numpy.array(object, dtype=dtype, ndmin=ndmin)
    result = asarray(object, dtype, chunks=chunks)
    return result[(None,) * (ndmin - result.ndim)] if result.ndim < ndmin else result


def _shape(shape):
    try:
        return (operator.index(shape),)
    except TypeError:
        shape = tuple(operator.index(length) for length in shape)
    if any(length < 0 for length in shape):
        raise ValueError("negative dimensions are not allowed")
    return shape


def _filled(name, shape, value, dtype, chunks):
    shape = _shape(shape)
    return Array(_core.array_full(shape, value, dtype_name(dtype), chunk_requests(chunks, shape), name))


def ones(shape, dtype=None, chunks="auto", order="C", **kwargs):
    return _filled("ones_like", shape, 1, dtype, chunks)


def zeros(shape, dtype=None, chunks="auto", order="C", **kwargs):
    return _filled("zeros_like", shape, 0, dtype, chunks)


def empty(shape, dtype=None, chunks="auto", order="C", **kwargs):
    """As zeros: an array whose elements do not matter costs nothing here."""
    return _filled("empty_like", shape, 0, dtype, chunks)


def full(shape, fill_value, dtype=None, chunks="auto", order="C", **kwargs):
    if dtype is None:
        import numpy

        dtype = numpy.asarray(fill_value).dtype
    if hasattr(fill_value, "item"):
        fill_value = fill_value.item()
    if not isinstance(fill_value, (bool, int, float)):
        raise ValueError(f"fill_value must be a number. Received {type(fill_value).__name__} instead.")
    return _filled("full_like", shape, fill_value, dtype, chunks)


def _like(function):
    def like(a, *args, dtype=None, order="C", chunks=None, name=None, shape=None, **kwargs):
        a = asarray(a)
        if chunks is None:
            chunks = a.chunks if shape is None else "auto"
        return function(a.shape if shape is None else shape, *args, dtype=a.dtype if dtype is None else dtype, chunks=chunks)

    like.__name__ = like.__qualname__ = function.__name__ + "_like"
    like.__doc__ = f"As {function.__name__}(), of the shape, dtype and chunks of `a`."
    return like


ones_like = _like(ones)
zeros_like = _like(zeros)
empty_like = _like(empty)
full_like = _like(full)


def arange(start=0, stop=None, step=1, *, chunks="auto", like=None, dtype=None, **kwargs):
    """numpy.arange."""
    if stop is None:
        start, stop = 0, start
    if step == 0:
        raise ZeroDivisionError("division by zero")
    import numpy

    length = max(math.ceil((stop - start) / step), 0)
    if dtype is None:
        dtype = numpy.result_type(*(type(value) if type(value) in (bool, int, float) else value for value in (start, stop, step)))
        if dtype == bool:
            dtype = numpy.dtype("int64")
    requests = chunk_requests(chunks, (length,))
    if all(isinstance(value, (int, numpy.integer)) for value in (start, stop, step)):
        return Array(_core.array_integer_range(int(start), int(step), length, dtype_name(dtype), requests))
    start = float(start)
    # As NumPy, whose steps are the difference of the first two elements.
    return Array(_core.array_float_range(start, (start + float(step)) - start, length, dtype_name(dtype), requests))


def linspace(start, stop, num=50, endpoint=True, retstep=False, chunks="auto", dtype=None):
    """numpy.linspace of numbers."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    start, stop = float(start), float(stop)
    divisions = num - 1 if endpoint else num
    step = (stop - start) / divisions if divisions > 0 else float("nan")
    last = num - 1 if endpoint and num > 1 else -1
    width = step if divisions > 0 else 0.0
    result = Array(_core.array_linspace(start, width, num, last, stop, "float64", chunk_requests(chunks, (num,))))
    if dtype is not None:
        name = dtype_name(dtype)
        if "int" in name:
            from cask.array._ufuncs import call

            result = call("floor", [result], "linspace")
        result = result.astype(name)
    return (result, step) if retstep else result
