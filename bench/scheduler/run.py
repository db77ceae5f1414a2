"""Measures how fast clusters of two workers with a thread each get through graphs of small tasks: Cask's and Dask's, taking turns.

    python bench/scheduler/run.py --rounds 3 [--graphs tree,map_inc]

The program is bench/scheduler/graphs.py, the same for both. Cask's connections are encrypted, Dask's are not, as each is unless asked. Each graph runs
once before it is measured; answers are compared before times are.
"""

import argparse
import json
import math
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
        # Workers import what functions are of by its name, as they would a user's modules.
        sys.path[:0] = [str(HERE), str(HERE.parent)]
        import two_workers

        if engine == "cask":
            import cask.as_dask  # noqa: F401
        start = {"cask": two_workers.start_cask, "dask": two_workers.start_dask}[engine]
        client, stop = start(folder, PYTHONPATH=str(HERE))
        from graphs import GRAPHS

        found = {}
        try:
            for name in names or GRAPHS:
                if name not in WITHOUT_WARMING:
                    GRAPHS[name](client)
                started = time.perf_counter()
                answer = GRAPHS[name](client)
                found[name] = {"answer": answer, "seconds": time.perf_counter() - started}
        finally:
            stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
