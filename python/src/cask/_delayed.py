"""`delayed`: plain Python functions made lazy, run by the workers of a cluster or on threads of this process.

A Delayed value is a call that has not been made: a function and its arguments, among which may be other delayed values and Cask
collections. Computing makes the calls that are needed, each once, those that do not wait for each other at the same time.
"""

import itertools
import operator
import os
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from cask import base
from cask._futures import ClusterFuture, prefetch

__all__ = ["Delayed", "delayed"]

_numbers = itertools.count()


def delayed(obj=None, name=None, pure=None, nout=None, traverse=True):
    """Makes a function lazy (also as a decorator), or wraps a value.

    >>> @delayed
    ... def add(a, b):
    ...     return a + b
    >>> add(1, add(2, 3)).compute()
    6
    """
    if isinstance(obj, Delayed):
        return obj
    if callable(obj):
        return DelayedFunction(obj, name, nout)
    if base.is_dask_collection(obj) or traverse:
        return Delayed(_same, (obj,), {}, name or f"{type(obj).__name__}-{next(_numbers)}")
    return Delayed(_same, (_Opaque(obj),), {}, name or f"{type(obj).__name__}-{next(_numbers)}")


def _same(value):
    return value.value if isinstance(value, _Opaque) else value


class _Opaque:
    """A value that is not looked into."""

    def __init__(self, value):
        self.value = value


class DelayedFunction:
    """A function whose calls are delayed values."""

    def __init__(self, function, name=None, nout=None):
        self._function, self._name, self._nout = function, name, nout
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args, dask_key_name=None, pure=None, **kwargs):
        return Delayed(self._function, args, kwargs, dask_key_name or self._name or f"{self.__name__}-{next(_numbers)}", self._nout)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return DelayedFunction(self._function.__get__(instance, owner), self._name, self._nout)

    def __repr__(self):
        return f"Delayed({self.__name__!r})"


class Delayed:
    """A call that has not been made. Operators, attributes, items and calls of it are delayed in turn."""

    __slots__ = ("_function", "_args", "_kwargs", "key", "_nout", "__weakref__")

    def __init__(self, function, args, kwargs, key, nout=None):
        self._function, self._args, self._kwargs, self.key, self._nout = function, args, kwargs, key, nout

    def compute(self, **kwargs):
        return base.compute(self, traverse=False, **kwargs)[0]

    def persist(self, **kwargs):
        return base.persist(self, traverse=False, **kwargs)[0]

    @staticmethod
    def _compute_all(values):
        return _run(values)

    @staticmethod
    def _persist_all(values):
        caller = _caller()
        if caller is not None:  # the values stay there
            return [Delayed(_same, (future,), {}, value.key, value._nout) for value, future in zip(values, _start(values, caller))]
        return [Delayed(_same, (_Opaque(result),), {}, value.key, value._nout) for value, result in zip(values, _run(values))]

    def __repr__(self):
        return f"Delayed({self.key!r})"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"a delayed value has no attribute {name}", name=name, obj=self)
        return Delayed(getattr, (self, name), {}, f"getattr-{next(_numbers)}")

    def __call__(self, *args, **kwargs):
        return Delayed(_call, (self, args, kwargs), {}, f"call-{next(_numbers)}")

    def __iter__(self):
        if self._nout is None:
            raise TypeError("a delayed value can be taken apart only if its length is known: delayed(function, nout=2)")
        return (self[i] for i in range(self._nout))

    def __len__(self):
        if self._nout is None:
            raise TypeError("the length of a delayed value is not known: delayed(function, nout=2)")
        return self._nout

    def __bool__(self):
        raise TypeError("whether a delayed value is true is not known before it is computed")

    def __setattr__(self, name, value):
        if name not in Delayed.__slots__:
            raise TypeError("a delayed value cannot be changed")
        object.__setattr__(self, name, value)

    __hash__ = object.__hash__


def _call(function, args, kwargs):
    return function(*args, **kwargs)


