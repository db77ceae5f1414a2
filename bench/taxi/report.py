"""The table and the plot of a run of the taxi benchmark."""

import json
import os
import platform
import statistics
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NAMES = {
    "cask_python": "Cask, Python",
    "cask_cc": "Cask, C++",
    "plain_scan": "plain scan (the bound)",
    "polars_streaming": "Polars streaming",
    "duckdb_sql": "DuckDB",
    "pyarrow_dataset": "PyArrow dataset",
    "dask_threads": "Dask, threads",
    "dask_processes": "Dask, 2 processes",
    "numpy_arrays": "NumPy",
}


def facts(folder, rounds, cached):
    size = sum(path.stat().st_size for path in Path(folder).glob("*.csv"))
    return {
        "date": time.strftime("%Y-%m-%d"),
        "data": f"{size / 1e9:.2f} GB in {len(list(Path(folder).glob('*.csv')))} files",
        "page cache": f"{100 * cached:.0f} % of the data lies in it, read anew before each run",
        "rounds": str(rounds),
        "processor": f"{processor()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {found}" for name in ("cask", "dask", "polars", "duckdb", "pyarrow", "pandas", "numpy") if (found := version_of(name))),
    }


def version_of(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def processor():
    with open("/proc/cpuinfo") as file:
        lines = file.read().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line for line in lines if line.startswith("flags")), "")
    return model + (" with AVX-512" if "avx512bw" in flags else " with AVX2" if "avx2" in flags else "")


def facts_text(facts):
    return "\n".join(f"{name:11} {value}" for name, value in facts.items())


def median_seconds(runs):
    return statistics.median(run.seconds for run in runs)


def done(found):
    """The engines that did the job, with their runs."""
    return {engine: runs for engine, runs in found.items() if isinstance(runs, list) and runs}


def ratios(found, cask, others):
    """For each round: the fastest other's time over Cask's."""
    there = [runs for engine, runs in done(found).items() if engine in others]
    return [min(runs[turn].seconds for runs in there) / run.seconds for turn, run in enumerate(found[cask])] if there else []


def aim_lines(job, found):
    for cask in ("cask_python", "cask_cc"):
        if cask not in done(found):
            continue
        for aim in job.aims:
            each = ratios(found, cask, aim.others)
            if not each:
                continue
            middle, worst = statistics.median(each), min(each)
            verdict = "met" if middle >= aim.times else "not met"
            if aim.times < 1:
                yield f"- {NAMES[cask]}: {1 / middle:.2f} times the plain scan's time (worst round {1 / worst:.2f}); the aim, {aim.text}, is {verdict}"
            else:
                yield f"- {NAMES[cask]}: {middle:.1f} times as fast (worst round {worst:.1f}); the aim, {aim.text}, is {verdict}"


def job_text(job, found):
    lines = [f"### {job.title}", "", "| engine | median s | best s | worst s | peak memory MB |", "|---|---|---|---|---|"]
    for engine, runs in sorted(done(found).items(), key=lambda item: median_seconds(item[1])):
        seconds = [run.seconds for run in runs]
        memory = max(run.memory for run in runs) / 1e6
        lines.append(f"| {NAMES[engine]} | {statistics.median(seconds):.3f} | {min(seconds):.3f} | {max(seconds):.3f} | {memory:.0f} |")
    lines += ["", *aim_lines(job, found)]
    lines += [f"- {NAMES[engine]} was skipped: {reason}" for engine, reason in found.items() if isinstance(reason, str)]
    return "\n".join(lines)


def imports_text(imports):
    lines = ["### import", "", "| module | median ms | imports pandas |", "|---|---|---|"]
    for module, found in imports.items():
        lines.append(f"| {module} | {1000 * statistics.median(seconds for seconds, _ in found):.0f} | {'yes' if found[0][1] else 'no'} |")
    return "\n".join(lines)


def text(facts, jobs, results, imports, scheduler):
    parts = [
        "# The taxi job, measured",
        "`make bench-taxi` writes this page. Engines take turns within each round, each in a fresh process, imports not counted; answers were\n"
        "compared before times. A ratio is taken within a round, then the median and the worst of the rounds. Memory is the largest peak seen.",
        "\n".join(f"- {name}: {value}" for name, value in facts.items()),
        "![The median times](benchmarks.svg)",
        *(job_text(job, results[job.name]) for job in jobs),
        imports_text(imports),
        "### The scheduler's state machine, alone, on one thread\n\n```\n" + scheduler + "\n```",
    ]
    return "\n\n".join(parts) + "\n"


def write(folder, text, facts, jobs, results, imports):
    folder.mkdir(exist_ok=True)
    (folder / "benchmarks.md").write_text("\n".join(line.rstrip() for line in text.split("\n")))
    raw = {
        "facts": facts,
        "imports": imports,
        "jobs": {
            name: {engine: [[run.seconds, run.memory] for run in runs] for engine, runs in done(found).items()} for name, found in results.items()
        },
    }
    (folder / "benchmarks.json").write_text(json.dumps(raw, indent=1) + "\n")
    plot(folder / "benchmarks.svg", jobs, results)


def plot(path, jobs, results):
    try:
        import matplotlib
    except ImportError:
        print("there is no matplotlib, so no plot", file=sys.stderr)
        return
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "cask"
    import matplotlib.pyplot as plt

    drawn = [job for job in jobs if done(results[job.name])]
    heights = [len(done(results[job.name])) + 1.2 for job in drawn]
    figure, axes = plt.subplots(len(drawn), 1, figsize=(8, 0.32 * sum(heights) + 0.5), height_ratios=heights, squeeze=False)
    for job, axis in zip(drawn, axes[:, 0]):
        ordered = sorted(done(results[job.name]).items(), key=lambda item: -median_seconds(item[1]))
        values = [median_seconds(runs) for _, runs in ordered]
        colours = ["#c2541b" if engine.startswith("cask") else "#b0b0b0" if engine == "plain_scan" else "#5b7a99" for engine, _ in ordered]
        bars = axis.barh([NAMES[engine] for engine, _ in ordered], values, color=colours)
        axis.bar_label(bars, labels=[f"{value:.2f} s" for value in values], padding=3, fontsize=8)
        axis.set_title(job.title, loc="left", fontsize=9)
        axis.set_xlim(0, max(values) * 1.12)
        axis.tick_params(labelsize=8)
        axis.xaxis.set_visible(False)
        for side in ("top", "right", "bottom"):
            axis.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
