"""Futures: results that are being computed, by threads of this process or by the workers of a cluster."""

import pickle
import threading
import time
import weakref
from concurrent import futures as standard

from cask import _calls, base

_FOREVER = 1e8  # seconds
_PENDING, _FINISHED, _FAILED = range(3)


class Future:
    """A result that is being computed by a thread of this process."""

    def __init__(self, future, function):
        self._future = future
        self.key = f"{getattr(function, '__name__', 'call')}-{id(future):x}"

    def result(self, timeout=None):
        return self._future.result(timeout)

    def exception(self, timeout=None):
        return self._future.exception(timeout)

    def traceback(self, timeout=None):
        """Where the exception was raised; None if there is none."""
        error = self.exception(timeout)
        return None if error is None else error.__traceback__

    def done(self):
        return self._future.done()

    def cancel(self, **kwargs):
        return self._future.cancel()

    def cancelled(self):
        return self._future.cancelled()

    def add_done_callback(self, function):
        self._future.add_done_callback(lambda _: function(self))

    def release(self):
        """Does nothing: a result of this process goes with the last that refers to it."""

    @property
    def status(self):
        if not self._future.done():
            return "pending"
        if self._future.cancelled():
            return "cancelled"
        return "error" if self._future.exception() is not None else "finished"

    def __repr__(self):
        return f"<Future: {self.status}, key: {self.key}>"

    def _wait(self, seconds):
        standard.wait([self._future], seconds)
        return self._future.done()


class ClusterFuture(Future):
    """A call of a function on a cluster. Its value stays with the worker until it is asked for, and is freed there once nobody holds the future."""

    def __init__(self, call, key, watcher):
        self._call, self.key, self._watcher = call, key, watcher
        self._watched = None

    def _wait(self, seconds):
        return self._call is None or self._call.state != _PENDING or self._call.wait(seconds)

    def result(self, timeout=None):
        """The value. Raises what the function raised, TimeoutError if it takes longer than `timeout` seconds, CancelledError."""
        value = self._held().value(_FOREVER if timeout is None else timeout)
        if value is None:
            raise TimeoutError(f"{self.key} had no result after {timeout} s")
        return _calls.load(value, copy=True)

    def exception(self, timeout=None):
        if not self._wait(_FOREVER if timeout is None else timeout):
            raise TimeoutError(f"{self.key} had not ended after {timeout} s")
        try:
            self._held().raise_error()
        except Exception as error:
            return error
        return None

    def done(self):
        return self._call is None or self._call.state != _PENDING

    def cancel(self, **kwargs):
        """Nobody wants the result any more: a call that has not ended is stopped."""
        self._call = None
        if self._watched is not None:
            self._watched.cancel()
        return True

    def cancelled(self):
        return self._call is None

    release = cancel

    def retry(self, **kwargs):
        """Makes the call once more if it has failed."""
        self._held().retry()
        self._watched = None

    def add_done_callback(self, function):
        self._future.add_done_callback(lambda _: function(self))

    @property
    def status(self):
        if self._call is None:
            return "cancelled"
        return ("pending", "finished", "error")[self._call.state]

    @property
    def _future(self):
        """A future of the standard library's that is done when this one is; it has no result."""
        if self._watched is None:
            self._watched = self._watcher.watch(self._call)
        return self._watched

    def _held(self):
        if self._call is None:
            raise standard.CancelledError(self.key)
        return self._call

    def __reduce__(self):
        reduced = _calls.collect(self)
        if reduced is None:
            raise TypeError("a Future is of its client's process and cannot be pickled but as an argument of a call")
        self._held()
        return reduced


class Watcher:
    """Tells futures of the standard library's when calls of a cluster have ended; on a thread that is started with the first."""

    def __init__(self, remote):
        self._remote = remote
        self._lock = threading.Lock()
        self._watched = {}
        self._thread = None

    def watch(self, call):
        future = standard.Future()
        if call is None:
            future.cancel()
            return future
        with self._lock:
            self._watched.setdefault(call.watch(), []).append(future)
            if self._thread is None:
                self._thread = threading.Thread(target=_tell, args=(weakref.ref(self), self._remote), name="cask-futures", daemon=True)
                self._thread.start()
        return future

    def tell(self, ended):
        with self._lock:
            done = [future for name in ended for future in self._watched.pop(name, ())]
        for future in done:
            if future.set_running_or_notify_cancel():
                future.set_result(None)


def _tell(watcher, remote):
    while (ended := remote.take_ended(0.25)) is not None:
        holder = watcher()
        if holder is None:
            return
        holder.tell(ended)
        del holder


class Caller:
    """Has functions called on a cluster."""

    def __init__(self, remote):
        self._remote = remote
        self._watcher = Watcher(remote)
        self._by_key = weakref.WeakValueDictionary()

    def submit(self, function, calls, *, keys, pure, retries, priority, timeout=0.0):
        """Futures of the calls, each a pair of positional and keyword arguments. `keys`: their names; None: made up."""
        from cask import _core

        pickled = pickle.dumps(_calls.Function(function), protocol=5)
        name = _calls.name_of(function)
        futures = [None] * len(calls)
        positions, arguments, inputs, offsets, indices, new_keys = [], [], {}, [0], [], []
        function_hash = _hash(pickled) if pure else None
        for i, (args, kwargs) in enumerate(calls):
            data, used = _calls.dump_arguments(*_with_values(args, kwargs))
            key = keys[i] if keys else _key(name, function_hash, data, used)
            if known := self._by_key.get(key):
                futures[i] = known
                continue
            positions.append(i)
            arguments.append(data)
            new_keys.append(key)
            for future in used:
                indices.append(inputs.setdefault(id(future), (len(inputs), future))[0])
            offsets.append(len(indices))
        if not positions:
            return futures
        input_calls = [future._held() for _, future in inputs.values()]
        made = _core.submit_calls(self._remote, name, pickled, arguments, input_calls, offsets, indices, priority, retries, timeout)
        for i, key, call in zip(positions, new_keys, made):
            futures[i] = ClusterFuture(call, key, self._watcher)
            if pure or keys:
                self._by_key[key] = futures[i]
        return futures

    def forget(self, future):
        """The next call that would have its key is made."""
        self._by_key.pop(future.key, None)


def prefetch(futures):
    """Has the values of calls on a cluster fetched at the same time."""
    for future in futures:  # among which may be values
        if isinstance(future, ClusterFuture) and future._call is not None:
            future._call.prefetch()


def wait_for_all(futures, timeout):
    """Whether all have ended within that time."""
    deadline = None if timeout is None else time.monotonic() + timeout
    return all(future._wait(_FOREVER if deadline is None else max(0.0, deadline - time.monotonic())) for future in futures)


def _with_values(args, kwargs):
    """Collections among the arguments are given as what they compute to."""
    if not any(map(base.is_dask_collection, args)) and not any(map(base.is_dask_collection, kwargs.values())):
        return args, kwargs
    *values, kwargs = base.compute(*args, kwargs, traverse=True)
    return tuple(values), kwargs


def _hash(*parts):
    import hashlib

    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.digest()


def _key(name, function_hash, data, used):
    import uuid

    if function_hash is None:
        return f"{name}-{uuid.uuid4()}"
    return f"{name}-{_hash(function_hash, data, *(future.key.encode() for future in used)).hex()}"
