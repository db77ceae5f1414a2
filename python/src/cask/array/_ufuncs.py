"""NumPy's ufuncs on lazy arrays, each a function under NumPy's name."""

import sys

from cask import _core

UFUNC_NAMES = """
abs absolute acos acosh add arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh bitwise_and bitwise_invert
bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor cbrt ceil copysign cos cosh deg2rad degrees divide equal exp exp2
expm1 fabs float_power floor floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot invert isfinite isinf isnan lcm
left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor maximum minimum mod
multiply negative nextafter not_equal positive pow power rad2deg radians reciprocal remainder right_shift rint sign signbit sin sinh
spacing sqrt square subtract tan tanh true_divide trunc
""".split()

_OPERATIONS = {"float_power": "power", "degrees": "rad2deg", "radians": "deg2rad"}


def ufunc(name):
    """The function of that name."""

    def function(*args, out=None, where=True, dtype=None, **kwargs):
        return apply(name, args, out=out, where=where, dtype=dtype, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__module__ = "cask.array"
    function.__doc__ = f"numpy.{name} of lazy arrays, element by element."
    return function


def apply(name, args, *, out=None, where=True, dtype=None, **kwargs):
    from cask.array._array import Array
    from cask.array._creation import asarray, dtype_name

    if out is not None or where is not True:
        raise NotImplementedError(f"cask.array.{name}() gives a new array: out= and where= are not supported; the nearest is cask.array.where")
    if kwargs:
        raise TypeError(f"{name}() does not know the option {next(iter(kwargs))!r}")
    if not any(isinstance(arg, Array) for arg in args):
        args = (asarray(args[0]), *args[1:]) if args else args
    if dtype is not None:
        args = [asarray(arg).astype(dtype_name(dtype)) for arg in args]
    if name == "float_power":
        args = [asarray(arg).astype("float64") if not isinstance(arg, (int, float)) else float(arg) for arg in args]
    return call(_OPERATIONS.get(name, name), args, name)


def call(operation, args, name):
    """One element-wise operation; `name` is what the result's repr shows."""
    from cask.array._array import Array

    file, line = _users_line()
    return Array(_core.array_call(operation, [operand(arg) for arg in args], name, file, line))


def operand(value):
    """What the C++ side takes: an expression, or a Python number, which adapts to the arrays it meets."""
    from cask.array._array import Array
    from cask.array._creation import asarray

    if isinstance(value, Array):
        return value._expr
    if type(value) in (bool, int, float):
        return value
    return asarray(value)._expr


def _users_line():
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "cask":
        frame = frame.f_back
    return (None, 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
