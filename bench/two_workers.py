"""Clusters of two workers with a thread each, for benchmarks: Cask's and Dask's. Each gives a client, and what ends it all."""

import os
import subprocess
import sys


def start_cask(folder, **environment):
    """Files of the cluster lie in `folder`; workers have `environment` besides this process's."""
    os.environ["CASK_CLUSTERS"] = folder
    environment = {**os.environ, **environment}
    command = [sys.executable, "-m", "cask"]
    quiet = {"stderr": subprocess.DEVNULL, "env": environment}
    scheduler = subprocess.Popen([*command, "scheduler", "--port", "0"], stdout=subprocess.PIPE, text=True, **quiet)
    address = scheduler.stdout.readline().strip()
    workers = [subprocess.Popen([*command, "worker", address, "--nthreads", "1"], **quiet) for _ in range(2)]
    from cask.distributed import Client

    client = Client(address)
    client.wait_for_workers(2, timeout=30)

    def stop():
        client.shutdown()
        for process in (*workers, scheduler):
            process.wait(30)

    return client, stop


def start_dask(folder, **environment):
    from dask.distributed import Client, LocalCluster

    os.environ.update(environment)
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=folder)
    client = Client(cluster)

    def stop():
        client.close()
        cluster.close()

    return client, stop
