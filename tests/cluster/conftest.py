"""A scheduler and workers as processes of their own, as a user starts them."""

import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

PATIENCE = 60


class Cluster:
    """Processes that the test ends by their ids."""

    def __init__(self, folder, *scheduler_options):
        self.folder = folder
        self.environment = {**os.environ, "CASK_CLUSTERS": str(folder / "clusters"), "CASK_NUM_THREADS": "1"}
        self.processes = []
        self.scheduler = self.start("scheduler", "--port", "0", *scheduler_options, stdout=subprocess.PIPE)
        self.address = self.scheduler.stdout.readline().strip()

    def start(self, *arguments, **options):
        log = open(self.folder / f"{arguments[0]}-{len(self.processes)}.log", "w")
        process = subprocess.Popen([sys.executable, "-m", "cask", *arguments], env=self.environment, stderr=log, text=True, **options)
        log.close()
        self.processes.append(process)
        return process

    def restart_scheduler(self):
        """At the address of the one before."""
        self.scheduler = self.start("scheduler", "--port", self.address.rpartition(":")[2], stdout=subprocess.PIPE)
        assert self.scheduler.stdout.readline().strip() == self.address

    def add_worker(self, *arguments):
        return self.start("worker", self.address, *arguments)

    def log_of(self, process):
        index = self.processes.index(process)
        return next(self.folder.glob(f"*-{index}.log")).read_text()

    def run(self, script, *arguments):
        """A script of a user's, in a process of its own."""
        path = self.folder / "script.py"
        path.write_text(script)
        return subprocess.run([sys.executable, "-m", "cask", "run", str(path), *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=PATIENCE)  # fmt: skip

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def cluster(request, tmp_path, monkeypatch):
    """A scheduler without workers, with options where a test is parametrized by them; this process finds it, too."""
    made = Cluster(tmp_path, *getattr(request, "param", ()))
    monkeypatch.setenv("CASK_CLUSTERS", made.environment["CASK_CLUSTERS"])
    yield made
    made.stop()


@pytest.fixture
def client(cluster):
    """Connected to the cluster, which has two workers by then."""
    from cask.distributed import Client

    for _ in range(2):
        cluster.add_worker()
    with Client(cluster.address) as connected:
        connected.wait_for_workers(2, timeout=PATIENCE)
        yield connected


@pytest.fixture
def sales(tmp_path):
    """The path of CSV files, and what is in them."""
    random = np.random.default_rng(7)
    count = 30_000
    frame = pd.DataFrame({
        "shop": random.integers(0, 6, count),
        "kind": random.choice(["fruit", "bread", "milk"], count),
        "price": random.normal(10, 3, count).round(2),
        "pieces": random.integers(1, 9, count),
        "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 300, count), unit="D"),
    })  # fmt: skip
    folder = tmp_path / "sales"
    folder.mkdir()
    for i, part in enumerate(np.array_split(np.arange(count), 5)):
        frame.iloc[part].to_csv(folder / f"{i}.csv", index=False)
    return str(folder / "*.csv"), pd.concat([pd.read_csv(path, parse_dates=["day"]) for path in sorted(folder.glob("*.csv"))], ignore_index=True)
