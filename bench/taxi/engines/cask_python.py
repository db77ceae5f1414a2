"""Cask from Python."""

import cask
import cask.array as ca
import cask.dataframe as dd
import pandas  # what results are given as; Cask imports it with the first one
from cask.distributed import Client, wait

DATES = ["tpep_pickup_datetime", "tpep_dropoff_datetime"]


def version():
    return f"cask {cask.__version__}"


def counts(series):
    return {str(int(key)): int(value) for key, value in series.items()}


def value_counts(folder):
    return dd.read_csv(f"{folder}/*.csv").payment_type.value_counts().compute()


answer_value_counts = counts


def script(folder):
    client = Client()
    frame = dd.read_csv(f"{folder}/*.csv", parse_dates=DATES)
    frame = client.persist(frame)
    return frame.payment_type.value_counts().compute()


answer_script = counts


def everything(folder):
    frame = Client().persist(dd.read_csv(f"{folder}/*.csv", parse_dates=DATES))
    wait(frame)
    return frame


def answer_everything(frame):
    rows, passengers, total, longitude, flag, first, last = cask.compute(
        frame.VendorID.count(),
        frame.passenger_count.sum(),
        frame.total_amount.sum(),
        frame.dropoff_longitude.sum(),
        (frame.store_and_fwd_flag == "Y").sum(),
        frame.tpep_pickup_datetime.min(),
        frame.tpep_dropoff_datetime.max(),
    )
    return {
        "rows": int(rows), "passengers": int(passengers), "total": float(total), "longitude": float(longitude), "flag": int(flag),
        "first": str(pandas.Timestamp(first)), "last": str(pandas.Timestamp(last)),
    }  # fmt: skip


def groupby(folder):
    frame = dd.read_csv(f"{folder}/*.csv", parse_dates=DATES[:1])
    frame["hour"] = frame.tpep_pickup_datetime.dt.hour
    return frame.groupby(["passenger_count", "hour"]).total_amount.agg(["mean", "sum", "count"]).compute()


def answer_groupby(found):
    return sorted([int(p), int(h), float(mean), float(total), int(n)] for (p, h), mean, total, n in zip(found.index, found["mean"], found["sum"], found["count"]))


def prepare_array(folder):
    import numpy as np

    return np.random.default_rng(0).random(250_000_000)


def array(folder, x):
    lazy = ca.from_array(x)
    return float(((lazy + 1) * 2 - ca.sqrt(lazy)).sum().compute())
