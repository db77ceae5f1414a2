"""How a user may say how an array is cut: "auto", bytes, a size, sizes, an axis each, a dict of axes."""

import operator

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def chunk_requests(chunks, shape, unchanged=None):
    """One request an axis, as the C++ side takes them. `unchanged`: the chunks of axes for which there is None; all of the axis if not given."""
    if chunks is None:
        raise ValueError("You must specify a chunks= keyword argument.")
    if isinstance(chunks, dict):
        per_axis = [None if unchanged else "auto"] * len(shape)
        for axis, request in chunks.items():
            per_axis[_axis(axis, len(shape))] = request
        chunks = per_axis
    elif isinstance(chunks, (str, int)) or hasattr(chunks, "__index__"):
        chunks = [chunks] * len(shape)
    chunks = list(chunks)
    if len(shape) == 1 and len(chunks) > 1 and all(hasattr(size, "__index__") for size in chunks):
        chunks = [chunks]
    if len(chunks) != len(shape):
        raise ValueError(f"Chunks and shape must be of the same length/dimension. Got chunks={tuple(chunks)}, shape={tuple(shape)}")
    return [_request(request, axis, unchanged) for axis, request in enumerate(chunks)]


def _axis(axis, ndim):
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        from numpy.exceptions import AxisError

        raise AxisError(axis, ndim)
    return axis % ndim


def _request(request, axis, unchanged):
    if request is None:
        return list(unchanged[axis]) if unchanged else -1
    if isinstance(request, str):
        return request if request == "auto" else str(_bytes(request))
    if hasattr(request, "__index__"):
        return operator.index(request)
    return [operator.index(size) for size in request]


def _bytes(text):
    number = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    unit = text[len(number) :].strip().upper() or "B"
    try:
        return int(float(number) * _UNITS[unit])
    except (KeyError, ValueError):
        raise ValueError(f"chunks={text!r} is neither 'auto' nor a number of bytes such as '16 MiB'") from None
