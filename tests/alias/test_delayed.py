"""delayed values, futures, settings."""

import threading

import pytest

import cask
from cask import config, delayed
from cask.distributed import Client, as_completed, default_client, wait


@delayed
def add(a, b):
    return a + b


def test_each_call_is_made_once():
    calls = []

    @delayed
    def count(x):
        calls.append(x)
        return x

    shared = count(1)
    assert cask.compute(add(shared, shared), [shared, {"k": (shared, 2)}]) == (2, [1, {"k": (1, 2)}])
    assert calls == [1]


def test_operators_items_attributes_methods():
    value = delayed([3, 1, 2])
    assert (value[0] + 1).compute() == 4
    assert (10 - value[1]).compute() == 9
    assert (value[0] > value[1]).compute() is True
    assert value.index(2).compute() == 2
    assert delayed(3).real.compute() == 3
    assert delayed(sorted)(value, reverse=True).compute() == [3, 2, 1]


def test_independent_calls_run_together():
    both = threading.Barrier(2)

    @delayed
    def meet():
        both.wait()
        return 1

    if len(__import__("os").sched_getaffinity(0)) >= 2:
        assert add(meet(), meet()).compute() == 2


def test_a_failure_is_the_functions_own():
    @delayed
    def fail():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        add(fail(), 1).compute()


def test_lengths_and_truth():
    first, second = delayed(divmod, nout=2)(7, 2)
    assert (first.compute(), second.compute()) == (3, 1)
    with pytest.raises(TypeError, match="nout"):
        iter(add(1, 2))
    with pytest.raises(TypeError, match="true"):
        bool(add(1, 2))


def test_methods_can_be_delayed():
    class Model:
        def __init__(self, factor):
            self.factor = factor

        @delayed
        def scale(self, x):
            return self.factor * x

    assert Model(3).scale(add(1, 1)).compute() == 6


def test_deep_chains_need_no_recursion():
    value = delayed(0)
    for _ in range(5000):
        value = add(value, 1)
    assert value.compute() == 5000


def test_persist_keeps_the_result():
    calls = []

    @delayed
    def once():
        calls.append(1)
        return 5

    kept = once().persist()
    assert (kept.compute(), kept.compute(), calls) == (5, 5, [1])


def test_is_dask_collection():
    assert cask.is_dask_collection(add(1, 2))
    assert not cask.is_dask_collection(3)
    assert not cask.is_dask_collection(add)


def test_client_runs_functions():
    with Client() as client:
        assert default_client() is client
        one = client.submit(pow, 2, 5)
        assert client.submit(lambda values: sum(values), [one, one]).result() == 64
        assert client.gather(client.map(abs, [-1, -2])) == [1, 2]
        assert sorted(future.result() for future in as_completed(client.map(abs, range(4)))) == [0, 1, 2, 3]
        done, not_done = wait([one])
        assert done == {one} and not not_done and one.status == "finished"
        assert client.compute(add(1, 2)).result() == 3
        assert client.compute([add(1, 2), add(3, 4)], sync=True) == [3, 7]
        assert client.gather({"a": one}) == {"a": 32}
        assert list(client.nthreads().values()) == [list(client.scheduler_info()["workers"].values())[0]["nthreads"]]
    with pytest.raises(RuntimeError, match="closed"):
        client.submit(abs, 1)
    with pytest.raises(ValueError, match="No clients"):
        default_client()


def test_client_refuses_what_it_does_not_know():
    with pytest.raises(TypeError, match="'colour'"):
        Client(colour="red")
    with pytest.raises(TypeError, match="'colour'"):
        cask.compute(add(1, 2), colour="red")


def test_config():
    with config.set({"a.b_c": 1}, d__e=2):
        assert config.get("a.b-c") == 1
        assert config.get("d.e") == 2
        with config.set({"a.b-c": 3}):
            assert config.get("a.b_c") == 3
        assert config.get("a.b_c") == 1
    assert config.get("a", None) is None
    with pytest.raises(KeyError):
        config.get("a.b_c")
    assert config.get("x", default=5) == 5


def test_tokenize_tells_values_apart():
    from cask.base import tokenize

    assert tokenize(1, {"a": [1, 2]}) == tokenize(1, {"a": [1, 2]})
    assert tokenize(1) != tokenize("1") != tokenize(1.0)
    assert tokenize([1, [2]]) != tokenize([1, 2])
