"""Dask on a scheduler and two worker processes."""

from engines import dask_threads
from engines.dask_threads import answer_groupby, answer_script, answer_value_counts, version  # noqa: F401

dask_threads.PROCESSES = True

prepare_script = prepare_value_counts = prepare_groupby = dask_threads.prepare_script
script = dask_threads.script


def value_counts(folder, client):
    frame = dask_threads.dd.read_csv(f"{folder}/*.csv")
    return frame.payment_type.value_counts().compute()


def groupby(folder, client):
    frame = dask_threads.dd.read_csv(f"{folder}/*.csv", parse_dates=dask_threads.DATES[:1])
    frame["hour"] = frame.tpep_pickup_datetime.dt.hour
    return frame.groupby(["passenger_count", "hour"]).total_amount.agg(["mean", "sum", "count"]).compute()
