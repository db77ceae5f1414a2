"""Reductions of lazy arrays, as functions and as methods."""

import operator

from cask import _core
from cask.array._array import Array

# The reductions that ufuncs' reduce() stands for.
OF_UFUNCS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_or": "any", "logical_and": "all"}


def _axes(axis):
    if axis is None:
        return None
    if isinstance(axis, (list, tuple)):
        return [operator.index(each) for each in axis]
    return [operator.index(axis)]


def _reduce(name, a, axis, keepdims, dtype=None, ddof=0, out=None):
    from cask.array._creation import asarray, dtype_name

    if out is not None:
        raise NotImplementedError(f"cask.array.{name}() gives a new array; out= is not supported")
    dtype = None if dtype is None else dtype_name(dtype)
    return Array(_core.array_reduce(name, asarray(a)._expr, _axes(axis), bool(keepdims), operator.index(ddof), dtype))


def _with_dtype(name):
    def reduction(a, axis=None, dtype=None, keepdims=False, split_every=None, out=None):
        return _reduce(name, a, axis, keepdims, dtype, out=out)

    return reduction


def _plain(name):
    def reduction(a, axis=None, keepdims=False, split_every=None, out=None):
        return _reduce(name, a, axis, keepdims, out=out)

    return reduction


def _moment(name):
    def reduction(a, axis=None, dtype=None, keepdims=False, ddof=0, split_every=None, out=None):
        return _reduce(name, a, axis, keepdims, dtype, ddof, out)

    return reduction


def _position(name):
    def reduction(a, axis=None, keepdims=False, split_every=None, out=None):
        if axis is not None:
            axis = operator.index(axis)
        return _reduce(name, a, axis, keepdims, out=out)

    return reduction


_KINDS = {
    _with_dtype: ("sum", "prod", "mean", "nansum", "nanprod", "nanmean"),
    _plain: ("min", "max", "any", "all", "nanmin", "nanmax"),
    _moment: ("std", "var", "nanstd", "nanvar"),
    _position: ("argmin", "argmax"),
}

for _make, _names in _KINDS.items():
    for _name in _names:
        _function = _make(_name)
        _function.__name__ = _function.__qualname__ = _name
        _function.__module__ = "cask.array"
        _function.__doc__ = f"numpy.{_name} of a lazy array, over all axes or those given."
        globals()[_name] = _function
        if not _name.startswith("nan"):
            setattr(Array, _name, _function)

amin = globals()["min"]
amax = globals()["max"]


def ptp(a, axis=None, keepdims=False):
    """numpy.ptp: the greatest less the least."""
    return amax(a, axis=axis, keepdims=keepdims) - amin(a, axis=axis, keepdims=keepdims)
