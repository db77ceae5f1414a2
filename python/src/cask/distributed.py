"""Dask's `distributed`: Client (once called Executor), progress, wait; on a cluster, or on the engine inside this process.

    client = Client("node7:8786")       # the cluster of the scheduler there; Client() is this process's own engine
    frame = client.persist(frame)       # loads in the background
    progress(frame)                     # shows how far it is, until it is done
"""

import os
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from cask import _alias, _progress, base
from cask._futures import Caller, ClusterFuture, Future, prefetch, wait_for_all
from cask._nearest import missing_name

__all__ = [
    "Client", "Executor", "Future", "KilledWorker", "LocalCluster", "as_completed", "default_client", "fire_and_forget", "futures_of", "get_client",
    "progress", "wait",
]  # fmt: skip

_LOCAL_ADDRESS = "local"
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 10.0  # that a scheduler may take to answer
_WORKERS_SECONDS = 0.05  # between two looks at who has come

_current = None  # the client made last and not closed


class Client:
    """A connection with a cluster, on which collections are then computed; without an address the engine of this process.

    `address` is that of a scheduler ("node7:8786"), its connection file, or a LocalCluster. An OSError where there is no scheduler; but under
    `cask run` and `cask.as_dask` a script that expects one gets this process's own engine instead, and a line on stderr says so. Numbers of
    workers and threads are accepted and change nothing: the engine uses all cores, and its memory limit is CASK_MEMORY_LIMIT.

    A scheduler that is lost is waited for: what was under way goes on once one listens at the same address again. After `reconnect_timeout` seconds
    without one it is an OSError.
    """

    def __init__(self, address=None, *, timeout=None, n_workers=None, threads_per_worker=None, processes=None, memory_limit=None, set_as_default=True,
                 dashboard_address=None, asynchronous=False, name=None, reconnect_timeout=60.0, **kwargs):  # fmt: skip
        _refuse_unknown("Client", kwargs)
        if asynchronous:
            raise NotImplementedError("cask has no asynchronous Client; the nearest is Client() and its compute(), which gives a Future at once")
        self._address, self._remote = _connect(address, timeout, reconnect_timeout)
        self._caller = None if self._remote is None else Caller(self._remote)
        self._pool = None
        self.status = "running"
        if set_as_default:
            global _current
            _current = self
            _compute_on(self._remote)

    def __repr__(self):
        if self.status == "closed":
            return f'<Client: scheduler="{self._address}" closed>'
        threads = self.nthreads()
        return f'<Client: scheduler="{self._address}" processes={len(threads)} cores={sum(threads.values())}>'

    def _repr_html_(self):
        threads = self.nthreads()
        return f"<b>Client</b> scheduler={self._address} processes={len(threads)} cores={sum(threads.values())}"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(missing_name("distributed.Client", name, dir(type(self))), name=name, obj=self)

    # Collections.

    def persist(self, collections, **kwargs):
        """Starts loading in the background; gives collections in place of those given (one, or a list)."""
        self._refuse_if_closed()
        if isinstance(collections, (list, tuple)):
            return list(base.persist(*collections))
        return base.persist(collections)[0]

    def compute(self, collections, sync=False, **kwargs):
        """Futures of the collections' values; with `sync=True` the values themselves."""
        self._refuse_if_closed()
        several = isinstance(collections, (list, tuple))
        if sync:
            values = base.compute(*collections) if several else base.compute(collections)
            return list(values) if several else values[0]
        futures = [self._start(base.compute, (one,), first=True) for one in (collections if several else [collections])]
        return futures if several else futures[0]

    def cancel(self, futures, **kwargs):
        """Stops what is not needed any more: futures, or persisted collections."""
        for one in futures if isinstance(futures, (list, tuple, set)) else [futures]:
            stop = getattr(one, "cancel", None) if isinstance(one, Future) else getattr(one, "_cancel", None)
            if stop is not None:
                stop()
            if isinstance(one, ClusterFuture) and self._caller is not None:
                self._caller.forget(one)

    # Functions.

    def submit(self, function, *args, key=None, workers=None, resources=None, retries=None, priority=0, fifo_timeout=None,
               allow_other_workers=False, actor=False, actors=False, pure=True, **kwargs):  # fmt: skip
        """A Future of `function(*args, **kwargs)`, called by a worker, or on a thread of this process where there is no cluster.

        Futures among the arguments stand for their values. Calls of the same function with the same arguments are made once, unless `pure` is False;
        `key` names a call. A call that fails is made again up to `retries` times. Those of a higher `priority` come first.
        """
        _refuse_placement(workers, resources, actor or actors)
        return self._submit(function, [(args, kwargs)], key and [key], pure, retries, priority)[0]

    def map(self, function, *iterables, key=None, workers=None, retries=None, resources=None, priority=0, allow_other_workers=False, fifo_timeout=None,
            actor=False, actors=False, pure=True, batch_size=None, **kwargs):  # fmt: skip
        """A Future for each call of `function` with the items of the iterables, as long as the shortest; `key`: names for them, or what names begin with."""
        _refuse_placement(workers, resources, actor or actors)
        calls = [(items, kwargs) for items in zip(*iterables)]
        keys = [f"{key}-{i}" for i in range(len(calls))] if isinstance(key, str) else key
        if keys is not None and len(keys) != len(calls):
            raise ValueError(f"map() got {len(keys)} keys for {len(calls)} calls")
        return self._submit(function, calls, keys, pure, retries, priority)

    def _submit(self, function, calls, keys, pure, retries, priority):
        self._refuse_if_closed()
        if not callable(function):
            raise TypeError(f"a {type(function).__name__} cannot be called: submit() and map() take a function and its arguments")
        if not calls:
            return []
        if self._caller is None:
            return [self._start(_call_when_ready, (function, args, kwargs)) for args, kwargs in calls]
        level = 1 if priority == 0 else 2 if priority > 0 else 0
        return self._caller.submit(function, calls, keys=keys, pure=pure, retries=retries or 0, priority=level)

    def gather(self, futures, errors="raise", direct=None, asynchronous=None):
        """The results of futures, in the same structure; with `errors="skip"` without those that failed."""
        if isinstance(futures, Future):
            return futures.result()
        if isinstance(futures, dict):
            return {key: self.gather(future, errors) for key, future in futures.items()}
        if not isinstance(futures, (list, tuple, set)):
            futures = list(futures)
        prefetch(future for future in futures if isinstance(future, Future))
        wanted = [future for future in futures if errors != "skip" or not isinstance(future, Future) or future.exception() is None]
        gathered = [self.gather(future, errors) if isinstance(future, (Future, list, tuple, set, dict)) else future for future in wanted]
        return gathered if isinstance(futures, list) else type(futures)(gathered)

    def scatter(self, data, workers=None, broadcast=False, direct=None, hash=True, timeout=None, asynchronous=None):
        """Futures of values that are there already: one of each item of a list, a tuple or a dict, else one of the whole.

        A value lies with one worker, from which others get it.
        """
        _refuse_placement(workers, None, False)
        if isinstance(data, dict):
            return dict(zip(data, self.scatter(list(data.values()), hash=hash)))
        if isinstance(data, (list, tuple, set)):
            return type(data)(self._submit(_same, [((item,), {}) for item in data], None, hash, 0, 1))
        return self._submit(_same, [((data,), {})], None, hash, 0, 1)[0]

    def retry(self, futures, asynchronous=None):
        """Makes calls that have failed once more."""
        for future in futures if isinstance(futures, (list, tuple, set)) else [futures]:
            future.retry()

    def _start(self, function, args, first=False):
        if self._pool is None:
            # A thread that waits for other futures must not keep them from running: there are many more threads than cores.
            self._pool = ThreadPoolExecutor(max(64, 8 * _cores()), thread_name_prefix="cask-client")
        return Future(_drop_at_end(self._pool.submit(_first_of if first else _apply, function, args)), function)

    # About the engine.

    @property
    def cluster(self):
        return None

    def scheduler_info(self, n_workers=None):
        """What there is to compute with, in the form that Dask gives it."""
        workers = {worker["address"]: {"type": "Worker", "status": "running", **worker} for worker in self._workers()}
        return {"type": "Scheduler", "id": f"Scheduler-{self._address}", "address": self._address, "workers": workers}

    def nthreads(self, workers=None):
        """The number of threads of each worker, by its address."""
        wanted = None if workers is None else {workers} if isinstance(workers, str) else set(workers)
        return {worker["address"]: worker["nthreads"] for worker in self._workers() if wanted is None or worker["address"] in wanted}

    ncores = nthreads

    def wait_for_workers(self, n_workers=1, timeout=None):
        """Waits until there are that many workers; TimeoutError if there are not after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (there := len(self._workers())) < n_workers:
            if deadline is not None and time.monotonic() >= deadline:
                raise TimeoutError(f"Only {there}/{n_workers} workers arrived after {timeout} s")
            time.sleep(_WORKERS_SECONDS)

    def _workers(self):
        if self._remote is not None and self.status != "closed":
            return self._remote.workers(_ANSWER_SECONDS)
        return [{"name": 0, "address": self._address, "nthreads": _cores(), "memory_limit": _memory_limit()}]

    def close(self, timeout=None):
        """Lets go of what the client started, and of its cluster."""
        global _current
        if _current is self:
            _current = None
            _compute_on(None)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._remote is not None and self.status != "closed":
            self._remote.close()
        self.status = "closed"

    def shutdown(self):
        """Ends the cluster, its workers and its scheduler, and closes the client."""
        if self._remote is not None and self.status != "closed":
            self._remote.shut_down()
        self.close()

    def _refuse_if_closed(self):
        if self.status == "closed":
            raise RuntimeError("this Client is closed")


Executor = Client


class LocalCluster:
    """The engine of this process, for scripts that make a cluster first: `Client(LocalCluster(n_workers=4))`."""

    def __init__(self, n_workers=None, threads_per_worker=None, processes=None, memory_limit=None, dashboard_address=None, **kwargs):
        _refuse_unknown("LocalCluster", kwargs)
        self.scheduler_address = _LOCAL_ADDRESS
        self._remote = None
        self.status = "running"

    def __repr__(self):
        return f"LocalCluster(workers=1, threads={_cores()})"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def get_client(self):
        return Client(self)

    def close(self, timeout=None):
        self.status = "closed"


class KilledWorker(Exception):
    """The process that ran a function has ended, by a crash for example, as often as the call was tried."""


def default_client():
    """The client made last; a ValueError if there is none."""
    if _current is None:
        raise ValueError("No clients found: make one with Client()")
    return _current


def get_client(address=None, timeout=None):
    """The client made last, or a new one. NotImplementedError in a function that a worker calls."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is not None and spec.name == "cask._child":
        raise NotImplementedError("a function that a worker calls cannot use the client yet; submit calls from the script, with futures as arguments")
    return _current or Client(address)


