"""Functions called by the workers of a cluster: submit, map, gather, delayed."""

import os
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest

from cask import delayed
from cask.distributed import Client, KilledWorker, as_completed, fire_and_forget, futures_of, get_client, wait

PATIENCE = 60


def inc(x):
    return x + 1


def add(x, y):
    return x + y


def test_a_function_is_called_by_a_worker(client):
    future = client.submit(inc, 1)
    assert future.result(PATIENCE) == 2
    assert future.status == "finished" and future.done() and future.exception() is None and future.traceback() is None
    assert client.submit(os.getpid).result(PATIENCE) != os.getpid()


def test_map_and_gather_give_results_in_order(client):
    futures = client.map(inc, range(1000))
    assert client.gather(futures) == list(range(1, 1001))
    assert client.gather({"a": futures[3], "b": [futures[4], (futures[5],)]}) == {"a": 4, "b": [5, (6,)]}
    assert client.gather(client.map(add, range(3), range(10, 20))) == [10, 12, 14]
    assert client.gather(client.map(add, range(3), y=1)) == [1, 2, 3]


def test_futures_among_arguments_stand_for_their_values(client):
    one, two = client.submit(inc, 0), client.submit(inc, 1)
    assert client.submit(add, one, y=two).result(PATIENCE) == 3
    assert client.submit(lambda nested: nested["a"][0] + sum(nested["b"]), {"a": [one], "b": (two, 5)}).result(PATIENCE) == 8
    assert client.gather(client.map(add, [one, two], [two, two])) == [3, 4]


def test_a_long_chain_of_calls_whose_middle_nobody_holds(client):
    future = client.submit(inc, 0)
    for _ in range(300):
        future = client.submit(inc, future)
    assert future.result(PATIENCE) == 301


def test_a_tree_of_calls(client):
    layer = client.map(inc, range(64))
    while len(layer) > 1:
        layer = [client.submit(add, a, b) for a, b in zip(layer[::2], layer[1::2])]
    assert layer[0].result(PATIENCE) == sum(range(1, 65))


def test_values_of_numpy_and_pandas_come_back_as_they_were(client):
    array = np.random.default_rng(1).random((300, 400))
    back = client.submit(np.transpose, array).result(PATIENCE)
    np.testing.assert_array_equal(back, array.T)
    back[0, 0] = 7  # a result is the caller's own
    frame = pd.DataFrame({"x": [1, 2, None], "text": ["a", None, "c"], "when": pd.date_range("2026-01-01", periods=3)})
    pd.testing.assert_frame_equal(client.submit(lambda f: f[::-1], frame).result(PATIENCE), frame[::-1])
    large = client.submit(np.arange, 5_000_000)
    assert client.submit(np.sum, large).result(PATIENCE) == sum(range(5_000_000))
    assert large.result(PATIENCE)[-1] == 4_999_999


def test_what_a_script_defines_is_known_to_workers(cluster):
    cluster.add_worker()
    done = cluster.run("""
import sys
from dask.distributed import Client

class Point:
    def __init__(self, x):
        self.x = x

FACTOR = 3

def scale(point):
    return Point(point.x * FACTOR)

client = Client(sys.argv[1])
result = client.submit(scale, Point(2)).result()
print(result.x, isinstance(result, Point), client.submit(lambda: FACTOR).result())
""", cluster.address)  # fmt: skip
    assert done.stdout == "6 True 3\n", done.stderr


def test_the_users_exception_comes_back_with_where_it_was_raised(client):
    def fails(x):
        raise LookupError(f"no {x}")

    future = client.submit(fails, 5)
    with pytest.raises(LookupError, match="no 5") as caught:
        future.result(PATIENCE)
    assert "in fails" in str(caught.value.__cause__)
    assert future.status == "error" and isinstance(future.exception(), LookupError)
    needs_it = client.submit(inc, future)
    with pytest.raises(LookupError, match="no 5"):
        needs_it.result(PATIENCE)
    assert client.gather([client.submit(inc, 1), future, client.submit(inc, 2)], errors="skip") == [2, 3]
    with pytest.raises(LookupError):
        client.gather([future])