def _add_operators():
    def one_sided(function):
        return lambda self: Delayed(function, (self,), {}, f"{function.__name__}-{next(_numbers)}")

    def forward(function):
        return lambda self, other: Delayed(function, (self, other), {}, f"{function.__name__}-{next(_numbers)}")

    def backward(function):
        return lambda self, other: Delayed(function, (other, self), {}, f"{function.__name__}-{next(_numbers)}")

    two_sided = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "and", "or", "xor"]
    for name in ("neg", "pos", "abs", "invert"):
        setattr(Delayed, f"__{name}__", one_sided(getattr(operator, f"__{name}__")))
    for name in (*two_sided, "lt", "le", "eq", "ne", "gt", "ge", "getitem"):
        setattr(Delayed, f"__{name}__", forward(getattr(operator, f"__{name}__")))
    for name in two_sided:
        setattr(Delayed, f"__r{name}__", backward(getattr(operator, f"__{name}__")))


_add_operators()


def _inputs(call):
    """The collections among a call's arguments."""
    found = []
    base._collect((call._args, call._kwargs), True, found)
    return found


def _run(wanted):
    """Makes the calls that `wanted` need; their results in the same order."""
    caller = _caller()
    if caller is not None:
        futures = _start(wanted, caller)
        prefetch(futures)
        return [_value_of(future) for future in futures]
    calls, consumers, missing, frames = _survey(wanted)
    results = dict(zip((id(frame) for frame in frames), base.compute(*frames, traverse=False)))
    ready = [call for call in calls.values() if missing[id(call)] == 0]
    running = {}
    with ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="cask-delayed") as pool:
        try:
            while ready or running:
                for call in ready:
                    running[pool.submit(_make, call, results)] = call
                ready = []
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    call = running.pop(future)
                    results[id(call)] = future.result()
                    for consumer in consumers.get(id(call), ()):
                        missing[id(consumer)] -= 1
                        if missing[id(consumer)] == 0:
                            ready.append(consumer)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [results[id(value)] for value in wanted]


def _caller():
    """What has functions called on the cluster of the client made last; None where this process makes the calls."""
    distributed = sys.modules.get("cask.distributed")
    client = distributed and distributed._current
    return client and client._caller


def _start(wanted, caller):
    """Has a cluster make the calls that `wanted` need; futures of them. Functions that are `of_this_process` are called at once, and give values."""
    calls, consumers, missing, frames = _survey(wanted)
    results = dict(zip((id(frame) for frame in frames), base.compute(*frames, traverse=False)))
    ready = [call for call in calls.values() if missing[id(call)] == 0]
    while ready:
        # Calls of one function go together.
        by_function = {}
        for call in ready:
            by_function.setdefault(id(call._function), []).append(call)
        ready = []
        for alike in by_function.values():
            if getattr(alike[0]._function, "of_this_process", False):
                for call in alike:
                    results[id(call)] = _make(call, {id(value): _value_of(results[id(value)]) for value in _inputs(call)})
                continue
            arguments = [base._rebuild((call._args, call._kwargs), True, results) for call in alike]
            futures = caller.submit(alike[0]._function, arguments, keys=None, pure=False, retries=0, priority=1)
            results.update(zip(map(id, alike), futures))
        for call in itertools.chain.from_iterable(by_function.values()):
            for consumer in consumers.get(id(call), ()):
                missing[id(consumer)] -= 1
                if missing[id(consumer)] == 0:
                    ready.append(consumer)
    return [results[id(value)] for value in wanted]


def _value_of(result):
    return result.result() if isinstance(result, ClusterFuture) else result


def _survey(wanted):
    """All calls that are needed, who consumes each, how many inputs each waits for; and the collections that are no calls."""
    calls, consumers, missing, frames = {}, {}, {}, {}
    stack = list(wanted)
    while stack:
        call = stack.pop()
        if id(call) in calls:
            continue
        calls[id(call)] = call
        inputs = {id(value): value for value in _inputs(call)}
        missing[id(call)] = 0
        for value in inputs.values():
            if isinstance(value, Delayed):
                missing[id(call)] += 1
                consumers.setdefault(id(value), []).append(call)
                stack.append(value)
            else:
                frames[id(value)] = value
    return calls, consumers, missing, list(frames.values())


def _make(call, results):
    args, kwargs = base._rebuild((call._args, call._kwargs), True, results)
    return call._function(*args, **kwargs)
