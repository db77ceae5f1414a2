"""to_csv on a cluster: the files that one process writes, whole and once, whatever happens to the workers."""

import gzip
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import cask.dataframe as dd

PATIENCE = 60


def read(path, blocksize=100_000):
    return dd.read_csv(path, parse_dates=["day"], blocksize=blocksize)


def files_of(folder):
    """What is in a folder, hidden or not."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


WRITES = {
    "a file for each partition": lambda frame, folder: frame.to_csv(folder / "part-*.csv"),
    "a folder": lambda frame, folder: frame.to_csv(folder, index=False),
    "one file": lambda frame, folder: frame.to_csv(folder / "all.csv", single_file=True),
    "no index": lambda frame, folder: frame.to_csv(folder / "*.csv", index=False),
    "no header": lambda frame, folder: frame.to_csv(folder / "*.csv", header=False),
    "one header": lambda frame, folder: frame.to_csv(folder / "*.csv", header_first_partition_only=True),
    "names": lambda frame, folder: frame.to_csv(folder / "*.csv", header=list("ABCDE"), index_label="row"),
    "named files": lambda frame, folder: frame.to_csv([str(folder / f"{i:03}.csv") for i in range(frame.npartitions)]),
    "some columns": lambda frame, folder: frame.to_csv(folder / "*.csv", columns=["price", "day"]),
    "formats": lambda frame, folder: frame.to_csv(folder / "*.csv", sep=";", decimal=",", float_format="%.3f", date_format="%d.%m.%y", quoting=1),
    "gzip": lambda frame, folder: frame.to_csv(folder / "*.csv.gz", compression="infer"),
    "one gzip": lambda frame, folder: frame.to_csv(folder / "all.csv.gz", compression="gzip", single_file=True),
    "zstd": lambda frame, folder: frame.to_csv(folder / "*.csv.zst", compression="zstd"),
    "another encoding": lambda frame, folder: frame.to_csv(folder / "all.csv", encoding="utf-16", single_file=True),
    "what is left of the rows": lambda frame, folder: frame[frame.price > 12].to_csv(folder / "all.csv", single_file=True),
    "a result": lambda frame, folder: frame.groupby(["shop", "kind"]).price.mean().to_csv(folder / "means.csv", single_file=True),
    "sorted": lambda frame, folder: frame.nlargest(50, ["price", "pieces"]).to_csv(folder / "all.csv", single_file=True),
    "with the result of another": lambda frame, folder: (frame.pieces - frame.pieces.min()).to_csv(folder / "*.csv"),
    "a wider type than is known before": lambda frame, folder: (frame.pieces // frame.shop).to_csv(folder / "*.csv"),
    "appended": lambda frame, folder: [frame.to_csv(folder / "all.csv", single_file=True, mode=mode) for mode in "wa"],
    "later": lambda frame, folder: [value.compute() for value in frame.to_csv(folder / "*.csv", compute=False)],
}


def test_files_are_those_that_one_process_writes(client, sales, tmp_path):
    path, _ = sales
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    for number, (name, write) in enumerate(WRITES.items()):
        (there / str(number)).mkdir()
        written = write(read(path), there / str(number))
        assert written, name
    client.close()
    for number, (name, write) in enumerate(WRITES.items()):
        (here / str(number)).mkdir()
        write(read(path), here / str(number))
        assert files_of(there / str(number)) == files_of(here / str(number)), name


def test_the_text_is_that_of_pandas(client, sales, tmp_path):
    path, expected = sales
    [whole] = read(path).to_csv(tmp_path / "all.csv.gz", single_file=True, compression="gzip")
    assert gzip.open(whole, "rt", newline="").read() == expected.to_csv()


def test_frames_of_this_process_are_written_by_the_workers(client, tmp_path):
    frame = pd.DataFrame({"number": range(1000), "kind": pd.Categorical(["a", None] * 500)}, index=[f"r{i}" for i in range(1000)])
    folder = tmp_path / "out"
    paths = dd.from_pandas(frame, npartitions=4, sort=False).to_csv(folder / "*.csv")
    assert "".join(open(path).read() for path in paths) == "".join(frame[i : i + 250].to_csv() for i in range(0, 1000, 250))
    assert len(files_of(folder)) == 4


def test_persisted_frames_are_written_where_they_are(client, sales, tmp_path):
    path, expected = sales
    frame = client.persist(read(path))
    [whole] = frame.to_csv(tmp_path / "all.csv", single_file=True)
    assert open(whole, newline="").read() == expected.to_csv()


def test_types_that_change_in_the_last_row_are_those_of_all_files(client, tmp_path):
    (tmp_path / "a.csv").write_text("x\n" + "1\n" * 5000 + "2.5\n")
    folder = tmp_path / "out"
    paths = dd.read_csv(tmp_path / "a.csv", blocksize=1000).to_csv(folder / "*.csv", index=False, header=False)
    assert "".join(open(path).read() for path in paths) == "1.0\n" * 5000 + "2.5\n"
    assert len(files_of(folder)) == len(paths)


def write_source(path):
    """A file that is as pandas writes it, of nine megabytes."""
    count = 400_000
    pd.DataFrame({"number": range(count), "half": np.arange(count) / 2, "text": [f"text {i % 1000}" for i in range(count)]}).to_csv(path, index=False)


def test_killed_workers_cost_time_only(cluster, client, tmp_path):
    source = tmp_path / "in.csv"
    write_source(source)
    stop = threading.Event()

    cluster.add_worker()

    def kill_and_replace():
        killed = 2  # the scheduler and a worker stay
        while not stop.wait(0.2):
            cluster.add_worker()
            cluster.processes[killed].send_signal(signal.SIGKILL)  # the oldest of three, so that it has worked
            killed += 1

    killer = threading.Thread(target=kill_and_replace)
    killer.start()
    try:
        for round_ in range(8):
            folder = tmp_path / f"many-{round_}"
            paths = dd.read_csv(source, blocksize=100_000).to_csv(folder / "*.csv", index=False, header_first_partition_only=True)
            assert b"".join(open(path, "rb").read() for path in paths) == source.read_bytes()
            assert sorted(files_of(folder)) == [os.path.basename(path) for path in paths]
            folder = tmp_path / f"one-{round_}"
            dd.read_csv(source, blocksize=100_000).to_csv(folder / "all.csv", index=False, single_file=True)
            assert files_of(folder) == {"all.csv": source.read_bytes()}
    finally:
        stop.set()
        killer.join()


@pytest.mark.parametrize("cluster", [("--worker-ttl", "1.5")], indirect=True, ids=["impatient"])
def test_a_worker_that_was_taken_for_dead_changes_nothing_when_it_comes_back(cluster, client, tmp_path):
    source = tmp_path / "in.csv"
    write_source(source)
    worker = cluster.processes[-1]

    def stop_while_writing(folder, delay):
        while not folder.exists() or not os.listdir(folder):
            time.sleep(0.001)
        time.sleep(delay)
        worker.send_signal(signal.SIGSTOP)

    for round_ in range(4):
        client.wait_for_workers(2, timeout=PATIENCE)
        folder = tmp_path / f"out-{round_}"
        stopper = threading.Thread(target=stop_while_writing, args=(folder, 0.02 * round_))
        stopper.start()
        paths = dd.read_csv(source, blocksize=100_000).to_csv(folder / "part-*.csv", index=False, header_first_partition_only=True)
        written = files_of(folder)
        stopper.join()
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.3)  # it writes what it had begun
        assert files_of(folder) == written
        assert sorted(written) == [os.path.basename(path) for path in paths]
        assert b"".join(written[name] for name in sorted(written)) == source.read_bytes()


def test_an_error_leaves_what_was_there(client, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n" + "1,2\n" * 3000 + "5,6,7\n")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "all.csv").write_text("from before")
    with pytest.raises(pd.errors.ParserError) as caught:
        dd.read_csv(source, blocksize=1000).to_csv(folder / "all.csv", single_file=True, index=False)
    assert "in.csv" in str(caught.value) + "\n".join(getattr(caught.value, "__notes__", []))
    time.sleep(0.3)  # whoever was writing has ended
    assert files_of(folder) == {"all.csv": b"from before"}


def test_a_folder_that_workers_do_not_see_is_named(client, sales, tmp_path, monkeypatch):
    path, _ = sales
    mine = tmp_path / "mine"
    mine.mkdir()
    monkeypatch.chdir(mine)  # the workers work elsewhere, so the path is of another folder there
    with pytest.raises(FileNotFoundError) as caught:
        read(path).to_csv("/proc/self/cwd/out/*.csv")
    text = str(caught.value) + "\n".join(getattr(caught.value, "__notes__", []))
    assert "/proc/self/cwd/out/" in text
    assert "workers" in text
    assert list((mine / "out").iterdir()) == []


def test_what_cannot_be_written_is_refused_as_without_a_client(client, sales, tmp_path):
    frame = read(sales[0])
    with pytest.raises(NotImplementedError, match="s3://"):
        frame.to_csv("s3://bucket/*.csv")
    with pytest.raises(TypeError):
        frame.to_csv(open(os.devnull, "w"), single_file=True)
    with pytest.raises(ValueError, match="float_format"):
        frame.to_csv(tmp_path / "out" / "*.csv", float_format="%s")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        frame.to_csv(tmp_path / "file" / "*.csv")
    (tmp_path / "there.csv").write_text("")
    with pytest.raises(OSError, match="File exists"):
        frame.to_csv(tmp_path / "there.csv", single_file=True, mode="x")


def test_an_interrupt_leaves_nothing(cluster, client, sales, tmp_path):
    client.close()
    path, _ = sales
    for round_ in range(3):
        folder = tmp_path / f"out-{round_}"
        script = f"""
