"""Scripts whose work would take hours, in processes of their own, that are stopped in the middle of it."""

import os
import pty
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest

# What each script begins with. `endless` is a frame that no machine computes within the time of a test; `under_way` has the script say
# so on stdout once tasks of a run have ended, others are left, and the main thread has come to another line.
PREAMBLE = """\
import threading, sys
import dask, dask.array, dask.dataframe as dd
from dask.distributed import Client, progress, wait

endless = dd.read_csv([{csv!r}] * 30000)
short = dd.read_csv({csv!r})

def under_way(name=""):
    from cask import _core
    def line_of_main():
        frame = sys._current_frames()[threading.main_thread().ident]
        while frame.f_code.co_name != "<module>" or "script.py" not in frame.f_code.co_filename:
            frame = frame.f_back
        return frame.f_lineno
    line = line_of_main()
    def watch():
        nap = threading.Event()
        while line_of_main() == line or not any(done > 0 for run, done, total in _core.active_runs() if name in run):
            nap.wait(0.002)
        print("under way", flush=True)
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread

def under_way_still():
    "The names of runs that have not ended."
    from cask import _core
    return [name for name, _, _ in _core.active_runs()]
"""


@pytest.fixture(scope="session")
def csv(tmp_path_factory):
    """A file of a few thousand rows."""
    rng = np.random.default_rng(5)
    path = tmp_path_factory.mktemp("interrupt") / "x.csv"
    frame = pd.DataFrame({"a": rng.integers(0, 1000, 60_000), "b": rng.normal(size=60_000)})
    frame["c"] = "word" + (frame.a % 37).astype(str)
    frame.to_csv(path, index=False)
    return path


class Script:
    """A running script: `python script.py` with Cask in Dask's place, or `cask run script.py`."""

    def __init__(self, folder, csv, source, launcher, terminal):
        self.out, self.scratch = folder / "out", folder / "scratch"
        for made in (self.out, self.scratch):
            made.mkdir()
        path = folder / "script.py"
        alias = "import cask.as_dask; " if launcher == "python" else ""
        self.source = alias + PREAMBLE.format(csv=str(csv)) + textwrap.dedent(source)
        path.write_text(self.source)
        command = [sys.executable, *([] if launcher == "python" else ["-m", "cask", "run"]), str(path)]
        # Little memory, so that what is persisted is spilled.
        env = dict(os.environ, CASK_SCRATCH=str(self.scratch), CASK_MEMORY_LIMIT="60MB", TMPDIR=str(folder))
        ours, theirs = pty.openpty() if terminal else (None, subprocess.PIPE)
        self.process = subprocess.Popen(command, cwd=self.out, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs, text=True)
        self._terminal = ours
        if terminal:
            os.close(theirs)

    def read_line(self):
        line = self.process.stdout.readline()
        assert line, f"the script ended: {self.end()}"
        return line.strip()

    def stop(self, signal):
        """Sends the signal once the script is at work."""
        assert self.read_line() == "under way"
        self.process.send_signal(signal)

    def end(self):
        """Waits for the end; (how the process ended, the rest of stdout, stderr)"""
        if self._terminal is None:
            out, err = self.process.communicate()
            return self.process.returncode, out, err
        err = b""
        while True:
            try:
                part = os.read(self._terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            err += part
        os.close(self._terminal)
        out, _ = self.process.communicate()
        return self.process.returncode, out, err.decode()

    def left_behind(self):
        """What lies in the folders for output and for temporary files."""
        return sorted(str(path) for path in [*self.out.rglob("*"), *self.scratch.glob("*/*")])


@pytest.fixture
def start(tmp_path, csv):
    started = []

    def start(source, launcher="cask run", terminal=False):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(Script(folder, csv, source, launcher, terminal))
        return started[-1]

    yield start
    for script in started:
        if script.process.poll() is None:
            script.process.kill()
            script.process.wait()
