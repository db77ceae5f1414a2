"""The taxi benchmark's own arithmetic: what counts as the same answer, and how ratios are taken."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / "bench" / "taxi"


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def runs(*seconds):
    return [SimpleNamespace(seconds=s, memory=1) for s in seconds]


def test_a_ratio_is_taken_within_a_round_against_the_fastest_other():
    report = load("report")
    found = {"cask_python": runs(1, 2), "polars_streaming": runs(4, 3), "duckdb_sql": runs(5, 2), "dask_threads": "not there"}
    assert report.ratios(found, "cask_python", ("polars_streaming", "duckdb_sql", "dask_threads")) == [4, 1]


def test_aims_are_told_met_or_not():
    report, jobs = load("report"), load("jobs")
    job = SimpleNamespace(aims=(jobs.Aim(2, ("duckdb_sql",), "2 times"), jobs.Aim(1 / 1.5, ("plain_scan",), "at most 1.5 times the plain scan")))
    found = {"cask_python": runs(1, 1, 1), "duckdb_sql": runs(3, 3, 1.5), "plain_scan": runs(0.5, 0.5, 0.5)}
    first, second = report.aim_lines(job, found)
    assert "3.0 times as fast (worst round 1.5)" in first and first.endswith("is met")
    assert "2.00 times the plain scan's time" in second and second.endswith("is not met")


def test_every_engine_named_by_a_job_can_do_it():
    pytest.importorskip("psutil")
    jobs, measure = load("jobs"), load("measure")
    for job in jobs.JOBS:
        for engine in job.engines:
            if engine not in measure.PROGRAMS:
                assert f"def {job.name}(" in source_of(engine) or f"\n{job.name} = " in source_of(engine), (engine, job.name)


def source_of(engine):
    return (FOLDER / "engines" / f"{engine}.py").read_text()


def test_answers_are_compared_number_by_number():
    sys.path.insert(0, str(FOLDER))
    try:
        pytest.importorskip("psutil")
        same = load("run").same
    finally:
        sys.path.remove(str(FOLDER))
    assert same({"1": 2}, {"1": 2}, 1e-9)
    assert not same({"1": 2}, {"1": 3}, 1e-9)
    assert same([[1, 2.0]], [[1, 2.0 + 1e-12]], 1e-9)
    assert not same([[1, 2.0]], [[1, 2.1]], 1e-9)
    assert not same([1], [1, 2], 1e-9)
    assert not same({"a": 1}, [1], 1e-9)
