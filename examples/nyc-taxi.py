#! /usr/bin/env python3
"""Counts how New York's taxi trips were paid for.

    cask run examples/nyc-taxi.py [HOST:PORT] [FOLDER]

A script for the Dask of 2016, whose Client was called Executor; Cask knows both names. Without a folder it takes $TAXI_DATA, or
data/taxi-2GB, where `make taxi` puts the records.
"""

import os
import sys

from distributed import Executor, progress
from dask import dataframe as dd

if len(sys.argv) < 2:
    e = Executor('127.0.0.1:8786')
else:
    e = Executor(sys.argv[1])
print(e)

if len(sys.argv) > 2:
    folder = sys.argv[2]
else:
    folder = os.environ.get('TAXI_DATA', 'data/taxi-2GB')

trips = dd.read_csv(folder + '/*.csv', parse_dates=['tpep_pickup_datetime', 'tpep_dropoff_datetime'])
trips = e.persist(trips)

print('payment type:')
print(trips.payment_type.value_counts().compute())
