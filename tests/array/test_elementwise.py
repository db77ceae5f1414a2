"""Element-wise operations, broadcasting and promotion, compared with NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import cask.array as da
from oracle import DTYPES, chunked, close, random_values, same

ARITHMETIC = ["add", "subtract", "multiply", "true_divide", "floor_divide", "remainder", "maximum", "minimum"]
COMPARISONS = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
UNARY = ["negative", "absolute", "square", "sqrt", "exp", "log1p", "sin", "floor", "rint", "isnan", "isfinite", "logical_not", "sign"]


@pytest.mark.parametrize("a_dtype", DTYPES)
@pytest.mark.parametrize("b_dtype", DTYPES)
def test_binary_ufuncs_of_every_pair_of_dtypes(a_dtype, b_dtype):
    a, b = random_values(a_dtype, (7, 5), 1), random_values(b_dtype, (5,), 2)
    x, y = da.from_array(a, chunks=(3, 2)), da.from_array(b, chunks=3)
    with np.errstate(all="ignore"):
        for name in ARITHMETIC + COMPARISONS:
            ufunc = getattr(np, name)
            try:
                expected = ufunc(a, b)
            except TypeError:
                with pytest.raises(TypeError):
                    ufunc(x, y)
                continue
            if expected.dtype == "float16":
                continue  # bools and bytes divide to float16 in NumPy, to float32 here
            close(ufunc(x, y), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_unary_ufuncs(dtype, name):
    values = random_values(dtype, (6, 4))
    ufunc = getattr(np, name)
    with np.errstate(all="ignore"):
        try:
            expected = ufunc(values)
        except TypeError:
            with pytest.raises(TypeError):
                ufunc(da.from_array(values, chunks=2))
            return
        if expected.dtype == "float16":
            return
        close(ufunc(da.from_array(values, chunks=2)), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", [True, 3, 2.5, np.float64(1.5), np.int8(3)])
def test_python_numbers_adapt_and_numpy_numbers_do_not(dtype, number):
    values = random_values(dtype, 11)
    lazy = da.from_array(values, chunks=4)
    close(lazy + number, values + number)
    close(number * lazy, number * values)
    same(lazy < number, values < number)
    same(number == lazy, number == values)


def test_operators():
    a = np.arange(1, 13, dtype="int64").reshape(3, 4)
    x = da.from_array(a, chunks=2)
    same(-x + (+x) - abs(~x), -a + (+a) - abs(~a))
    same((x // 3) % 2, (a // 3) % 2)
    same(x**2, a**2)
    same(2**x, 2**a)
    same((x << 2) >> 1, (a << 2) >> 1)
    same((x & 6) | (x ^ 5), (a & 6) | (a ^ 5))
    close((x / 7) ** 0.5, (a / 7) ** 0.5)
    for lazy, expected in zip(divmod(x, 5), divmod(a, 5)):
        same(lazy, expected)


def test_errors_are_those_of_numpy():
    x = da.arange(3, chunks=2)
    with pytest.raises(ValueError, match=r"operands could not be broadcast together with shapes \(3,\) \(4,\)"):
        x + da.arange(4)
    with pytest.raises(TypeError, match="boolean subtract"):
        (x > 1) - (x > 2)
    with pytest.raises(OverflowError, match="Python integer 300 out of bounds for uint8"):
        x.astype("uint8") + 300
    with pytest.raises(ValueError, match="Integers to negative integer powers are not allowed"):
        x**-1
    with pytest.raises(ValueError, match="Integers to negative integer powers are not allowed") as caught:
        (x ** (x - 1)).compute()
    assert any("test_elementwise.py" in note for note in caught.value.__notes__)
    with pytest.raises(TypeError, match="complex128"):
        da.from_array(np.array([1j]))
    with pytest.raises(TypeError, match="object"):
        da.from_array(np.array([{}]))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)


def test_comparisons_with_numbers_that_do_not_fit():
    a = np.array([0, 255], dtype="uint8")
    x = da.from_array(a)
    same(x < 300, a < 300)
    same(x == -1, a == -1)


@settings(deadline=None, max_examples=60, print_blob=True)
@given(st.data())
def test_broadcasting_and_chunks(data):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=6))
    arrays = [random_values(data.draw(st.sampled_from(["int32", "float64", "float32", "uint8"])), shape, i) for i, shape in enumerate(shapes.input_shapes)]
    a, b, c = arrays
    x, y, z = (da.from_array(each, chunks=data.draw(chunked(each.shape))) for each in arrays)
    close((x + y) * z - x, (a + b) * c - a)
    same(np.where(x > y, z, x), np.where(a > b, c, a))


def test_where_clip_astype_round():
    a = random_values("float64", (5, 6))
    x = da.from_array(a, chunks=(2, 4))
    same(da.where(x > 0, x, 0), np.where(a > 0, a, 0))
    same(da.where(x > 0, 1, 2), np.where(a > 0, 1, 2))
    same(np.clip(x, -3, 3), np.clip(a, -3, 3))
    same(x.clip(max=1), a.clip(max=1))
    same(da.nan * x, np.nan * a)
    same(x.round(1), a.round(1))
    same(np.round(x), np.round(a))
    same((x * 100).round(-1), (a * 100).round(-1))
    same(x.astype(bool), a.astype(bool))
    b = np.arange(-5, 5) * 1.7
    for dtype in DTYPES[1:]:
        if dtype.startswith("u"):
            continue
        same(da.from_array(b, chunks=3).astype(dtype), b.astype(dtype))


def test_numpy_functions_of_lazy_arrays_are_lazy():
    a = np.arange(6.0).reshape(2, 3)
    x = da.from_array(a)
    for lazy, expected in [
        (np.sqrt(x), np.sqrt(a)),
        (np.concatenate([x, x]), np.concatenate([a, a])),
        (np.sum(x, axis=0), np.sum(a, axis=0)),
        (np.add.reduce(x), np.add.reduce(a)),
        (np.tensordot(x, x.T, 1), np.tensordot(a, a.T, 1)),
        (np.matmul(x, x.T), np.matmul(a, a.T)),
        (np.float64(2) * x, 2 * a),
        (a + x, a + a),
    ]:
        assert isinstance(lazy, da.Array)
        close(lazy, expected)
    assert isinstance(np.asarray(x), np.ndarray)
    with pytest.raises(NotImplementedError, match="median"):
        np.median(x)
    with pytest.raises(AttributeError, match="nearest"):
        da.concatenat
    with pytest.raises(AttributeError, match="nearest is mean"):
        x.meen


def test_a_value_that_occurs_twice_and_long_chains():
    a = np.linspace(0, 1, 50_000)
    x = da.from_array(a, chunks=20_000)
    y, b = x, a
    for _ in range(60):
        y, b = y + y * x, b + b * a
    close(y, b)
