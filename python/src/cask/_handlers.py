"""Handlers of calls (docs/python.md), as a Python that calls users' functions keeps them: unpickled, those used last."""

import pickle
from _thread import allocate_lock

MAX_HANDLERS = 128  # as kMaxFunctions of cpp/cask/child/child.cc


class Handlers:
    """Thread-safe."""

    def __init__(self):
        self._by_token = {}  # the one used last at the end
        self._lock = allocate_lock()

    def find(self, token, pickled):
        """None if it is neither known nor given."""
        with self._lock:
            handler = self._by_token.pop(token, None)
            if handler is not None:
                self._by_token[token] = handler
        if handler is not None or pickled is None:
            return handler
        handler = pickle.loads(pickled)
        with self._lock:
            if len(self._by_token) >= MAX_HANDLERS:
                del self._by_token[next(iter(self._by_token))]
            self._by_token[token] = handler
        return handler
