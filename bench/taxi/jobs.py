"""What is measured, by whom, and what Cask aims for."""

from dataclasses import dataclass, field

CASK = ("cask_python", "cask_cc")
BOUND = "plain_scan"


@dataclass(frozen=True)
class Aim:
    """Cask's time is to be at most `other`'s divided by `times`; `other` is engines, of which the fastest counts."""

    times: float
    others: tuple
    text: str


@dataclass(frozen=True)
class Job:
    name: str
    title: str
    engines: tuple
    aims: tuple = ()
    # Until the process has ended, not only until the answer is there.
    whole_process: bool = False
    tolerance: float = field(default=1e-9)
    reads_files: bool = True


DASK = ("dask_threads", "dask_processes")
PEERS = ("polars_streaming", "duckdb_sql", "pyarrow_dataset")

JOBS = (
    Job(
        "value_counts",
        "value_counts of one column, lazy",
        (*CASK, BOUND, *PEERS, *DASK),
        (Aim(6, (*PEERS, *DASK), "6 times the fastest other"), Aim(1 / 1.5, (BOUND,), "at most 1.5 times the plain scan")),
    ),
    Job(
        "script",
        "the script with persist, the whole process without imports",
        ("cask_python", "cask_cc", "polars_streaming", *DASK),
        (Aim(40, DASK, "40 times Dask"), Aim(4, ("polars_streaming",), "4 times Polars")),
        whole_process=True,
    ),
    Job(
        "everything",
        "every column parsed and kept",
        (*CASK, *PEERS),
        (Aim(3, PEERS, "3 times the fastest other"),),
        tolerance=1e-8,
    ),
    Job(
        "groupby",
        "groupby(passenger_count, hour).agg(mean, sum, count)",
        ("cask_python", "cask_cc", *PEERS, *DASK),
        (Aim(2, (*PEERS, *DASK), "2 times the fastest other"),),
    ),
    Job(
        "array",
        "((x + 1) * 2 - sqrt(x)).sum() over a 2 GB array",
        ("cask_python", "numpy_arrays", "dask_threads"),
        (Aim(4, ("dask_threads",), "4 times Dask"), Aim(3, ("numpy_arrays",), "3 times NumPy")),
        reads_files=False,
    ),
)
