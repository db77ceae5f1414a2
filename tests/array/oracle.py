"""Comparing lazy arrays with NumPy: values to try, chunks to cut them into, and what counts as equal."""

import numpy as np
from hypothesis import strategies as st

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]


def random_values(dtype, shape, seed=0):
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.startswith("float"):
        values = rng.normal(size=shape) * 10
        return np.where(rng.random(shape) < 0.1, np.nan, values).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(max(info.min, -50), min(info.max, 50), shape, dtype=dtype, endpoint=True)


def same(lazy, expected):
    result = lazy.compute()
    assert result.dtype == np.asarray(expected).dtype
    assert np.shape(result) == np.shape(expected) == lazy.shape
    np.testing.assert_array_equal(result, expected)


def close(lazy, expected, rtol=None):
    result = lazy.compute()
    expected = np.asarray(expected)
    assert result.dtype == expected.dtype
    assert lazy.dtype == expected.dtype
    assert np.shape(result) == expected.shape == lazy.shape
    np.testing.assert_allclose(result, expected, rtol=rtol or (1e-5 if expected.dtype == "float32" else 1e-12))


@st.composite
def chunked(draw, shape):
    """Chunks for a shape: for each axis some sizes that add up."""
    chunks = []
    for length in shape:
        sizes, left = [], length
        while left > 0:
            sizes.append(draw(st.integers(1, left)))
            left -= sizes[-1]
        chunks.append(tuple(sizes) or (0,))
    return tuple(chunks)
