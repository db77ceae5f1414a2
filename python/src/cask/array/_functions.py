"""NumPy's functions on lazy arrays, other than ufuncs, reductions and those that make arrays."""

import operator

from cask import _core
from cask.array._array import Array, matmul
from cask.array._creation import asarray
from cask.array._ufuncs import call, operand
from cask.base import compute

__all__ = ["compute", "matmul"]  # given on


def where(condition, x=None, y=None):
    """numpy.where with three arguments."""
    if x is None or y is None:
        raise NotImplementedError("cask.array.where() takes three arguments: where a condition holds is not known before it is computed")
    return Array(_core.array_where(operand(condition), operand(x), operand(y)))


def clip(a, min=None, max=None, out=None, *, a_min=None, a_max=None):
    """numpy.clip."""
    if out is not None:
        raise NotImplementedError("cask.array.clip() gives a new array; out= is not supported")
    low = a_min if min is None else min
    high = a_max if max is None else max
    a = asarray(a)
    if low is not None:
        a = call("maximum", [a, low], "clip")
    if high is not None:
        a = call("minimum", [a, high], "clip")
    return a


def round(a, decimals=0):
    """numpy.round."""
    return Array(_core.array_round(asarray(a)._expr, operator.index(decimals)))


around = round


def shape(a):
    return asarray(a).shape


def ndim(a):
    return asarray(a).ndim


def reshape(a, shape, **kwargs):
    return asarray(a).reshape(shape)


def ravel(a):
    return asarray(a).ravel()


def rechunk(a, chunks="auto", **kwargs):
    return asarray(a).rechunk(chunks, **kwargs)


def transpose(a, axes=None):
    return asarray(a).transpose(axes)


def _axis_numbers(axes, ndim):
    from numpy.exceptions import AxisError

    axes = [operator.index(axis) for axis in (axes if isinstance(axes, (list, tuple)) else (axes,))]
    for axis in axes:
        if not -ndim <= axis < ndim:
            raise AxisError(axis, ndim)
    return [axis % ndim for axis in axes]


def swapaxes(a, axis1, axis2):
    """numpy.swapaxes."""
    a = asarray(a)
    first, second = _axis_numbers((axis1, axis2), a.ndim)
    order = list(range(a.ndim))
    order[first], order[second] = order[second], order[first]
    return a.transpose(order)


def moveaxis(a, source, destination):
    """numpy.moveaxis."""
    a = asarray(a)
    source = _axis_numbers(source, a.ndim)
    destination = _axis_numbers(destination, a.ndim)
    if len(source) != len(destination):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(a.ndim) if axis not in source]
    for to, axis in sorted(zip(destination, source)):
        order.insert(to, axis)
    return a.transpose(order)


def expand_dims(a, axis):
    """numpy.expand_dims."""
    a = asarray(a)
    axes = axis if isinstance(axis, (list, tuple)) else (axis,)
    places = _axis_numbers(axes, a.ndim + len(axes))
    return a[tuple(None if i in places else slice(None) for i in range(a.ndim + len(places)))]


def squeeze(a, axis=None):
    """numpy.squeeze."""
    axes = None if axis is None else [operator.index(each) for each in (axis if isinstance(axis, (list, tuple)) else (axis,))]
    return Array(_core.array_squeeze(asarray(a)._expr, axes))


def broadcast_to(x, shape, chunks=None, **kwargs):
    """numpy.broadcast_to."""
    shape = (shape,) if isinstance(shape, int) else shape
    result = Array(_core.array_broadcast(asarray(x)._expr, [operator.index(length) for length in shape]))
    return result if chunks is None else result.rechunk(chunks)


def broadcast_arrays(*args, **kwargs):
    """numpy.broadcast_arrays."""
    import numpy

    arrays = [asarray(arg) for arg in args]
    shape = numpy.broadcast_shapes(*(each.shape for each in arrays))
    return tuple(broadcast_to(each, shape) for each in arrays)


def flip(m, axis=None):
    """numpy.flip."""
    axes = None if axis is None else [operator.index(each) for each in (axis if isinstance(axis, (list, tuple)) else (axis,))]
    return Array(_core.array_flip(asarray(m)._expr, axes))


def flipud(m):
    return flip(m, 0)


def fliplr(m):
    return flip(m, 1)


def concatenate(seq, axis=0, **kwargs):
    """numpy.concatenate."""
    arrays = [asarray(each) for each in seq]
    if axis is None:
        arrays = [each.ravel() for each in arrays]
        axis = 0
    return Array(_core.array_concatenate([each._expr for each in arrays], operator.index(axis)))


def stack(seq, axis=0, **kwargs):
    """numpy.stack."""
    return Array(_core.array_stack([asarray(each)._expr for each in seq], operator.index(axis)))


def vstack(tup, **kwargs):
    """numpy.vstack."""
    return concatenate([each if each.ndim >= 2 else each.reshape(1, -1) for each in map(asarray, tup)], 0)


def hstack(tup, **kwargs):
    """numpy.hstack."""
    arrays = [each if each.ndim else each.reshape(1) for each in map(asarray, tup)]
    return concatenate(arrays, 0 if arrays and arrays[0].ndim == 1 else 1)


def dot(a, b):
    """numpy.dot."""
    a, b = asarray(a), asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.ndim <= 2 and b.ndim <= 2:
        return matmul(a, b)
    return tensordot(a, b, ([a.ndim - 1], [max(b.ndim - 2, 0)]))


def tensordot(a, b, axes=2):
    """numpy.tensordot."""
    a, b = asarray(a), asarray(b)
    if isinstance(axes, int):
        left, right = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        left, right = ([each] if isinstance(each, int) else list(each) for each in axes)
    return Array(_core.array_tensordot(a._expr, b._expr, left, right))


def outer(a, b):
    """numpy.outer."""
    return asarray(a).ravel()[:, None] * asarray(b).ravel()[None, :]


def count_nonzero(a, axis=None):
    """numpy.count_nonzero."""
    return (asarray(a) != 0).sum(axis=axis)


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """numpy.isclose."""
    a, b = asarray(a), asarray(b)
    finite = call("isfinite", [a], "isfinite") & call("isfinite", [b], "isfinite")
    close = where(finite, abs(a - b) <= atol + rtol * abs(b), a == b)
    return close | ((a != a) & (b != b)) if equal_nan else close


for _function in (round, clip, squeeze, swapaxes, dot):
    setattr(Array, _function.__name__, _function)
