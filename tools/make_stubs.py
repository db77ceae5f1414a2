"""Writes the type stubs of the packages whose functions and methods are partly made at run time: names, parameters, kinds.

    python tools/make_stubs.py FOLDER      FOLDER/cask/array/__init__.pyi, ...; FOLDER is python/src
"""

import importlib
import inspect
import sys
from pathlib import Path

PACKAGES = ("cask.array", "cask.dataframe")

# Special methods that say something to a type checker.
SPECIAL = (
    "__init__ __len__ __iter__ __getitem__ __setitem__ __delitem__ __contains__ __call__ __bool__ __int__ __float__ __complex__ __index__ __array__"
    " __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __mod__ __rmod__ __pow__ __rpow__"
    " __matmul__ __rmatmul__ __and__ __rand__ __or__ __ror__ __xor__ __rxor__ __lshift__ __rlshift__ __rshift__ __rrshift__"
    " __neg__ __pos__ __abs__ __invert__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __getattr__"
).split()
RETURNS = {"__init__": "None", "__len__": "int", "__bool__": "bool", "__contains__": "bool", "__int__": "int", "__float__": "float",
           "__complex__": "complex", "__index__": "int", "__setitem__": "None", "__delitem__": "None"}  # fmt: skip


def main():
    folder = Path(sys.argv[1])
    for name in PACKAGES:
        path = folder.joinpath(*name.split("."), "__init__.pyi")
        path.write_text(stub_of(name))
        print(path)


def stub_of(name):
    module = importlib.import_module(name)
    lines = ["# Made by tools/make_stubs.py (make stubs); not to be edited.", "from typing import Any", ""]
    blocks = []
    for public in sorted(module.__all__):
        value = getattr(module, public)
        if inspect.ismodule(value):
            lines.insert(2, f"from {value.__name__.rpartition('.')[0]} import {public} as {public}")
        else:
            blocks += definition(public, value, module)
    # Classes come in the order of their bases; functions anywhere.
    return "\n".join([*lines, f"__all__ = {sorted(module.__all__)!r}", "", *blocks]) + "\n"


def definition(name, value, module):
    if inspect.isclass(value):
        return class_lines(name, value, module)
    if callable(value):
        return [f"def {name}{signature_of(value)} -> Any: ..."]
    return [f"{name}: {'None' if value is None else type(value).__name__}"]


def class_lines(name, cls, module):
    public = {getattr(module, other) for other in module.__all__ if inspect.isclass(getattr(module, other))}
    bases = [base.__name__ for base in cls.__bases__ if base in public]
    inherited = {base for base in cls.__mro__[1:] if base in public}
    members = {}
    for owner in reversed(cls.__mro__):
        if owner is not object and owner not in inherited and not any(issubclass(base, owner) for base in inherited):
            members.update(vars(owner))
    body = [line for member in sorted(members) for line in member_lines(member, members[member])]
    return ["", f"class {name}{'(' + ', '.join(bases) + ')' if bases else ''}:", *(body or ["    ..."]), ""]


def member_lines(name, member):
    if name.startswith("_") and name not in SPECIAL:
        return []
    if isinstance(member, property) or (not callable(member) and hasattr(type(member), "__get__") and not isinstance(member, (staticmethod, classmethod))):
        return ["    @property", f"    def {name}(self) -> Any: ..."]
    if isinstance(member, (staticmethod, classmethod)):
        return [f"    @{type(member).__name__}", f"    def {name}{signature_of(member.__func__)} -> Any: ..."]
    if callable(member):
        ignore = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""
        return [f"    def {name}{signature_of(member)} -> {RETURNS.get(name, 'Any')}: ...{ignore}"]
    return [] if member is None else [f"    {name}: {type(member).__name__}"]


def signature_of(function):
    """The parameters without their annotations; a default is only told to be there, unless it is a plain constant."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return "(*args: Any, **kwargs: Any)"
    shown = [shown_parameter(parameter, i == 0) for i, parameter in enumerate(parameters)]
    kinds = [parameter.kind for parameter in parameters]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        shown.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    if inspect.Parameter.POSITIONAL_ONLY in kinds:
        shown.insert(kinds.count(inspect.Parameter.POSITIONAL_ONLY), "/")
    return f"({', '.join(shown)})"


def shown_parameter(parameter, is_first):
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if is_first and parameter.name in ("self", "cls"):
        return parameter.name
    if parameter.default is inspect.Parameter.empty:
        return f"{stars}{parameter.name}: Any"
    plain = parameter.default is None or isinstance(parameter.default, (bool, int, str))
    return f"{parameter.name}: Any = {parameter.default!r}" if plain else f"{parameter.name}: Any = ..."


if __name__ == "__main__":
    main()