def futures_of(o, client=None):
    """The futures among objects, also in lists, tuples, sets and dicts."""
    if isinstance(o, Future):
        return [o]
    inside = o.values() if isinstance(o, dict) else o if isinstance(o, (list, tuple, set)) else ()
    return [future for item in inside for future in futures_of(item)]


def wait(fs, timeout=None, return_when="ALL_COMPLETED"):
    """Waits until persisted collections are loaded, or futures done; gives (done, not_done)."""
    from collections import namedtuple

    items = list(fs) if isinstance(fs, (list, tuple, set)) else [fs]
    _wait_for_futures([item for item in items if isinstance(item, Future)], timeout, return_when)
    deadline = None if timeout is None else time.monotonic() + timeout
    for item in items:
        if not isinstance(item, Future) and base.is_dask_collection(item):
            _wait_for_collection(item, deadline)
    done = {item for item in items if not isinstance(item, Future) or item.done()}
    return namedtuple("DoneAndNotDoneFutures", ["done", "not_done"])(done, {item for item in items if item not in done})


def _wait_for_futures(futures, timeout, return_when):
    if return_when == "ALL_COMPLETED":
        if not wait_for_all(futures, timeout):
            raise TimeoutError(f"{sum(not future.done() for future in futures)} of {len(futures)} futures were not done after {timeout} s")
        return
    import concurrent.futures as standard

    # What has failed is known by the future itself: the one that stands for it here has no result.
    deadline = None if timeout is None else time.monotonic() + timeout
    while not _are_enough(futures, return_when):
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not standard.wait([future._future for future in futures if not future.done()], left, standard.FIRST_COMPLETED).done and left is not None:
            raise TimeoutError(f"{sum(not future.done() for future in futures)} of {len(futures)} futures were not done after {timeout} s")


