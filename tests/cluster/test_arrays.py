"""A cluster of processes computes arrays as NumPy does, and as this process does without it."""

import threading

import numpy as np
import pytest

import cask
import cask.array as da
from cask.distributed import Client


def close(lazy, expected):
    result = lazy.compute()
    expected = np.asarray(expected)
    assert result.dtype == expected.dtype
    assert np.shape(result) == expected.shape
    np.testing.assert_allclose(result, expected, rtol=1e-12)


def numbers(shape, seed=3):
    return np.random.default_rng(seed).normal(size=shape) * 10


COMPUTATIONS = {
    "elementwise": lambda x, np: np.sqrt(np.abs(x) + 1) * np.sin(x) - x / 3,
    "comparisons": lambda x, np: np.where((x > 0) & (x < 5), x, -1.0),
    "integers": lambda x, np: (x.astype("int16") * 3) // 7 % 5,
    "broadcasts": lambda x, np: x - x.mean(axis=0) + x[:, :1],
    "sum": lambda x, np: x.sum(),
    "axis 0": lambda x, np: x.std(axis=0),
    "axis 1, kept": lambda x, np: x.max(axis=1, keepdims=True),
    "positions": lambda x, np: x.argmin(axis=1),
    "any": lambda x, np: (x > 25).any(axis=0),
    "matmul": lambda x, np: x.T @ x,
    "slices": lambda x, np: x[5:60:3, ::-1][:, 2:-4],
    "an element": lambda x, np: x[7, -2],
    "a slice of nothing": lambda x, np: x[10:10].sum(axis=0),
    "transposed": lambda x, np: (x.T + 1).sum(axis=1),
    "reshaped": lambda x, np: (x * 2).reshape(-1, 14).sum(axis=0),
    "concatenated": lambda x, np: np.concatenate([x, x * 2, x[:3]], axis=0),
    "stacked": lambda x, np: np.stack([x, -x], axis=1).sum(axis=1),
    "rounded": lambda x, np: x.round(1),
}


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_results_are_those_of_numpy(client, name):
    data = numbers((84, 30))
    close(COMPUTATIONS[name](da.from_array(data, chunks=(20, 11)), da), COMPUTATIONS[name](data, np))


def test_sources_are_made_at_the_workers(client):
    close(da.ones((1000, 1000), chunks=(300, 1000), dtype="int32").sum(), np.int64(1_000_000))
    close(da.arange(10, 100_000, 7, chunks=999), np.arange(10, 100_000, 7))
    close(da.linspace(0, 1, 1001, chunks=100), np.linspace(0, 1, 1001))
    close(da.full((5, 5), 2.5, chunks=2).rechunk((5, 1)), np.full((5, 5), 2.5))
    # Much more than may be sent, or than fits the memory: it is made and reduced where it is needed.
    close(da.arange(2_000_000_000, chunks=50_000_000, dtype="int64").max(), np.int64(1_999_999_999))


@pytest.mark.parametrize("layout", ["C", "F", "strided", "reversed", "read-only", "empty", "one number"])
def test_arrays_of_this_process_travel(client, layout):
    data = numbers((60, 40))
    data = {
        "C": data,
        "F": np.asfortranarray(data),
        "strided": data[::2, 1::3],
        "reversed": data[::-1],
        "read-only": np.broadcast_to(data[0], (60, 40)),
        "empty": data[:0],
        "one number": np.array(7.5),
    }[layout]
    lazy = da.from_array(data, chunks=17)
    np.testing.assert_array_equal(lazy.compute(), data)
    close((lazy + 1).sum(), (data + 1).sum())


@pytest.mark.parametrize("dtype", ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"])
def test_every_type_travels(client, dtype):
    data = (numbers(100) > 0).astype(dtype) if dtype == "bool" else np.arange(100).astype(dtype)
    lazy = da.from_array(data, chunks=30)
    result = lazy.compute()
    assert result.dtype == data.dtype
    np.testing.assert_array_equal(result, data)
    result[0] = 1  # it is the user's own
    assert lazy.sum().compute() == data.sum()


def test_random_numbers_are_those_of_a_process_without_a_cluster(cluster):
    def draw():
        random = da.random.default_rng(42)
        x = random.normal(size=(400, 300), chunks=(150, 100))
        n = random.integers(0, 100, size=1000, chunks=300)
        return cask.compute(x, x.sum(axis=0), (x.T @ x).std(), n)

    alone = draw()
    for _ in range(2):
        cluster.add_worker()
    with Client(cluster.address) as client:
        client.wait_for_workers(2, timeout=60)
        together = draw()
    for ours, theirs in zip(together, alone, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_several_arrays_are_computed_at_once(client):
    x = da.from_array(numbers((50, 50)), chunks=20)
    y = x * 2
    both = cask.compute(y, y.sum(), x * 2)
    np.testing.assert_array_equal(both[0], both[2])
    assert both[0] is not both[2]
    np.testing.assert_allclose(both[1], both[0].sum())


def test_persisted_arrays_are_held_by_this_process(client):
    data = numbers((50, 50))
    x = (da.from_array(data, chunks=20) + 1).persist()
    close(x.sum(axis=0), (data + 1).sum(axis=0))
    client.close()
    close(x[3], data[3] + 1)


def test_killed_workers_cost_time_only(cluster, client):
    data = numbers((300, 300))
    x = da.from_array(data, chunks=50)
    stop = threading.Event()

    def kill_and_replace():
        while not stop.wait(0.3):
            victim = cluster.processes[-1]
            cluster.add_worker()
            victim.kill()

    killer = threading.Thread(target=kill_and_replace)
    killer.start()
    try:
        for _ in range(10):
            close((x @ x.T).sum(axis=0), (data @ data.T).sum(axis=0))
    finally:
        stop.set()
        killer.join()


def test_errors_say_where(client):
    exponents = da.arange(-5, 5, chunks=3)
    with pytest.raises(ValueError, match="Integers to negative integer powers") as caught:
        (da.arange(10, chunks=3) ** exponents).compute()
    assert "test_arrays.py" in "\n".join(getattr(caught.value, "__notes__", []))


def test_what_is_too_large_to_be_sent_is_refused(client):
    data = np.zeros(34_000_000)
    with pytest.raises(NotImplementedError, match="MB of this process.s data"):
        da.from_array(data, chunks=8_500_000).sum().compute()
