"""Exceptions of users' functions as bytes, from the Python that called them to the one that raises them."""

import os
import pickle

MAX_TEXT_BYTES = 16 << 10
MAX_PAYLOAD_BYTES = 1 << 20

_PACKAGE = os.path.dirname(__file__)


def describe(exception):
    """The text of an exception, and the pickle of it and of its traceback's text, both as bytes."""
    import traceback

    name = type(exception).__name__
    try:
        text = str(exception)
        trace = "".join(traceback.format_exception(type(exception), exception, _users_part(exception.__traceback__)))
    except MemoryError:
        raise
    except Exception as error:  # its __str__ may do anything
        text = trace = f"<{name} whose text cannot be made: {type(error).__name__}>"
    text = f"{name}: {text}" if text else name
    shown = text.encode(errors="backslashreplace")[:MAX_TEXT_BYTES].decode(errors="ignore").encode()
    return shown, _pickled(exception, text, trace)


def _users_part(trace):
    """Without the frames of this package that made the call."""
    while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == _PACKAGE:
        trace = trace.tb_next
    return trace


def _pickled(exception, text, trace):
    for what in (exception, RuntimeError(text)):
        payload = _try_pickle((what, trace))
        if payload is not None and len(payload) <= MAX_PAYLOAD_BYTES:
            return payload
    return pickle.dumps((RuntimeError(text[:MAX_TEXT_BYTES]), trace[-MAX_TEXT_BYTES:]), protocol=5)


def _try_pickle(value):
    """None if it cannot be pickled, or not unpickled, as exceptions whose __init__ takes other arguments than they have."""
    for dumps in (pickle.dumps, _cloudpickle_dumps):
        try:
            payload = dumps(value, protocol=5)
            pickle.loads(payload)
            return payload
        except MemoryError:
            raise
        except Exception:
            continue
    return None


def _cloudpickle_dumps(value, protocol):
    import cloudpickle

    return cloudpickle.dumps(value, protocol=protocol)


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
