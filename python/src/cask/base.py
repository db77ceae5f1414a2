"""What works on several collections at once: compute, persist, optimize.

A collection is an object whose class has `_compute_all` and `_persist_all`: static methods from a list of collections of its family (frames,
arrays, delayed values) to the list of their results, sharing what they have in common. Every function here finds collections inside lists,
tuples, sets, dicts and dataclasses too, and gives the same structure back.
"""

import dataclasses

__all__ = ["compute", "is_dask_collection", "optimize", "persist", "tokenize", "visualize"]


def is_dask_collection(x):
    """Whether `x` is lazy: a frame, a series, an array, a delayed value."""
    return hasattr(type(x), "_compute_all")


def compute(*args, traverse=True, optimize_graph=True, scheduler=None, get=None, **kwargs):
    """The values of lazy collections, computed together, so that shared work is done once.

    >>> import cask
    >>> cask.compute(frame.x.sum(), frame.y.max())       # one pass over the data
    """
    _refuse_unknown("compute", kwargs)
    return _replace(args, traverse, "_compute_all")


def persist(*args, traverse=True, optimize_graph=True, scheduler=None, **kwargs):
    """Starts computing collections in the background and gives collections that will hold the results in memory."""
    _refuse_unknown("persist", kwargs)
    return _replace(args, traverse, "_persist_all")


def optimize(*args, traverse=True, **kwargs):
    """The collections themselves: Cask optimizes a collection when it is computed. See `explain()` of a frame for the outcome."""
    return args


def visualize(*args, **kwargs):
    raise NotImplementedError("cask draws no graphs of tasks; the nearest is frame.explain(), which prints the optimized plan")


def tokenize(*args, **kwargs):
    """A name for the arguments' values, the same for the same values in every process."""
    from hashlib import blake2b

    digest = blake2b(digest_size=16)
    for part in (*args, *sorted(kwargs.items())):
        _feed(digest, part)
    return digest.hexdigest()


def _feed(digest, value):
    token = getattr(value, "__dask_tokenize__", None)
    if token is not None and not isinstance(value, type):
        value = token()
    if isinstance(value, (list, tuple)):
        digest.update(f"{type(value).__name__}{len(value)}(".encode())
        for item in value:
            _feed(digest, item)
    elif isinstance(value, dict):
        _feed(digest, sorted(value.items(), key=repr))
    elif value is None or isinstance(value, (str, bytes, bool, int, float, complex)):
        digest.update(f"{type(value).__name__}:{value!r};".encode())
    else:
        import pickle

        digest.update(type(value).__qualname__.encode())
        digest.update(pickle.dumps(value, protocol=4))


def _refuse_unknown(function, kwargs):
    if kwargs:
        raise TypeError(f"{function}() does not know the option {next(iter(kwargs))!r}")


def _replace(args, traverse, method):
    """`args` with each collection replaced by what `method` of its family gives for it."""
    found = []
    for arg in args:
        _collect(arg, traverse, found)
    families = {}
    for collection in found:
        families.setdefault(getattr(type(collection), method), {})[id(collection)] = collection
    results = {}
    for together, members in families.items():
        results.update(zip(members, together(list(members.values()))))
    return tuple(_rebuild(arg, traverse, results) for arg in args)


def _collect(value, traverse, found):
    if is_dask_collection(value):
        found.append(value)
    elif traverse:
        for part in _parts(value):
            _collect(part, traverse, found)


def _parts(value):
    if type(value) in (list, tuple, set, frozenset):
        return value
    if type(value) is dict:
        return [*value.keys(), *value.values()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name) for field in dataclasses.fields(value)]
    return ()


def _rebuild(value, traverse, results):
    if is_dask_collection(value):
        return results[id(value)]
    if not traverse:
        return value
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_rebuild(part, traverse, results) for part in value)
    if type(value) is dict:
        return {_rebuild(key, traverse, results): _rebuild(part, traverse, results) for key, part in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and _holds_collections(value):
        fields = {field.name: _rebuild(getattr(value, field.name), traverse, results) for field in dataclasses.fields(value) if field.init}
        return dataclasses.replace(value, **fields)
    return value


def _holds_collections(value):
    found = []
    for part in _parts(value):
        _collect(part, True, found)
    return bool(found)
