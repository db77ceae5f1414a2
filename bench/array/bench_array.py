"""Array expressions over one large NumPy array: NumPy, Dask and Cask, interleaved; answers are compared before times are.

    python bench/array/bench_array.py [SIZE_IN_MB] [ROUNDS]

NumPy is given memory that has been touched; every engine computes from the same array, which is in memory.
"""

import statistics
import sys
import time

import numpy as np


def jobs(array_module, x, finish):
    sqrt = array_module.sqrt
    return {
        "((x + 1) * 2 - sqrt(x)).sum()": lambda: finish(((x + 1) * 2 - sqrt(x)).sum()),
        "x.mean(axis=0)": lambda: finish(x.reshape(-1, 1000).mean(axis=0)),
        "x.std()": lambda: finish(x.std()),
        "x.max() - x.min()": lambda: finish(x.max() - x.min()),
        "(x > 0.5).sum()": lambda: finish((x > 0.5).sum()),
    }


def main(megabytes=2000, rounds=5):
    data = np.random.default_rng(1).random(megabytes * 125_000)
    import cask
    import cask.array as ca

    engines = {"numpy": jobs(np, data, lambda value: value), "cask": jobs(ca, ca.from_array(data), lambda value: value.compute())}
    try:
        import dask
        import dask.array as da

        engines["dask"] = jobs(da, da.from_array(data), lambda value: value.compute(scheduler="threads"))
        print(f"numpy {np.__version__}, dask {dask.__version__}, cask {cask.__version__}, {data.nbytes / 1e9:.2f} GB, {rounds} rounds")
    except ImportError:
        print(f"numpy {np.__version__}, cask {cask.__version__}, {data.nbytes / 1e9:.2f} GB, {rounds} rounds (no Dask)")
    for name in engines["numpy"]:
        times = {engine: [] for engine in engines}
        answers = {engine: each[name]() for engine, each in engines.items()}
        for engine, answer in answers.items():
            np.testing.assert_allclose(answer, answers["numpy"], rtol=1e-9, err_msg=f"{engine}: {name}")
        for _ in range(rounds):
            for engine, each in engines.items():
                start = time.perf_counter()
                each[name]()
                times[engine].append(time.perf_counter() - start)
        line = "  ".join(f"{engine} {statistics.median(each) * 1e3:8.1f} ms" for engine, each in times.items())
        ratios = "  ".join(
            f"{engine}/cask median {statistics.median(a / b for a, b in zip(each, times['cask'])):.1f} worst {min(a / b for a, b in zip(each, times['cask'])):.1f}"
            for engine, each in times.items()
            if engine != "cask"
        )
        print(f"{name:32} {line}   {ratios}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