import sys
import cask.dataframe as dd
from cask.distributed import Client
with Client(sys.argv[1]) as client:
    frame = dd.read_csv({path!r}, parse_dates=["day"], blocksize=2000)
    print("begins", flush=True)
    frame.to_csv({str(folder / "*.csv")!r}, index=False)
"""
        process = subprocess.Popen([sys.executable, "-c", script, cluster.address], env=cluster.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)  # fmt: skip
        assert process.stdout.readline() == "begins\n"
        while not folder.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(0.02 * round_)
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 0 or "KeyboardInterrupt" in errors
        time.sleep(0.3)
        left = files_of(folder)
        assert not any(name.startswith(".") for name in left), left


def test_what_a_killed_client_has_left_goes_with_the_next_files(cluster, client, sales, tmp_path):
    path, _ = sales
    folder = tmp_path / "out"
    script = f"""
import os, signal, sys, threading, time
import cask.dataframe as dd
from cask.distributed import Client
client = Client(sys.argv[1])
def end():
    while not os.path.isdir({str(folder)!r}) or not os.listdir({str(folder)!r}):
        time.sleep(0.001)
    time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=end).start()
dd.read_csv({path!r}, parse_dates=["day"], blocksize=2000).to_csv({str(folder / "*.csv")!r}, index=False)
"""
    ended = subprocess.run([sys.executable, "-c", script, cluster.address], env=cluster.environment, timeout=PATIENCE)
    assert ended.returncode == -signal.SIGKILL
    paths = read(path).to_csv(folder / "part-*.csv")
    left = set(files_of(folder)) - {os.path.basename(path) for path in paths}
    assert not any(name.startswith(".") for name in left), left
