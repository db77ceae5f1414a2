"""Measures a cluster of two workers with a thread each: Cask's, Dask's, and Cask's engine in one process, taking turns.

    python bench/cluster/run.py --data data/taxi-2GB --rounds 5

Security is on for Cask (there is no other way) and off for Dask, as it is unless asked for. Answers are compared before times are.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import two_workers  # noqa: E402

JOBS = {
    "value_counts": lambda dd, path: dd.read_csv(path, parse_dates=[1, 2]).payment_type.value_counts().compute().sort_index().tolist(),
    "groupby": lambda dd, path: dd.read_csv(path, parse_dates=[1, 2]).groupby("passenger_count").total_amount.sum().compute().sort_index().round(2).tolist(),
    "a sum of 10 rows": lambda dd, path: dd.from_pandas(_rows(), npartitions=2).x.sum().compute(),
}
REPEATS = {"a sum of 10 rows": 30}


def main():
    options = parse()
    if options.engine:
        return measure(options.engine, options.data)
    rounds = [{engine: fresh(engine, options.data) for engine in options.engines} for _ in range(options.rounds)]
    answers = {json.dumps(result["answers"]) for one in rounds for result in one.values()}
    if len(answers) != 1:
        sys.exit(f"the engines disagree: {answers}")
    for job in JOBS:
        for engine in options.engines:
            seconds = [one[engine]["seconds"][job] for one in rounds]
            ratios = [one[engine]["seconds"][job] / one["cask_cluster"]["seconds"][job] for one in rounds]
            print(f"{job:20} {engine:14} median {statistics.median(seconds):8.4f} s   of the cluster's {statistics.median(ratios):7.2f}  "
                  f"worst {min(ratios):7.2f}", flush=True)  # fmt: skip


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engines", type=lambda text: text.split(","), default=["cask_cluster", "cask_process", "dask"])
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    return parser.parse_args()


def fresh(engine, data):
    done = subprocess.run([sys.executable, __file__, "--data", data, "--engine", engine], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{engine}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(engine, data):
    path = os.path.join(os.path.abspath(data), "*.csv")
    with tempfile.TemporaryDirectory() as folder:
        dd, stop = START[engine](folder)
        try:
            answers, seconds = {}, {}
            for job, run in JOBS.items():
                answers[job] = run(dd, path)  # what is loaded and looked at once only
                times = []
                for _ in range(REPEATS.get(job, 1)):
                    start = time.perf_counter()
                    run(dd, path)
                    times.append(time.perf_counter() - start)
                seconds[job] = statistics.median(times)
        finally:
            stop()
    print(json.dumps({"answers": [[round(float(one), 2) for one in _list(answer)] for answer in answers.values()], "seconds": seconds}))


def start_cask(folder):
    import cask.dataframe as dd

    return dd, two_workers.start_cask(folder)[1]


def start_process(folder):
    import cask.dataframe as dd

    return dd, lambda: None


def start_dask(folder):
    import dask.dataframe as dd

    return dd, two_workers.start_dask(folder)[1]


START = {"cask_cluster": start_cask, "cask_process": start_process, "dask": start_dask}


def _rows():
    import pandas as pd

    return pd.DataFrame({"x": range(10)})


def _list(answer):
    return answer if isinstance(answer, list) else [answer]


if __name__ == "__main__":
    main()
