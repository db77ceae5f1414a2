"""Measures Cask beside other engines on the taxi data, in one run, the engines taking turns.

    python bench/taxi/run.py --data data/taxi-2GB --rounds 5 [--jobs value_counts,groupby] [--engines cask_python,polars_streaming]

Answers are compared before times are. Every figure comes from a fresh process. The report goes to docs/ unless jobs or engines were chosen.
"""

import argparse
import json
import math
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report
from jobs import JOBS
from measure import ROOT, NotThere, cached_share, import_seconds, run_once, scheduler_figures


def main():
    options = parse()
    jobs = [job for job in JOBS if options.jobs is None or job.name in options.jobs]
    folder = str(Path(options.data).resolve())
    warm(folder)
    facts = report.facts(folder, options.rounds, cached_share(folder))
    print(report.facts_text(facts), flush=True)
    results = {job.name: measure_job(job, folder, options) for job in jobs}
    imports = measure_imports(options.rounds)
    text = report.text(facts, jobs, results, imports, measure_scheduler())
    print("\n" + text)
    if options.jobs is None and options.engines is None:
        report.write(ROOT / "docs", text, facts, jobs, results, imports)
        print("written: docs/benchmarks.md, docs/benchmarks.svg, docs/benchmarks.json")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    names = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--jobs", type=names)
    parser.add_argument("--engines", type=names)
    return parser.parse_args()


def warm(folder):
    """Reads all files anew, from beginning to end: whoever comes next finds them in the page cache, in pages as large as the system makes them.

    Systems take pages away that nobody has used for some seconds, and what an engine faults in by itself lies in smaller pages.
    """
    paths = sorted(Path(folder).glob("*.csv"))
    if not paths:
        sys.exit(f"cask: error: there is no .csv file in {folder} (make taxi-data)")
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while file.read(1 << 24):
                pass


def measure_job(job, folder, options):
    """engine -> its runs in the order of the rounds; an engine that cannot do the job has the reason instead."""
    engines = [engine for engine in job.engines if options.engines is None or engine in options.engines]
    runs = {engine: [] for engine in engines}
    print(f"\n{job.title}", flush=True)
    for turn in range(options.rounds):
        # Each round begins with another engine, so that none always follows the same one.
        order = engines[turn % len(engines):] + engines[: turn % len(engines)] if engines else []
        for engine in order:
            if isinstance(runs[engine], list):
                run_engine(engine, job, folder, runs)
        check_answers(job, runs)
        times = "  ".join(f"{engine} {found[-1].seconds:.3f}" for engine, found in runs.items() if isinstance(found, list))
        print(f"  round {turn + 1}: {times}", flush=True)
    return runs


def run_engine(engine, job, folder, runs):
    try:
        if job.reads_files:
            warm(folder)
        runs[engine].append(run_once(engine, job, folder))
    except NotThere as reason:
        print(f"  {engine} is skipped: {reason}", flush=True)
        runs[engine] = str(reason)


def check_answers(job, runs):
    done = [(engine, found[-1].answer) for engine, found in runs.items() if isinstance(found, list) and found]
    for engine, answer in done[1:]:
        if not same(answer, done[0][1], job.tolerance):
            sys.exit(f"cask: error: {job.name}: the answers differ, so the times mean nothing\n"
                     f"  {done[0][0]}: {json.dumps(done[0][1])[:400]}\n  {engine}: {json.dumps(answer)[:400]}")  # fmt: skip


def same(a, b, tolerance):
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key], tolerance) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=tolerance)
    return a == b


def measure_imports(rounds):
    found = {}
    for _ in range(rounds):
        for module in ("cask", "cask.dataframe", "dask.dataframe", "polars", "duckdb", "pandas"):
            try:
                seconds = import_seconds(module)
                found.setdefault(module, []).append(seconds)
            except NotThere as reason:
                print(f"import {module} is skipped: {reason}")
    return found


def measure_scheduler():
    try:
        return scheduler_figures()
    except NotThere as reason:
        return f"skipped: {reason}"


if __name__ == "__main__":
    main()