def test_one_failure_leaves_the_other_calls_of_a_map_alone(client):
    futures = client.map(lambda x: 10 // x, range(5))
    wait(futures, PATIENCE)
    assert [future.status for future in futures] == ["error"] + 4 * ["finished"]
    assert client.gather(futures[1:]) == [10, 5, 3, 2]


def test_a_function_that_ends_its_process_costs_only_itself(client):
    crash = client.submit(os._exit, 3)
    kill = client.submit(lambda: os.kill(os.getpid(), signal.SIGSEGV))
    fine = client.map(inc, range(20))
    with pytest.raises(KilledWorker, match="exit status 3|status 3"):
        crash.result(PATIENCE)
    with pytest.raises(KilledWorker, match="SIGSEGV|signal 11|Segmentation"):
        kill.result(PATIENCE)
    assert client.gather(fine) == list(range(1, 21))
    assert len(client.nthreads()) == 2


def test_retries_are_made_of_what_fails(client, tmp_path):
    def third_time(path):
        with open(path, "a") as file:
            file.write(".")
        if os.path.getsize(path) < 3:
            raise OSError("not yet")
        return os.path.getsize(path)

    assert client.submit(third_time, str(tmp_path / "a"), retries=2).result(PATIENCE) == 3
    future = client.submit(third_time, str(tmp_path / "b"))
    with pytest.raises(OSError, match="not yet"):
        future.result(PATIENCE)
    client.retry(future)
    wait([future], PATIENCE)
    client.retry(future)
    assert future.result(PATIENCE) == 3


def test_a_call_with_the_same_arguments_is_made_once_unless_it_is_impure(client, tmp_path):
    def count(path):
        with open(path, "a") as file:
            file.write(".")
        return os.path.getsize(path)

    path = str(tmp_path / "calls")
    first = client.submit(count, path)
    again = client.submit(count, path)
    assert first.key == again.key and first.key.startswith("count-")
    assert again.result(PATIENCE) == first.result(PATIENCE) == 1
    assert client.submit(count, path, pure=False).result(PATIENCE) == 2
    assert client.submit(count, path, key="mine").key == "mine"


def test_results_are_freed_when_nobody_holds_their_futures(client):
    futures = client.map(lambda i: bytes(1_000_000), range(20))
    wait(futures, PATIENCE)

    def held():
        return sum(worker["held"] for worker in client.scheduler_info()["workers"].values())

    deadline = time.monotonic() + PATIENCE
    while held() < 20_000_000 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert held() >= 20_000_000
    del futures
    while held() > 1_000_000 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert held() <= 1_000_000


def test_cancel_stops_a_call_that_runs(client, tmp_path):
    path = tmp_path / "began"

    def sleeps(path):
        open(path, "w").close()
        time.sleep(1e6)

    future = client.submit(sleeps, str(path))
    while not path.exists():
        time.sleep(0.01)
    client.cancel(future)
    assert future.cancelled() and future.status == "cancelled"
    with pytest.raises(Exception, match=future.key):
        future.result(PATIENCE)
    assert client.gather(client.map(inc, range(10))) == list(range(1, 11))


def test_result_with_a_timeout_goes_on_after_it(client, tmp_path):
    path = tmp_path / "go"

    def waits(path):
        while not os.path.exists(path):
            time.sleep(0.01)
        return 5

    future = client.submit(waits, str(path))
    with pytest.raises(TimeoutError):
        future.result(0.05)
    assert future.status == "pending"
    path.touch()
    assert future.result(PATIENCE) == 5


def test_as_completed_callbacks_and_wait(client):
    futures = client.map(inc, range(10))
    assert sorted(future.result() for future in as_completed(futures)) == list(range(1, 11))
    assert sorted(value for _, value in as_completed(futures, with_results=True)) == list(range(1, 11))
    called = threading.Event()
    client.submit(inc, 100).add_done_callback(lambda future: future.result() == 101 and called.set())
    assert called.wait(PATIENCE)
    done, not_done = wait(futures, PATIENCE)
    assert done == set(futures) and not not_done
    slow = client.submit(time.sleep, 1e6)
    done, not_done = wait([slow, client.submit(inc, 55)], PATIENCE, return_when="FIRST_COMPLETED")
    assert len(done) == 1 and not_done == {slow}
    slow.cancel()
    assert futures_of({"a": futures[:2], "b": (futures[2],)}) == futures[:3]


def test_futures_may_be_added_to_those_that_are_waited_for(client):
    going = as_completed(client.map(inc, range(3)), with_results=True, raise_errors=False)
    seen = []
    for future, value in going:
        seen.append(value)
        if value == 3:
            going.add(client.submit(inc, 100))
            going.add(client.submit(divmod, 1, 0))
    failed = [value for value in seen if isinstance(value, tuple)]
    assert sorted(value for value in seen if not isinstance(value, tuple)) == [1, 2, 3, 101]
    assert len(failed) == 1 and failed[0][0] is ZeroDivisionError and isinstance(failed[0][1], ZeroDivisionError)
    assert going.is_empty() and going.count() == 0
    going.update(client.map(inc, range(200, 205)))
    assert sorted(value for batch in going.batches() for _, value in batch) == list(range(201, 206))
    slow = client.submit(time.sleep, 1e6)
    with pytest.raises(TimeoutError, match="1 futures"):
        next(as_completed([slow], timeout=0.1))


def test_what_is_fired_and_forgotten_runs(client, tmp_path):
    path = tmp_path / "ran"

    def touch(path):
        time.sleep(0.2)
        open(path, "w").close()

    fire_and_forget(client.submit(touch, str(path)))
    deadline = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert path.exists()


def test_scattered_values_are_used_where_they_lie(client):
    array = np.arange(100_000)
    remote = client.scatter(array)
    assert client.submit(np.sum, remote).result(PATIENCE) == array.sum()
    np.testing.assert_array_equal(remote.result(PATIENCE), array)
    assert client.gather(client.scatter([1, "two", None])) == [1, "two", None]
    assert client.gather(client.scatter({"x": 1})) == {"x": 1}


def test_delayed_functions_run_on_the_workers(client):
    pid = delayed(os.getpid)().compute()
    assert pid != os.getpid()
    total = delayed(sum)([delayed(inc)(i) for i in range(50)])
    assert total.compute() == sum(range(1, 51))
    kept = total.persist()
    assert delayed(add)(kept, 1).compute() == total.compute() + 1


def test_workers_that_are_killed_lose_nothing(client, cluster):
    def slow(x):
        time.sleep(0.02)
        return x

    values = client.map(slow, range(200))
    sums = [client.submit(add, a, b) for a, b in zip(values[::2], values[1::2])]
    del values
    workers = [process for process in cluster.processes if "worker" in process.args]
    for process in workers:
        wait(sums[:20], PATIENCE)
        cluster.add_worker()
        client.wait_for_workers(3, PATIENCE)
        process.send_signal(signal.SIGKILL)
    assert client.gather(sums) == [a + a + 1 for a in range(0, 200, 2)]


def test_a_scheduler_that_is_killed_and_started_again_loses_no_future(client, cluster, tmp_path):
    def slow(path, x):
        with open(path, "a") as file:
            file.write(f"{x}\n")
        time.sleep(0.02)
        return x

    path = str(tmp_path / "ran")
    done = client.map(slow, [path] * 20, range(20))
    wait(done, PATIENCE)
    others = client.map(slow, [path] * 100, range(100, 200))
    sums = client.map(add, done, others[:20])
    cluster.scheduler.send_signal(signal.SIGKILL)
    cluster.scheduler.wait(PATIENCE)
    cluster.restart_scheduler()
    assert client.gather(sums) == [x + 100 + x for x in range(20)]
    assert client.gather(done) == list(range(20))
    assert client.gather(others) == list(range(100, 200))
    ran = [int(line) for line in open(path)]
    assert sorted(x for x in ran if x < 20) == list(range(20)), "what was done does not run again"


def test_what_cannot_be_asked_is_said(client):
    with pytest.raises(TypeError, match="cannot be called"):
        client.submit(5)
    with pytest.raises(NotImplementedError, match="workers="):
        client.submit(inc, 1, workers=["a"])
    with pytest.raises(TypeError, match="pickle"):
        client.submit(inc, threading.Lock())
    with pytest.raises(NotImplementedError, match="from the script"):
        client.submit(lambda: get_client().submit(inc, 1).result()).result(PATIENCE)
    assert client.map(inc, []) == []
    assert get_client() is client
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.submit(inc, 1)


def test_a_future_of_a_client_that_was_closed_says_so(cluster):
    cluster.add_worker()
    with Client(cluster.address) as connected:
        future = connected.submit(time.sleep, 1e6)
    with pytest.raises(Exception, match="closed"):
        future.result(PATIENCE)
