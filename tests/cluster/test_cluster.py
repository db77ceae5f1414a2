"""A cluster of processes on this machine gives what pandas gives, and lets nobody else in."""

import os
import signal
import socket
import ssl
import stat
import threading
import time

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import cask.dataframe as dd
from cask.distributed import Client, wait

PATIENCE = 60


def read(path):
    return dd.read_csv(path, parse_dates=["day"], blocksize=100_000)


def equal(ours, theirs):
    ours = ours.compute()
    if isinstance(theirs, pd.DataFrame):
        assert_frame_equal(ours, theirs)
    elif isinstance(theirs, pd.Series):
        assert_series_equal(ours, theirs)
    else:
        assert ours == theirs


COMPUTATIONS = {
    "value_counts": lambda frame: frame.kind.value_counts(),
    "groupby": lambda frame: frame.groupby(["shop", "kind"]).agg({"price": ["mean", "max"], "pieces": "sum"}),
    "filter": lambda frame: frame[(frame.price > 15) & (frame.kind != "milk")].pieces.sum(),
    "assign": lambda frame: frame.assign(paid=frame.price * frame.pieces).groupby("shop").paid.max(),
    "reduce": lambda frame: frame.price.mean(),
    "nlargest": lambda frame: frame.nlargest(5, ["price", "pieces"]),
    "dates": lambda frame: frame.day.dt.month.value_counts(),
    "with the result of another": lambda frame: (frame.pieces - frame.pieces.min()).sum(),
    "a wider type than is known before": lambda frame: (frame.pieces // frame.shop).max(),
    "texts": lambda frame: frame.kind.str.upper().nunique(),
}


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_results_are_those_of_pandas(client, sales, name):
    path, expected = sales
    equal(COMPUTATIONS[name](read(path)), COMPUTATIONS[name](expected))


def test_whole_frames_come_back(client, sales):
    path, expected = sales
    frame = read(path)
    assert len(frame) == len(expected)
    assert_frame_equal(frame.head(7), expected.head(7))
    assert_frame_equal(frame.compute(), expected)
    described = frame[["price", "pieces"]].describe().compute()
    assert described.loc["count", "price"] == len(expected)


def test_frames_of_this_process_travel(client):
    frame = pd.DataFrame({"number": range(100), "text": [f"t{i % 7}" for i in range(100)], "kind": pd.Categorical(["a", "b"] * 50)})
    there = dd.from_pandas(frame, npartitions=4)
    assert_frame_equal(there.compute(), frame)
    assert_series_equal(there.groupby("text").number.sum().compute(), frame.groupby("text").number.sum())


def test_types_that_change_in_the_last_row_are_widened(client, tmp_path):
    (tmp_path / "a.csv").write_text("x\n" + "1\n" * 5000)
    (tmp_path / "b.csv").write_text("x\n" + "2\n" * 5000 + "2.5\n")
    frame = dd.read_csv(str(tmp_path / "?.csv"), blocksize=2000)
    assert frame.x.sum().compute() == 15002.5
    assert frame.dtypes["x"] == "float64"


def test_what_was_persisted_is_held_by_the_workers(client, sales):
    path, expected = sales
    frame = read(path)
    frame = client.persist(frame)
    equal(frame.kind.value_counts(), expected.kind.value_counts())
    wait(frame, timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while not all(worker["held"] > 0 for worker in client.scheduler_info()["workers"].values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    equal(frame.groupby("shop").price.sum(), expected.groupby("shop").price.sum())


def test_the_training_script_runs_as_it_is(cluster, client, sales):
    path, expected = sales
    done = cluster.run(f"""
import sys
from distributed import Executor, progress
from dask import dataframe as dd
e = Executor(sys.argv[1])
print(e)
df = dd.read_csv({path!r}, parse_dates=["day"])
df = e.persist(df)
progress(df)
print(df.kind.value_counts().compute().to_dict())
""", cluster.address)  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f'<Client: scheduler="{cluster.address}" processes=2 cores=2>',
        str(expected.kind.value_counts().to_dict()),
    ]


def test_killed_workers_cost_time_only(cluster, client, sales):
    path, expected = sales
    frame = read(path)
    stop = threading.Event()

    def kill_and_replace():
        while not stop.wait(0.2):
            victim = cluster.processes[-1]
            cluster.add_worker()
            victim.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_and_replace)
    killer.start()
    try:
        for _ in range(15):
            equal(COMPUTATIONS["groupby"](frame), COMPUTATIONS["groupby"](expected))
    finally:
        stop.set()
        killer.join()


def test_a_killed_scheduler_costs_time_only(cluster, client, sales):
    path, expected = sales
    frame = client.persist(read(path))
    for _ in range(3):
        cluster.scheduler.send_signal(signal.SIGKILL)
        cluster.scheduler.wait(PATIENCE)
        ended = threading.Thread(target=cluster.restart_scheduler)
        ended.start()
        equal(COMPUTATIONS["groupby"](frame), COMPUTATIONS["groupby"](expected))
        equal(read(path).price.mean(), expected.price.mean())
        ended.join()
    assert repr(client) == f'<Client: scheduler="{cluster.address}" processes=2 cores=2>'


def test_a_scheduler_that_does_not_come_back_is_an_error(cluster, sales):
    path, _ = sales
    with Client(cluster.address, reconnect_timeout=0.5):
        cluster.scheduler.send_signal(signal.SIGKILL)
        with pytest.raises(OSError, match=f"no scheduler at {cluster.address} for 0.5 s"):
            read(path).kind.value_counts().compute()


def test_errors_say_where(client, tmp_path):
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n" + "3,4\n" * 3000 + "5,6,7\n")
    with pytest.raises(pd.errors.ParserError) as caught:
        dd.read_csv(str(tmp_path / "bad.csv"), blocksize=1000).x.sum().compute()
    text = str(caught.value) + "\n".join(getattr(caught.value, "__notes__", []))
    assert "line 3003" in text
    assert "bad.csv" in text
    assert "test_cluster.py" in text


def test_the_client_knows_its_workers(cluster, client):
    assert repr(client) == f'<Client: scheduler="{cluster.address}" processes=2 cores=2>'
    assert list(client.nthreads().values()) == [1, 1]
    with pytest.raises(TimeoutError, match="2/5 workers"):
        client.wait_for_workers(5, timeout=0.1)
    client.close()
    assert "closed" in repr(client)
    equal(dd.from_pandas(pd.DataFrame({"x": [1, 2]}), npartitions=1).x.sum(), 3)  # this process computes again


def test_two_clients_share_the_workers(cluster, client, sales):
    path, expected = sales
    with Client(cluster.address) as second:
        equal(read(path).kind.value_counts(), expected.kind.value_counts())
        assert second.nthreads() == client.nthreads()
    equal(read(path).kind.nunique(), 3)


# --- starting and ending ------------------------------------------------------------------------------------------------


def test_signals_end_scheduler_and_workers(cluster):
    worker, other = cluster.add_worker(), cluster.add_worker()
    with Client(cluster.address) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    cluster.scheduler.send_signal(signal.SIGINT)
    assert cluster.scheduler.wait(PATIENCE) == 0
    assert other.wait(PATIENCE) == 0
    assert "dismissed" in cluster.log_of(other)
    assert os.listdir(cluster.environment["CASK_CLUSTERS"]) == []


def test_a_client_can_end_the_cluster(cluster):
    worker = cluster.add_worker()
    client = Client(cluster.address)
    client.wait_for_workers(1, timeout=PATIENCE)
    client.shutdown()
    assert worker.wait(PATIENCE) == 0
    assert cluster.scheduler.wait(PATIENCE) == 0


def test_a_worker_without_a_scheduler_gives_up_and_says_why(cluster):
    cluster.scheduler.send_signal(signal.SIGKILL)
    cluster.scheduler.wait(PATIENCE)
    worker = cluster.add_worker("--death-timeout", "0.3")
    assert worker.wait(PATIENCE) == 1
    assert cluster.address in cluster.log_of(worker)


def test_wrong_options_are_refused_at_once(cluster):
    for arguments in (["worker"], ["worker", cluster.address, "--memory-limit", "lots"], ["scheduler", "--port", "99999"], ["worker", "--nonsense"]):
        process = cluster.start(*arguments)
        assert process.wait(PATIENCE) == 2
        assert "--help" in cluster.log_of(process)


def test_a_worker_short_of_memory_spills_and_goes_on(cluster, sales, tmp_path):
    path, expected = sales
    cluster.add_worker("--memory-limit", "200kB", "--scratch", str(tmp_path / "deep" / "scratch"))
    with Client(cluster.address) as client:
        frame = client.persist(read(path))
        wait(frame, timeout=PATIENCE)
        equal(frame.groupby("shop").price.sum(), expected.groupby("shop").price.sum())
        deadline = time.monotonic() + PATIENCE
        while not all(worker["spilled"] > 0 for worker in client.scheduler_info()["workers"].values()):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_same_port_cannot_be_taken_twice(cluster):
    second = cluster.start("scheduler", "--port", cluster.address.rpartition(":")[2])
    assert second.wait(PATIENCE) == 1
    assert f"cannot listen at {cluster.address}" in cluster.log_of(second)
    assert sorted(os.listdir(cluster.environment["CASK_CLUSTERS"])) == [f"{cluster.address}.json", f"{cluster.address}.scheduler.json"]


def test_logs_are_a_line_an_event_with_time_and_level(cluster):
    with Client(cluster.address):
        pass
    lines = cluster.log_of(cluster.scheduler).splitlines()
    assert lines
    for line in lines:
        day, clock, level, _ = line.split(" ", 3)
        assert time.strptime(f"{day} {clock[:8]}", "%Y-%m-%d %H:%M:%S")
        assert level in ("info:", "warning:")


# --- nobody else gets in ------------------------------------------------------------------------------------------------


def test_the_connection_file_is_for_its_owner_only(cluster, monkeypatch):
    folder = cluster.environment["CASK_CLUSTERS"]
    path = os.path.join(folder, f"{cluster.address}.json")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    for file in os.listdir(folder):
        assert stat.S_IMODE(os.stat(os.path.join(folder, file)).st_mode) == 0o600
    Client(path).close()
    os.chmod(path, 0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        Client(cluster.address)


def _first_byte(sock):
    try:
        return sock.recv(1)
    except OSError:
        return b""


def test_strangers_get_no_answer(cluster):
    host, port = cluster.address.split(":")
    with socket.create_connection((host, int(port))) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.settimeout(PATIENCE)
        answer = plain.recv(100)
    assert b"HTTP" not in answer and len(answer) < 20  # the TLS layer's alert, or nothing
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, int(port))) as raw:
        try:
            with context.wrap_socket(raw) as without_certificate:
                assert _first_byte(without_certificate) == b""
        except ssl.SSLError:
            pass


def test_a_cluster_of_another_folder_is_not_let_in(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("CASK_CLUSTERS", str(tmp_path / "elsewhere"))
    with pytest.raises(OSError, match="something listens"):
        Client(cluster.address)
