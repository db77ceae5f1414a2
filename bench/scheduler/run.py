"""Measures how fast clusters of two workers with a thread each get through graphs of small tasks: Cask's and Dask's, taking turns.

    python bench/scheduler/run.py --rounds 3 [--graphs tree,map_inc]

The program is bench/scheduler/graphs.py, the same for both. Cask's connections are encrypted, Dask's are not, as each is unless asked. Each graph runs
once before it is measured; answers are compared before times are.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINES = ("cask", "dask")
# What takes Dask minutes is not run twice.
WITHOUT_WARMING = {"map_inc"}


def main():
    options = parse()
    if options.engine:
        return measure(options.engine, options.graphs)
    rounds = [{engine: fresh(engine, options.graphs) for engine in ENGINES} for _ in range(options.rounds)]
    print(f"{'graph':12} {'Cask s':>9} {'Dask s':>9} {'ratio':>8} {'worst':>8}")
    ratios = []
    for graph in rounds[0]["cask"]:
        answers = {json.dumps(one[engine][graph]["answer"]) for one in rounds for engine in ENGINES}
        if len(answers) != 1:
            sys.exit(f"the engines disagree about {graph}: {answers}")
        seconds = {engine: statistics.median(one[engine][graph]["seconds"] for one in rounds) for engine in ENGINES}
        of_rounds = [one["dask"][graph]["seconds"] / one["cask"][graph]["seconds"] for one in rounds]
        ratios.append(statistics.median(of_rounds))
        print(f"{graph:12} {seconds['cask']:9.4f} {seconds['dask']:9.4f} {ratios[-1]:8.1f} {min(of_rounds):8.1f}")
    print(f"geometric mean of the ratios: {math.exp(statistics.fmean(map(math.log, ratios))):.1f}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--graphs", type=lambda text: text.split(","))
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    return parser.parse_args()


def fresh(engine, graphs):
    command = [sys.executable, __file__, "--engine", engine, *(["--graphs", ",".join(graphs)] if graphs else [])]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{engine}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(engine, names):
    with tempfile.TemporaryDirectory() as folder:
        client, stop = {"cask": start_cask, "dask": start_dask}[engine](folder)
        sys.path.insert(0, str(HERE))
        from graphs import GRAPHS

        found = {}
        try:
            for name in names or GRAPHS:
                if name not in WITHOUT_WARMING:
                    GRAPHS[name](client)
                start = time.perf_counter()
                answer = GRAPHS[name](client)
                found[name] = {"answer": answer, "seconds": time.perf_counter() - start}
        finally:
            stop()
    print(json.dumps(found))


def start_cask(folder):
    import cask.as_dask  # noqa: F401
    from cask.distributed import Client

    # Workers import what functions are of by its name, as they would a user's modules.
    environment = {**os.environ, "CASK_CLUSTERS": folder, "PYTHONPATH": str(HERE)}
    os.environ["CASK_CLUSTERS"] = folder
    command = [sys.executable, "-m", "cask"]
    quiet = {"stderr": subprocess.DEVNULL, "env": environment}
    scheduler = subprocess.Popen([*command, "scheduler", "--port", "0"], stdout=subprocess.PIPE, text=True, **quiet)
    address = scheduler.stdout.readline().strip()
    workers = [subprocess.Popen([*command, "worker", address, "--nthreads", "1"], **quiet) for _ in range(2)]
    client = Client(address)
    client.wait_for_workers(2, timeout=30)

    def stop():
        client.shutdown()
        for process in (*workers, scheduler):
            process.wait(30)

    return client, stop


def start_dask(folder):
    from dask.distributed import Client, LocalCluster

    os.environ["PYTHONPATH"] = str(HERE)
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=folder)
    client = Client(cluster)

    def stop():
        client.close()
        cluster.close()

    return client, stop


if __name__ == "__main__":
    main()
