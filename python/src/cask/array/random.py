"""Random lazy arrays: the same seed gives the same elements, whatever the chunks and however many threads.

The numbers are not those that NumPy draws from the same seed.
"""

import operator

from cask import _core
from cask.array._array import Array
from cask.array._chunks import chunk_requests

_MASK = 2**64 - 1


def default_rng(seed=None):
    """A generator of random arrays."""
    return seed if isinstance(seed, Generator) else Generator(seed)


def _mixed(seed):
    from hashlib import blake2b

    if seed is None:
        import os

        data = os.urandom(16)
    else:
        parts = [seed] if hasattr(seed, "__index__") else list(seed)
        data = repr([operator.index(part) for part in parts]).encode()
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


class Generator:
    """Makes random arrays; each call goes on where the last one ended."""

    def __init__(self, seed=None):
        self._seed = _mixed(seed)
        self._calls = 0

    def __repr__(self):
        return "Generator(Philox)"

    def _draw(self, distribution, size, chunks, name, low=0.0, high=1.0, first=0, last=0, dtype="float64"):
        shape = () if size is None else (operator.index(size),) if hasattr(size, "__index__") else tuple(map(operator.index, size))
        self._calls += 1
        requests = chunk_requests(chunks, shape)
        expr = _core.array_random(distribution, shape, self._seed, self._calls, low, high, first, last, dtype, requests, name)
        return Array(expr)

    def random(self, size=None, dtype="float64", chunks="auto", **kwargs):
        """Evenly distributed in [0, 1)."""
        from cask.array._creation import dtype_name

        result = self._draw("uniform", size, chunks, "random_sample")
        return result if dtype_name(dtype) == "float64" else result.astype(dtype)

    def uniform(self, low=0.0, high=1.0, size=None, chunks="auto", **kwargs):
        """Evenly distributed in [low, high)."""
        if _are_numbers(low, high):
            return self._draw("uniform", size, chunks, "uniform", float(low), float(high))
        from cask.array._creation import asarray

        low, high = asarray(low), asarray(high)
        return low + (high - low) * self.random(_common_size(size, low, high), chunks=chunks)

    def standard_normal(self, size=None, dtype="float64", chunks="auto", **kwargs):
        """Normally distributed about 0 with standard deviation 1."""
        result = self._draw("normal", size, chunks, "standard_normal")
        return result if dtype == "float64" else result.astype(dtype)

    def normal(self, loc=0.0, scale=1.0, size=None, chunks="auto", **kwargs):
        """Normally distributed about `loc` with standard deviation `scale`."""
        if _are_numbers(loc, scale):
            if scale < 0:
                raise ValueError("scale < 0")
            return self._draw("normal", size, chunks, "normal", float(loc), float(scale))
        from cask.array._creation import asarray

        loc, scale = asarray(loc), asarray(scale)
        return loc + scale * self.standard_normal(_common_size(size, loc, scale), chunks=chunks)

    def exponential(self, scale=1.0, size=None, chunks="auto", **kwargs):
        """Exponentially distributed with mean `scale`."""
        from cask.array._ufuncs import call

        return call("log1p", [-self.random(size, chunks=chunks)], "exponential") * -scale

    def integers(self, low, high=None, size=None, dtype="int64", endpoint=False, chunks="auto", **kwargs):
        """Integers in [low, high), or up to and with `high`, each as likely."""
        from cask.array._creation import dtype_name

        if high is None:
            low, high = 0, low
        low, last = operator.index(low), operator.index(high) - (not endpoint)
        if last < low:
            raise ValueError("low >= high")
        import numpy

        name = dtype_name(dtype)
        limits = numpy.iinfo(name)
        if low < limits.min or last > limits.max:
            raise ValueError(f"{'low' if low < limits.min else 'high'} is out of bounds for {name}")
        return self._draw("integers", size, chunks, "integers", first=_signed(low), last=_signed(last), dtype=name)


class RandomState(Generator):
    """The older interface to the same generator."""

    def __repr__(self):
        return "RandomState(Philox)"

    def seed(self, seed=None):
        self.__init__(seed)

    def random_sample(self, size=None, chunks="auto", **kwargs):
        return self.random(size, chunks=chunks)

    def randint(self, low, high=None, size=None, chunks="auto", dtype="int64", **kwargs):
        return self.integers(low, high, size, dtype, chunks=chunks)

    def random_integers(self, low, high=None, size=None, chunks="auto", **kwargs):
        return self.integers(*((1, low) if high is None else (low, high)), size=size, endpoint=True, chunks=chunks)

    def rand(self, *shape, chunks="auto"):
        return self.random(shape or None, chunks=chunks)

    def randn(self, *shape, chunks="auto"):
        return self.standard_normal(shape or None, chunks=chunks)


def _are_numbers(*values):
    return all(isinstance(value, (int, float)) or getattr(value, "shape", None) == () and not isinstance(value, Array) for value in values)


def _common_size(size, *arrays):
    if size is not None:
        return size
    import numpy

    return numpy.broadcast_shapes(*(array.shape for array in arrays))


def _signed(value):
    return value - 2**64 if value > 2**63 - 1 else value


_state = None


def _shared(name):
    def function(*args, **kwargs):
        global _state
        if _state is None:
            _state = RandomState()
        return getattr(_state, name)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = getattr(RandomState, name).__doc__
    return function


seed = _shared("seed")
random = _shared("random")
random_sample = _shared("random_sample")
uniform = _shared("uniform")
normal = _shared("normal")
standard_normal = _shared("standard_normal")
exponential = _shared("exponential")
randint = _shared("randint")
random_integers = _shared("random_integers")
rand = _shared("rand")
randn = _shared("randn")

__all__ = [
    "Generator", "RandomState", "default_rng", "exponential", "normal", "rand", "randint", "randn", "random", "random_integers",
    "random_sample", "seed", "standard_normal", "uniform",
]  # fmt: skip


def __getattr__(name):
    from cask._nearest import missing_name

    raise AttributeError(missing_name("cask.array.random", name, __all__), name=name)
