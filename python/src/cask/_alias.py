"""Makes `dask`, `distributed` and what lies below them resolve to Cask, whether or not Dask is installed.

A finder placed before all others answers for these two names. Each module it gives is a thin alias: a name is looked up in the Cask module
behind it, and one that Cask lacks raises an error that tells the nearest thing that exists.

    installed by `cask run script.py` and by `import cask.as_dask`; never by `import cask` alone
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from cask._nearest import missing_name

_ROOTS = ("dask", "distributed")

# The release of Dask whose interface Cask follows, for scripts that look.
_INTERFACE_VERSION = "2026.8.0+cask"

# Aliases whose module is named otherwise; every other public module of Cask has the same name on both sides.
_RENAMED = {"dask.delayed": "cask._delayed", "distributed": "cask.distributed"}

# Modules of Cask that are no part of Dask's interface.
_OWN = ("cask.as_dask",)

_PLAIN_SPECIAL_NAMES = ("__all__", "__doc__")


class AliasModule(ModuleType):
    """A module of Dask's name in front of a module of Cask. Names found once are kept."""

    def __init__(self, name, target):
        super().__init__(name)
        self.__dict__["_cask_target"] = target
        self.__dict__["__path__"] = []
        self.__dict__["__version__"] = _INTERFACE_VERSION

    def __getattr__(self, name):
        if name.startswith("__") and name not in _PLAIN_SPECIAL_NAMES:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)
        full = f"{self.__name__}.{name}"
        value = _lookup(self._cask_target, name)
        if value is _ABSENT or isinstance(value, ModuleType):
            if _find_target(full) is None:
                raise AttributeError(missing_name(self.__name__, name, dir(self)), name=name, obj=self)
            value = importlib.import_module(full)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name, value):
        # Importing dask.delayed must not hide the function dask.delayed behind the module, just as in Dask.
        if isinstance(value, AliasModule):
            own = _lookup(self._cask_target, name)
            if own is not _ABSENT and not isinstance(own, ModuleType):
                value = own
        super().__setattr__(name, value)

    def __dir__(self):
        return _public_names(self._cask_target)


_ABSENT = object()


def _lookup(module, name):
    try:
        return getattr(module, name)
    except AttributeError:
        return _ABSENT


def _public_names(module):
    names = getattr(module, "__all__", None) or dir(module)
    return sorted(name for name in names if not name.startswith("_"))


def _find_target(alias):
    """The name of the Cask module behind `alias`, or None."""
    for prefix, target in _RENAMED.items():
        if alias == prefix or alias.startswith(prefix + "."):
            name = target + alias[len(prefix):]
            break
    else:
        name = "cask" + alias[len("dask"):]
        if name in _OWN or "._" in name:
            return None
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is not None and name.startswith(error.name):
            return None  # its parent is no package
        raise
    return name if spec is not None else None


class _AliasFinder:
    """Stands first in sys.meta_path; both finder and loader."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        root = fullname.partition(".")[0]
        if root not in _ROOTS:
            return None
        name = _find_target(fullname)
        if name is None:
            owner, _, last = fullname.rpartition(".")
            # Not a ModuleNotFoundError: that one `from dask import name` would replace by a message without the nearest name.
            raise ImportError(missing_name(owner, last, dir(sys.modules[owner])), name=fullname)
        return ModuleSpec(fullname, _AliasFinder, origin=f"alias of {name}", is_package=True)

    @staticmethod
    def create_module(spec):
        name = _find_target(spec.name)
        return AliasModule(spec.name, importlib.import_module(name))

    @staticmethod
    def exec_module(module):
        pass


def is_installed():
    return _AliasFinder in sys.meta_path


def install():
    """Places the finder. Modules of Dask that were imported before are dropped, with a warning."""
    if is_installed():
        return
    loaded = [name for name in sys.modules if name.partition(".")[0] in _ROOTS]
    if loaded:
        import warnings

        warnings.warn(
            "Dask was imported before Cask took its place: what was taken from it before still is Dask's. "
            "Put `import cask.as_dask` first.",
            RuntimeWarning,
            stacklevel=3,
        )
        for name in loaded:
            del sys.modules[name]
    sys.meta_path.insert(0, _AliasFinder)