def _are_enough(futures, return_when):
    done = [future for future in futures if future.done()]
    if len(done) == len(futures) or (done and return_when == "FIRST_COMPLETED"):
        return True
    return return_when == "FIRST_EXCEPTION" and any(future.status == "error" for future in done)


# How long a wait for a collection keeps Python from handling Ctrl-C.
_WAIT_SECONDS = 0.1


def _wait_for_collection(collection, deadline):
    wait_for = getattr(collection, "_wait", None)
    while wait_for is not None:
        left = _WAIT_SECONDS if deadline is None else min(_WAIT_SECONDS, deadline - time.monotonic())
        if wait_for(max(0.0, left)):
            return
        if left <= 0:
            raise TimeoutError("the collection was not loaded in time")


class as_completed:
    """Futures in the order in which they are done; others may be added meanwhile. With `with_results` pairs of a future and its result: what a call raised is
    raised, or, unless `raise_errors`, stands in the place of the result as sys.exc_info() gives it. TimeoutError after `timeout` seconds in all.

    >>> for future in as_completed(client.map(inc, range(10))):
    ...     print(future.result())
    """

    def __init__(self, futures=None, loop=None, with_results=False, raise_errors=True, *, timeout=None):
        self._with_results, self._raise_errors = with_results, raise_errors
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._done = queue.SimpleQueue()
        self._count = 0
        self.update(futures or ())

    def add(self, future):
        self._count += 1
        future.add_done_callback(self._done.put)

    def update(self, futures):
        for future in futures:
            self.add(future)

    def count(self):
        """How many are still to be given."""
        return self._count

    def is_empty(self):
        return self._count == 0

    def has_ready(self):
        return not self._done.empty()

    def __iter__(self):
        return self

    def __next__(self):
        if self._count == 0:
            raise StopIteration
        try:
            future = self._done.get(timeout=None if self._deadline is None else max(0.0, self._deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError(f"{self._count} futures were not done in time") from None
        self._count -= 1
        if not self._with_results:
            return future
        error = None if self._raise_errors else future.exception()
        return future, future.result() if error is None else (type(error), error, error.__traceback__)

    def next_batch(self, block=True):
        """All that are done; with `block` one at least."""
        batch = [next(self)] if block or self.has_ready() else []
        while self.has_ready():
            batch.append(next(self))
        return batch

    def batches(self):
        while not self.is_empty():
            yield self.next_batch()

    def clear(self):
        """Forgets all that were not given."""
        self._done, self._count = queue.SimpleQueue(), 0


def progress(*futures, notebook=None, multi=True, complete=True, **kwargs):
    """Shows a bar until collections are loaded, or futures done. Where stderr is no terminal it returns at once, with nothing shown."""
    items = [item for group in futures for item in (group if isinstance(group, (list, tuple, set)) else [group])]
    if not _progress.in_terminal():
        return
    bar = _progress.Bar(lambda: _how_far(items))
    try:
        bar.start()
        wait(items)
    except BaseException:
        bar.stop(completed=False)
        raise
    bar.stop()


def _how_far(items):
    futures = [item for item in items if isinstance(item, Future)]
    done, total = sum(future.done() for future in futures), len(futures)
    if len(futures) < len(items):  # collections: what the engine is at
        engine_done, engine_total = _progress.engine_progress()
        done, total = done + engine_done, total + engine_total
    return done, total


def fire_and_forget(obj):
    """Has futures run to their end, also if nobody holds them; for as long as their client lives."""
    for future in futures_of(obj):
        _fired.add(future)
        future.add_done_callback(_fired.discard)


_fired: set = set()


_unfinished: set = set()  # what has been given to a pool and is not done


def _drop_at_end(future):
    """Has the interpreter drop the future when it ends, rather than wait for it."""
    global _drops_at_end
    if not _drops_at_end:
        # The pools' own handler, registered when their module was imported and run after this one, waits for their threads.
        threading._register_atexit(_drop_unfinished)
        _drops_at_end = True
    _unfinished.add(future)
    future.add_done_callback(_unfinished.discard)
    return future


_drops_at_end = False


def _drop_unfinished():
    for future in list(_unfinished):
        future.cancel()  # unless it runs already
    core = sys.modules.get("cask._core")
    if core is not None and _unfinished:
        core.stop_engine()


# --- the engine ---------------------------------------------------------------------------------------------------------


def _refuse_placement(workers, resources, actor):
    if workers or resources:
        raise NotImplementedError("cask does not place calls by workers= or resources= yet; leave them out, and the scheduler chooses")
    if actor:
        raise NotImplementedError("cask has no actors")


def _refuse_unknown(function, kwargs):
    if kwargs:
        raise TypeError(f"{function}() does not know the option {next(iter(kwargs))!r}")


def _cores():
    return len(os.sched_getaffinity(0))


def _memory_limit():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _connect(address, timeout, reconnect_timeout):
    """The address that the client shows, and its connection: None where it is the engine in this process, of which stderr tells."""
    if address is None or address in (_LOCAL_ADDRESS, "inproc"):
        return _LOCAL_ADDRESS, None
    if isinstance(address, LocalCluster):
        return address.scheduler_address, address._remote
    if not isinstance(address, (str, os.PathLike)):
        raise TypeError(f"Client() takes an address such as 'node7:8786', or nothing; not {type(address).__name__}")
    from cask import _core

    shown = os.fspath(address).removeprefix("tcp://").removeprefix("tls://")
    try:
        remote = _core.ClusterClient.connect(shown, _ANSWER_SECONDS if timeout is None else float(timeout), float(reconnect_timeout))
        return remote.address, remote
    except OSError as error:
        if isinstance(error, PermissionError) or _listens(shown):
            raise type(error)(f"something listens at {shown}, but it lets this process not in: {error}") from None
        if not _alias.is_installed():
            raise OSError(f"there is no scheduler at {shown} ({error}); Client() without an address computes in this process") from None
    print(f"cask: no scheduler at {shown}; this script gets one of its own ({_cores()} cores)", file=sys.stderr)
    return shown, None


def _listens(address):
    import socket

    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _compute_on(remote):
    core = sys.modules.get("cask._core")
    if core is not None:
        core.set_default_cluster(remote)


def _apply(function, args):
    return function(*args)


def _first_of(function, args):
    return function(*args)[0]


def _same(value):
    return value


def _call_when_ready(function, args, kwargs):
    def settle(value):
        if isinstance(value, Future):
            return value.result()
        if type(value) in (list, tuple, set):
            return type(value)(settle(item) for item in value)
        if type(value) is dict:
            return {key: settle(item) for key, item in value.items()}
        return value

    return function(*settle(args), **settle(kwargs))


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(missing_name("distributed", name, __all__), name=name)
