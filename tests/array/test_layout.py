"""Slices, transpositions, reshapes, concatenations, rechunks and products, compared with NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import cask.array as da
from oracle import chunked, close, random_values, same


@settings(deadline=None, max_examples=150, print_blob=True)
@given(st.data())
def test_basic_indexing(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 8), min_size=1, max_size=4)))
    a = np.arange(np.prod(shape)).reshape(shape)
    x = da.from_array(a, chunks=data.draw(chunked(shape)))
    lazy = x + 0 if data.draw(st.booleans()) else x.persist()
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True))
    part = lazy[index]
    same(part, a[index])
    assert tuple(map(sum, part.chunks)) == part.shape
    if part.ndim:
        second = data.draw(hnp.basic_indices(part.shape)) if part.size else ()
        same(part[second] * 2, a[index][second] * 2)


def test_index_errors():
    x = da.ones((5, 4))
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 5"):
        x[5]
    with pytest.raises(IndexError, match="too many indices for array: array is 2-dimensional, but 3 were indexed"):
        x[0, 0, 0]
    with pytest.raises(IndexError, match="only integers, slices"):
        x["a"]
    with pytest.raises(NotImplementedError, match="where"):
        x[x > 1]
    with pytest.raises(NotImplementedError, match="where"):
        x[[0, 1]]
    with pytest.raises(NotImplementedError, match="where"):
        x[0] = 1


def test_chunks_of_slices_are_those_of_dask():
    x = da.ones(20, chunks=6)
    assert x[3:].chunks == ((3, 6, 6, 2),)
    assert x[::2].chunks == ((3, 3, 3, 1),)
    assert x[::-1].chunks == ((2, 6, 6, 6),)
    assert x[7:11].chunks == ((4,),)
    assert (x + da.ones(20, chunks=5)).chunks == ((5, 1, 4, 2, 3, 3, 2),)


@settings(deadline=None, max_examples=60, print_blob=True)
@given(st.data())
def test_transpose_and_rechunk(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    order = data.draw(st.permutations(range(len(shape))))
    a = random_values("float32", shape)
    x = da.from_array(a, chunks=data.draw(chunked(shape)))
    if data.draw(st.booleans()):
        x = x.persist()
    turned = (x + 1).transpose(order)
    same(turned, (a + 1).transpose(order))
    chunks = data.draw(chunked(turned.shape))
    cut = turned.rechunk(chunks)
    assert cut.chunks == chunks
    same(cut, (a + 1).transpose(order))
    same(cut.persist().rechunk(-1) * 2, (a + 1).transpose(order) * 2)
    same(x + x.T if len(set(shape)) == 1 else x, a + a.T if len(set(shape)) == 1 else a)


def test_axes_moved_about():
    a = np.arange(24).reshape(2, 3, 4)
    x = da.from_array(a, chunks=2)
    same(x.T, a.T)
    same(x.swapaxes(0, -1), a.swapaxes(0, -1))
    same(np.moveaxis(x, 0, 2), np.moveaxis(a, 0, 2))
    same(np.moveaxis(x, [0, 1], [2, 0]), np.moveaxis(a, [0, 1], [2, 0]))
    same(np.expand_dims(x, (0, 2)), np.expand_dims(a, (0, 2)))
    same(x[:, None].squeeze(), a)
    same(np.squeeze(x[:1], axis=0), a[0])
    same(np.flip(x, (0, 2)), np.flip(a, (0, 2)))
    same(np.broadcast_to(x[0], (5, 3, 4)) + 1, np.broadcast_to(a[0], (5, 3, 4)) + 1)
    with pytest.raises(ValueError, match="axes don't match array"):
        x.transpose(0, 1)
    with pytest.raises(ValueError, match="size not equal to one"):
        x.squeeze(0)


@settings(deadline=None, max_examples=60, print_blob=True)
@given(st.data())
def test_reshape(data):
    shape = tuple(data.draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=0, max_size=4)))
    size = int(np.prod(shape))
    factors, left = [], size
    while left > 1 and data.draw(st.booleans()):
        factor = data.draw(st.sampled_from([each for each in range(1, left + 1) if left % each == 0]))
        factors.append(factor)
        left //= factor
    target = (*factors, left)
    a = np.arange(size, dtype="int16").reshape(shape)
    x = da.from_array(a, chunks=data.draw(chunked(shape)))
    same(x.reshape(target), a.reshape(target))
    same((x + 1).T.reshape(target), (a + 1).T.reshape(target))
    same((x * 2).persist().ravel(), (a * 2).ravel())


def test_reshape_errors():
    with pytest.raises(ValueError, match=r"cannot reshape array of size 6 into shape \(4, ?-1\)"):
        da.ones(6).reshape(4, -1)
    same(da.arange(24, chunks=5).reshape(2, -1, 3), np.arange(24).reshape(2, -1, 3))


@settings(deadline=None, max_examples=40, print_blob=True)
@given(st.data())
def test_concatenate_and_stack(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for i in range(data.draw(st.integers(1, 4))):
        lengths = list(shape)
        lengths[axis] = data.draw(st.integers(0, 5))
        arrays.append(random_values(data.draw(st.sampled_from(["int32", "float64"])), tuple(lengths), i))
    lazy = [da.from_array(each, chunks=data.draw(chunked(each.shape))) for each in arrays]
    same(da.concatenate(lazy, axis=axis) * 2, np.concatenate(arrays, axis=axis) * 2)
    same(da.stack([lazy[0], lazy[0] + 1], axis=axis), np.stack([arrays[0], arrays[0] + 1], axis=axis))


def test_vstack_hstack():
    a, b = np.arange(3), np.ones(3)
    x, y = da.from_array(a, chunks=2), da.ones(3)
    same(np.vstack([x, y]), np.vstack([a, b]))
    same(np.hstack([x, y]), np.hstack([a, b]))
    with pytest.raises(ValueError, match="must match exactly"):
        da.concatenate([da.ones((2, 3)), da.ones((2, 4))])


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "int64", "uint8", "bool"])
def test_products(dtype):
    a, b = random_values(dtype, (23, 31), 1), random_values(dtype, (31, 17), 2)
    if dtype.startswith("float"):
        a, b = np.nan_to_num(a), np.nan_to_num(b)
    x, y = da.from_array(a, chunks=(10, 7)), da.from_array(b, chunks=(9, 20))
    rtol = 2e-4 if dtype == "float32" else 1e-10
    close(x @ y, a @ b, rtol)
    close(x @ y[:, 0], a @ b[:, 0], rtol)
    close(x[0] @ y, a[0] @ b, rtol)
    close(x[0] @ y[:, 0], a[0] @ b[:, 0], rtol)
    close((x.T[::-1]).T @ y.persist(), a.T[::-1].T @ b, rtol)
    close((x + x) @ y, (a + a) @ b, rtol)
    close(da.dot(y.T, x.T), b.T @ a.T, rtol)
    close(da.tensordot(x, y, axes=1), np.tensordot(a, b, axes=1), rtol)


def test_tensordot_over_several_axes():
    a, b = np.arange(60.0).reshape(3, 4, 5), np.arange(24.0).reshape(4, 3, 2)
    x, y = da.from_array(a, chunks=2), da.from_array(b, chunks=3)
    close(da.tensordot(x, y, ([1, 0], [0, 1])), np.tensordot(a, b, ([1, 0], [0, 1])))
    with pytest.raises(ValueError, match="mismatch in its core dimension"):
        da.ones((2, 3)) @ da.ones((2, 3))


def test_products_larger_than_the_kernels_blocks():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(301, 517)), rng.normal(size=(517, 2300))
    close(da.from_array(a, chunks=(200, 517)) @ da.from_array(b, chunks=(300, 2200)), a @ b, 1e-9)
