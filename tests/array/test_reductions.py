"""Reductions compared with NumPy, over every choice of axes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cask.array as da
from oracle import DTYPES, chunked, close, random_values, same

PLAIN = ["sum", "prod", "min", "max", "any", "all", "mean", "std", "var"]
NAN = ["nansum", "nanprod", "nanmin", "nanmax", "nanmean", "nanstd", "nanvar"]


def all_axes(ndim):
    yield None
    for count in range(1, ndim + 1):
        yield from itertools.combinations(range(ndim), count)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PLAIN)
def test_every_dtype(dtype, name):
    a = random_values(dtype, (6, 5))
    if name == "prod":
        a = a[:3, :2]
    x = da.from_array(a, chunks=(4, 3))
    for axis in all_axes(2):
        for keepdims in (False, True):
            close(getattr(x, name)(axis=axis, keepdims=keepdims), getattr(a, name)(axis=axis, keepdims=keepdims))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", NAN)
def test_nan_functions(name):
    a = random_values("float64", (5, 6, 3))
    a[2, :, 1] = np.nan
    x = da.from_array(a, chunks=(2, 4, 2))
    for axis in all_axes(3):
        close(getattr(np, name)(x, axis=axis), getattr(np, name)(a, axis=axis), rtol=1e-10)
    b = random_values("int16", (5, 6))
    close(getattr(da, name)(da.from_array(b, chunks=2), axis=0), getattr(np, name)(b, axis=0))


@settings(deadline=None, max_examples=60, print_blob=True)
@given(st.data())
def test_random_shapes_chunks_and_axes(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=4)))
    order = data.draw(st.permutations(range(len(shape))))
    a = random_values(data.draw(st.sampled_from(["int32", "float64"])), shape, 3).transpose(order)
    x = da.from_array(a, chunks=data.draw(chunked(a.shape)))
    axis = data.draw(st.sampled_from(list(all_axes(a.ndim))))
    for name in ("sum", "min", "std"):
        close(getattr(x, name)(axis=axis), getattr(a, name)(axis=axis), rtol=1e-9)
    for name in ("argmin", "argmax"):
        for single in (None, *range(a.ndim)):
            same(getattr(x, name)(axis=single), getattr(a, name)(axis=single))


def test_positions_of_ties_and_nans():
    for a in (np.array([3.0, 1, 1, np.nan, 0, np.nan]), np.array([2, 1, 1, 2, 0, 0]), np.zeros((4, 6)), np.array([True, False, False])):
        for chunks in (1, 2, 10):
            x = da.from_array(a, chunks=chunks)
            same(x.argmin(), a.argmin())
            same(x.argmax(), a.argmax())
            same(x.T.argmax(), a.T.argmax())


def test_large_sums_are_exact_to_the_last_digits():
    a = np.random.default_rng(1).normal(size=3_000_001) + 1e6
    x = da.from_array(a, chunks=500_000)
    import math

    exact = math.fsum(a)
    assert abs(x.sum().compute() - exact) <= abs(exact) * 4e-16
    assert abs(x.var().compute() / a.var() - 1) < 1e-9
    b = a.astype("float32")
    assert abs(float(da.from_array(b, chunks=500_000).sum().compute()) / math.fsum(b) - 1) < 1e-7


def test_results_do_not_change_from_run_to_run():
    x = da.random.default_rng(5).normal(size=1_000_000, chunks=10_000)
    results = {(x * 3).sum().compute().tobytes() for _ in range(5)}
    assert len(results) == 1


def test_options_and_errors():
    a = np.arange(12, dtype="int8").reshape(3, 4)
    x = da.from_array(a, chunks=2)
    close(x.sum(dtype="float32"), a.sum(dtype="float32"))
    close(x.mean(axis=-1, dtype="float64"), a.mean(axis=-1, dtype="float64"))
    close(x.std(ddof=1), a.std(ddof=1))
    close(x.var(axis=0, ddof=2, keepdims=True), a.var(axis=0, ddof=2, keepdims=True))
    close(np.ptp(x, axis=1), np.ptp(a, axis=1))
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds for array of dimension 2"):
        x.sum(axis=2)
    with pytest.raises(ValueError, match="duplicate value in 'axis'"):
        x.sum(axis=(0, -2))
    with pytest.raises(ValueError, match="zero-size array to reduction operation minimum which has no identity"):
        da.zeros(0).min()
    with pytest.raises(ValueError, match="attempt to get argmax of an empty sequence"):
        da.zeros(0).argmax()
    assert da.zeros(0).sum().compute() == 0
    same(da.zeros((3, 0)).sum(axis=1), np.zeros((3, 0)).sum(axis=1))
    same(da.zeros((0, 3)).max(axis=1), np.zeros((0, 3)).max(axis=1))


def test_reductions_of_reductions_and_back():
    a = random_values("int64", (20, 30)).astype(float)
    x = da.from_array(a, chunks=(7, 8))
    close((x - x.mean(axis=0)) / x.std(axis=0), (a - a.mean(axis=0)) / a.std(axis=0), rtol=1e-9)
    close((x - x.mean()).max(axis=1).sum(), (a - a.mean()).max(axis=1).sum(), rtol=1e-9)
    close(x / np.sqrt((x**2).sum(axis=1, keepdims=True)), a / np.sqrt((a**2).sum(axis=1, keepdims=True)))


def test_many_results_at_once():
    import cask

    a = np.arange(1000.0)
    x = da.from_array(a, chunks=100)
    total, mean, top, doubled = cask.compute(x.sum(), x.mean(), x.max(), x * 2)
    assert (total, mean, top) == (a.sum(), a.mean(), a.max())
    np.testing.assert_array_equal(doubled, a * 2)
