"""Lazy n-d arrays with NumPy's interface, cut into chunks, computed in parallel.

>>> import cask.array as da
>>> x = da.from_array(numbers)                         # no copy
>>> ((x + 1) * 2 - da.sqrt(x)).sum().compute()         # one pass over tiles that fit the cache

Every NumPy ufunc that has a loop is here under its name; importing this module does not import NumPy.
"""

from cask.array import random
from cask.array._array import Array
from cask.array._creation import (
    arange,
    array,
    asanyarray,
    asarray,
    empty,
    empty_like,
    from_array,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from cask.array._functions import (
    around,
    broadcast_arrays,
    broadcast_to,
    clip,
    compute,
    concatenate,
    count_nonzero,
    dot,
    expand_dims,
    flip,
    fliplr,
    flipud,
    hstack,
    isclose,
    matmul,
    moveaxis,
    ndim,
    outer,
    ravel,
    rechunk,
    reshape,
    round,
    shape,
    squeeze,
    stack,
    swapaxes,
    tensordot,
    transpose,
    vstack,
    where,
)
from cask.array._reductions import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    max,
    mean,
    min,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    prod,
    ptp,
    std,
    sum,
    var,
)
from cask.array._ufuncs import UFUNC_NAMES, ufunc

_CONSTANTS = {"e": 2.718281828459045, "inf": float("inf"), "nan": float("nan"), "newaxis": None, "pi": 3.141592653589793}

globals().update(_CONSTANTS)
globals().update((name, ufunc(name)) for name in UFUNC_NAMES)

__all__ = sorted(
    name for name in [*globals()] if not name.startswith("_") and name not in ("ufunc", "UFUNC_NAMES")
)


def __getattr__(name):
    from cask._nearest import missing_name

    raise AttributeError(missing_name("cask.array", name, __all__), name=name)
