"""Graphs of tasks that load a scheduler, as one program for Dask and Cask alike: `dask` means whichever of them runs it.

The shapes are those of J. Böhm and J. Beránek, "Runtime vs Scheduler: Analyzing Dask's Overheads" (2020), in which a task mostly does very little, and of the
benchmarks of futures that the makers of Dask keep. Each function returns an answer, by which engines are compared.
"""

import operator
import time

import numpy as np
import pandas as pd
from dask import array, dataframe, delayed
from dask.distributed import wait


def inc(x):
    return x + 1


def merge(client, n=10_000):
    """n tasks and one that needs all of them."""
    return delayed(sum)([delayed(inc)(i) for i in range(n)]).compute()


def merge_slow(client, n=1000, seconds=0.005):
    """The same of tasks that take a while."""
    return delayed(sum)([delayed(_wait)(i, seconds) for i in range(n)]).compute()


def _wait(i, seconds):
    time.sleep(seconds)
    return i


def tree(client, n=4096):
    """A sum by pairs."""
    level = [delayed(inc)(i) for i in range(n)]
    while len(level) > 1:
        level = [delayed(operator.add)(a, b) for a, b in zip(level[::2], level[1::2])]
    return level[0].compute()


def bag(client, n=2000, partitions=24):
    """All pairs of two lists in partitions, filtered and counted."""
    parts = [delayed(list)(range(i, n, partitions)) for i in range(partitions)]
    counts = [delayed(_count_pairs)(a, b) for a in parts for b in parts]
    return delayed(sum)(counts).compute()


def _count_pairs(a, b):
    return sum((x + y) % 7 == 0 for x in a[:20] for y in b[:20])


def numpy(client, n=3000, chunk=100):
    """An array, its transpose, a sum."""
    x = array.arange(n * n, chunks=n * chunk).reshape((n, n)).rechunk((chunk, chunk))
    return int((x + x.T).sum().compute())


def groupby(client, n=400_000, partitions=200):
    """Means of groups over many small partitions."""
    frame = dataframe.from_pandas(pd.DataFrame({"key": np.arange(n) % 50, "x": np.arange(n) % 1000}), npartitions=partitions)
    return frame.groupby("key").x.mean().compute().sort_index().round(6).tolist()


def xarray(client, n=200, chunk=5):
    """Means and sums over the axes of an array of small chunks, as xarray asks for them."""
    x = array.ones((n, n, 10), chunks=(chunk, chunk, 10))
    return float((x.mean(axis=2).sum(axis=0) + x.sum(axis=2).mean(axis=1)).sum().compute())


def wordbag(client, texts=400):
    """Texts are normalised, counted, and the counts joined by a tree."""
    counts = [delayed(_count_words)(delayed(_normalise)(delayed(_text)(i))) for i in range(texts)]
    while len(counts) > 1:
        counts = [delayed(_join)(counts[i : i + 8]) for i in range(0, len(counts), 8)]
    return sorted(counts[0].compute().items())


def _text(i):
    random = np.random.default_rng(i)
    return " ".join(random.choice(["Lazy", "dog,", "quick", "brown", "Fox.", "jumps"], 500))


def _normalise(text):
    return text.lower().replace(",", "").replace(".", "")


def _count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def _join(parts):
    joined = {}
    for part in parts:
        for word, count in part.items():
            joined[word] = joined.get(word, 0) + count
    return joined


def map_inc(client, n=100_000):
    """n futures by client.map, and their results."""
    return sum(client.gather(client.map(inc, range(n))))


def sequential(client, n=100):
    """submit, then result, one after the other."""
    return sum(client.submit(inc, i, pure=False).result() for i in range(n))


def chain(client, n=1000):
    """Each call needs the one before."""
    future = client.submit(inc, 0, pure=False)
    for _ in range(n):
        future = client.submit(inc, future, pure=False)
    return future.result()


def large(client, n=20, megabytes=10):
    """Arrays made by one call and used by two others each."""
    arrays = client.map(np.full, [megabytes << 17] * n, range(n), pure=False)
    sums = [client.submit(np.add, a, b, pure=False) for a, b in zip(arrays, arrays[1:] + arrays[:1])]
    totals = client.map(np.sum, sums, pure=False)
    wait(totals)
    return int(sum(client.gather(totals)))


GRAPHS = {function.__name__: function for function in
          (merge, merge_slow, tree, bag, numpy, groupby, xarray, wordbag, map_inc, sequential, chain, large)}  # fmt: skip
