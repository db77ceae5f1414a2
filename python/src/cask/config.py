"""Settings by name, as in Dask: `config.set(scheduler="threads")` for good or as a context, `config.get("a.b", default)`.

What Cask itself heeds are environment variables (`cask --help`); a script's own settings are kept here and given back.
"""

import threading

__all__ = ["config", "get", "refresh", "set", "update"]

config = {}
_lock = threading.Lock()
_REQUIRED = object()


def _path(key):
    return [part.replace("_", "-") for part in key.split(".")]


def get(key, default=_REQUIRED, override_with=None):
    """The setting `key` ("a.b.c"), or `default`, or a KeyError."""
    if override_with is not None:
        return override_with
    value = config
    for part in _path(key):
        if not isinstance(value, dict) or part not in value:
            if default is _REQUIRED:
                raise KeyError(key)
            return default
        value = value[part]
    return value


class set:  # noqa: A001 - Dask's name
    """Changes settings when called; undoes it when used as a context that ends."""

    def __init__(self, arg=None, **kwargs):
        changes = dict(arg or {})
        changes.update((name.replace("__", "."), value) for name, value in kwargs.items())
        self._undo = []
        with _lock:
            for key, value in changes.items():
                self._assign(_path(key), value)

    def _assign(self, path, value):
        place = config
        for part in path[:-1]:
            inner = place.get(part)
            if not isinstance(inner, dict):
                self._undo.append((place, part, inner, part in place))
                inner = place[part] = {}
            place = inner
        self._undo.append((place, path[-1], place.get(path[-1]), path[-1] in place))
        place[path[-1]] = value

    def __enter__(self):
        return config

    def __exit__(self, *exception):
        with _lock:
            for place, name, value, was_there in reversed(self._undo):
                if was_there:
                    place[name] = value
                else:
                    place.pop(name, None)


def update(old, new, priority="new"):
    """Merges the settings `new` into `old`, folder by folder."""
    for name, value in new.items():
        name = name.replace("_", "-")
        if isinstance(value, dict):
            inner = old.setdefault(name, {})
            if not isinstance(inner, dict):
                inner = old[name] = {}
            update(inner, value, priority)
        elif priority == "new" or name not in old:
            old[name] = value
    return old


def refresh(**kwargs):
    """Forgets all settings."""
    with _lock:
        config.clear()
