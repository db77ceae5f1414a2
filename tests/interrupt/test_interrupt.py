"""Ctrl-C and SIGTERM in the middle of work stop it at once and leave nothing behind, and an interrupted session goes on."""

import signal

import pytest

LAUNCHERS = ["python", "cask run"]

# Each waits for endless work in its last line.
WAITING = {
    "compute": """
        under_way()
        endless.groupby("a").b.mean().compute()
        """,
    "compute of an array": """
        x = dask.array.random.random((10_000_000, 10_000), chunks=(1000, 1000))
        under_way()
        x.sum().compute()
        """,
    "to_csv": """
        under_way()
        endless.to_csv("parts")
        """,
    "to_csv into one file": """
        under_way()
        endless.to_csv("one.csv", single_file=True)
        """,
    "wait": """
        held = Client().persist(endless)
        under_way("persist")
        wait(held)
        """,
    "progress": """
        held = Client().persist(endless)
        under_way("persist")
        progress(held)
        """,
    "another thing while persist is under way": """
        held = Client().persist(endless)
        under_way("persist")
        threading.Event().wait()
        """,
    "the result of a future": """
        future = Client().compute(endless.b.sum())
        under_way()
        future.result()
        """,
}
waiting = pytest.mark.parametrize("what", WAITING)


@waiting
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_ctrl_c_ends_a_script_at_its_line(start, what, launcher):
    script = start(WAITING[what], launcher, terminal=what == "progress")
    script.stop(signal.SIGINT)
    status, out, err = script.end()
    # To a shell this is status 130.
    assert (status, out) == (-signal.SIGINT, "")
    lines = err.replace("\r\n", "\n").splitlines()
    assert lines[-1] == "KeyboardInterrupt"
    mine = [number for number, line in enumerate(script.source.splitlines(), 1) if line.strip()][-1]
    assert any(f'script.py", line {mine}, in <module>' in line for line in lines), err
    assert sum(line.startswith("Traceback") for line in lines) == 1, err
    assert leftovers(script) == []


def leftovers(script):
    # The folder that to_csv was told to write into may stay, without a file in it.
    return [path for path in script.left_behind() if not path.endswith("/parts")]


@waiting
def test_sigterm_ends_cask_run_with_nothing_left(start, what):
    script = start(WAITING[what], terminal=what == "progress")
    script.stop(signal.SIGTERM)
    status, out, err = script.end()
    assert (status, out) == (128 + signal.SIGTERM, "")
    assert "Traceback" not in err
    assert err.replace("\r\n", "\n").splitlines()[-1] == "cask: stopped by SIGTERM"
    assert leftovers(script) == []


def test_a_script_that_handles_sigterm_gets_it(start):
    script = start("""
        import os, signal
        signal.signal(signal.SIGTERM, lambda *_: print("mine", flush=True))
        os.kill(os.getpid(), signal.SIGTERM)
        """)
    assert script.end()[:2] == (0, "mine\n")


def test_a_session_goes_on_after_ctrl_c(start):
    script = start("""
        expected = short.groupby("a").b.mean().compute()
        calls = [
            lambda: endless.groupby("a").b.mean().compute(),
            lambda: endless.to_csv("parts"),
            lambda: dask.array.ones((10_000_000, 10_000), chunks=(1000, 1000)).sum().compute(),
            lambda: endless.sort_values("b").compute(),
        ]
        for call in calls:
            under_way()
            try:
                call()
            except KeyboardInterrupt:
                print("interrupted", under_way_still(), flush=True)
            again = short.groupby("a").b.mean().compute()
            print(again.equals(expected), flush=True)
        """)
    for _ in range(4):
        script.stop(signal.SIGINT)
        assert [script.read_line(), script.read_line()] == ["interrupted []", "True"]
    status, out, err = script.end()
    assert (status, out, err) == (0, "", "")
    assert leftovers(script) == []


def test_what_is_persisted_loads_on_after_ctrl_c(start):
    script = start("""
        held = Client().persist(endless)
        under_way("persist")
        try:
            wait(held)
        except KeyboardInterrupt:
            print("interrupted", under_way_still(), len(short.compute()), flush=True)
        held._cancel()
        """)
    script.stop(signal.SIGINT)
    assert script.read_line() == "interrupted ['persist'] 60000"
    assert script.end() == (0, "", "")
    assert leftovers(script) == []
