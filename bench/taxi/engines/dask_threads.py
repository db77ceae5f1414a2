"""Dask on threads in one process."""

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
from distributed import Client

DATES = ["tpep_pickup_datetime", "tpep_dropoff_datetime"]
PROCESSES = False


def version():
    return f"dask {dask.__version__}"


def client():
    return Client(processes=PROCESSES, n_workers=2 if PROCESSES else 1, threads_per_worker=1 if PROCESSES else 2, dashboard_address=None)


def counts(series):
    return {str(int(key)): int(value) for key, value in series.items()}


def value_counts(folder):
    return dd.read_csv(f"{folder}/*.csv").payment_type.value_counts().compute(scheduler="threads")


answer_value_counts = counts


def prepare_script(folder):
    return client()


def script(folder, client):
    frame = dd.read_csv(f"{folder}/*.csv", parse_dates=DATES)
    frame = client.persist(frame)
    return frame.payment_type.value_counts().compute()


answer_script = counts


def groupby(folder):
    frame = dd.read_csv(f"{folder}/*.csv", parse_dates=DATES[:1])
    frame["hour"] = frame.tpep_pickup_datetime.dt.hour
    return frame.groupby(["passenger_count", "hour"]).total_amount.agg(["mean", "sum", "count"]).compute(scheduler="threads")


def answer_groupby(found):
    return sorted([int(p), int(h), float(mean), float(total), int(n)] for (p, h), mean, total, n in zip(found.index, found["mean"], found["sum"], found["count"]))


def prepare_array(folder):
    return np.random.default_rng(0).random(250_000_000)


def array(folder, x):
    lazy = da.from_array(x)
    return float(((lazy + 1) * 2 - da.sqrt(lazy)).sum().compute())
