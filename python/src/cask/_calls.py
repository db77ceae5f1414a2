"""What functions and values are as bytes: on their way to the Python of a worker, and back. docs/python.md says how.

A value is its pickle and, behind it, its buffers:

    <number of parts> <size of each part> <padding> <pickle> <padding> <buffer> <padding> ...

numbers of 8 bytes, every part from a multiple of 64 on.
"""

import pickle
import struct
import threading

from cask._pickled import Pickled

_ALIGNMENT = 64
_local = threading.local()  # .collected: futures met while pickling; .inputs: their values while unpickling


def dump(value):
    """A value as bytes-like objects that follow each other."""
    pickled, buffers = _pickle(value)
    parts = [pickled, *(buffer.raw() for buffer in buffers)]
    head = struct.pack(f"<{1 + len(parts)}Q", len(parts), *(len(part) for part in parts))
    laid_out = [head]
    position = len(head)
    for part in parts:
        if padding := -position % _ALIGNMENT:
            laid_out.append(bytes(padding))
        laid_out.append(part)
        position += padding + len(part)
    return laid_out


def load(view, *, copy=False):
    """The value that `dump` has written. Its buffers lie in `view`, or are its own with `copy`."""
    view = memoryview(view)
    (count,) = struct.unpack_from("<Q", view)
    sizes = struct.unpack_from(f"<{count}Q", view, 8)
    position = 8 * (1 + count)
    parts = []
    for size in sizes:
        position += -position % _ALIGNMENT
        parts.append(view[position : position + size])
        position += size
    return pickle.loads(parts[0], buffers=[bytearray(part) for part in parts[1:]] if copy else parts[1:])


def dump_arguments(args, kwargs):
    """The arguments of a call as bytes, and the futures among them, which stand for their values."""
    _local.collected = collected = []
    try:
        return b"".join(dump((args, kwargs))), collected
    finally:
        _local.collected = None


def collect(future):
    """What a future is pickled as; None where it is not an argument of a call."""
    collected = getattr(_local, "collected", None)
    if collected is None:
        return None
    collected.append(future)
    return _input_value, (len(collected) - 1,)


def _input_value(index):
    return load(_local.inputs[index])


class Function:
    """A user's function as a worker's Python calls it: with its arguments and the values of futures among them, all as bytes."""

    def __init__(self, function):
        self._pickled = Pickled(function)
        self._function = None

    def __getstate__(self):
        return {**self.__dict__, "_function": None}

    def __call__(self, arguments):
        if self._function is None:
            self._function = self._pickled.load()
        _local.inputs = arguments[1:]
        try:
            args, kwargs = load(arguments[0])
        finally:
            _local.inputs = None
        return dump(self._function(*args, **kwargs))


def name_of(function):
    """What users call a function."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    return getattr(function, "__name__", type(function).__name__)


def _pickle(value):
    # Faster than cloudpickle, but what is defined in a script it names only, and nobody else would find it there.
    buffers = []
    already = len(getattr(_local, "collected", None) or ())
    try:
        pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        if b"__main__" not in pickled:
            return pickled, buffers
    except Exception:  # the reason may be anything; cloudpickle says it, if it cannot either
        pass
    import cloudpickle

    if getattr(_local, "collected", None):
        del _local.collected[already:]
    buffers = []
    return cloudpickle.dumps(value, protocol=5, buffer_callback=buffers.append), buffers
