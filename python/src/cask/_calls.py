"""What functions and values are as bytes: on their way to the Python of a worker, and back. docs/python.md says how.

A value is its pickle and, behind it, its buffers:

    <number of parts> <size of each part> <padding> <pickle> <padding> <buffer> <padding> ...

numbers of 8 bytes, every part from a multiple of 64 on.
"""

import pickle
import struct
import threading

from cask import _alias

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

    def __init__(self, pickled, dask_means_cask):
        self._pickled, self._dask_means_cask = pickled, dask_means_cask
        self._function = None

    def __reduce__(self):
        return Function, (self._pickled, self._dask_means_cask)

    def __call__(self, arguments):
        if self._function is None:
            if self._dask_means_cask:  # as it does where the function comes from
                _alias.install()
            self._function = pickle.loads(self._pickled)
        _local.inputs = arguments[1:]
        try:
            args, kwargs = load(arguments[0])
        finally:
            _local.inputs = None
        return dump(self._function(*args, **kwargs))


def dump_function(function):
    import cloudpickle

    return pickle.dumps(Function(cloudpickle.dumps(function), _alias.is_installed()))


def load_error(payload, message):
    """The exception that a user's function raised elsewhere; where it raised it follows as its cause."""
    try:
        error, text = pickle.loads(payload)
    except Exception as reason:
        return RuntimeError(f"{message} (the exception itself cannot be had here: {reason})")
    error.__cause__ = RemoteTraceback(text)
    return error


class RemoteTraceback(Exception):
    """Where an exception was raised in another process."""

    def __init__(self, text):
        super().__init__(text)
        self.text = text

    def __str__(self):
        return f'\n"""\n{self.text}"""'


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
