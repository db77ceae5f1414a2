"""Runs one engine once in a process of its own and watches it."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Engines that are programs; all others are modules of engines/.
PROGRAMS = {"plain_scan": ROOT / "build/bench/plain_scan", "cask_cc": ROOT / "build/bench/cask_taxi"}

# Engines whose work other processes do.
WITH_CHILDREN = {"dask_processes"}


class NotThere(Exception):
    """The engine cannot do the job on this machine; the message says why."""


@dataclass(frozen=True)
class Run:
    seconds: float
    memory: int
    answer: object
    version: str


def run_once(engine, job, folder):
    command = command_of(engine, job, folder)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    watch = MemoryWatch(process.pid, with_children=engine in WITH_CHILDREN)
    out, errors = process.communicate()
    ended = time.monotonic()
    peak = watch.stop()
    if process.returncode != 0 or not out.strip():
        lines = [line for line in errors.strip().splitlines() if line.strip()]
        raise NotThere(lines[-1] if lines else f"ended with status {process.returncode}")
    report = json.loads(out.strip().splitlines()[-1])
    seconds = report["seconds"]
    if job.whole_process and "started" in report:
        seconds = ended - report["started"]
    return Run(seconds, max(peak, report.get("memory", 0)), report["answer"], report.get("version", engine))


def command_of(engine, job, folder):
    if engine in PROGRAMS:
        program = PROGRAMS[engine]
        if not program.exists():
            raise NotThere(f"{program.relative_to(ROOT)} is not built")
        return [program, folder] if engine == "plain_scan" else [program, job.name, folder]
    # Cask's users run a whole script by `cask run`, which also has a part in how fast it ends.
    run = ["-m", "cask", "run"] if engine == "cask_python" and job.whole_process else []
    return [sys.executable, *run, HERE / "one_run.py", engine, job.name, folder]


class MemoryWatch:
    """The peak of what a process, or it and its children together, hold, looked at twenty times a second.

    To find children is to look through all processes of the system, which takes time that is not there for what is measured.
    """

    def __init__(self, pid, with_children):
        self._process = psutil.Process(pid)
        self._with_children = with_children
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self):
        while not self._ended.wait(0.05):
            self._peak = max(self._peak, self._resident())

    def _resident(self):
        total = 0
        try:
            children = self._process.children(recursive=True) if self._with_children else []
            for process in [self._process, *children]:
                total += process.memory_info().rss
        except psutil.NoSuchProcess:
            pass
        return total

    def stop(self):
        self._ended.set()
        self._thread.join()
        return self._peak


def import_seconds(module):
    """How long `import module` takes in a new Python, and whether it imports pandas."""
    program = f"import sys, time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise NotThere(done.stderr.strip().splitlines()[-1])
    seconds, pandas = done.stdout.split()
    return float(seconds), pandas == "True"


def scheduler_figures():
    """What the benchmark of the scheduler's state machine prints."""
    found = sorted((ROOT / "build/release").glob("**/scheduler_machine"))
    if not found:
        raise NotThere("build/release has no scheduler_machine")
    return subprocess.run([found[0]], capture_output=True, text=True, check=True).stdout.rstrip()


def cached_share(folder):
    """How much of the files lies in the page cache, 0 to 1."""
    import ctypes
    import mmap

    libc = ctypes.CDLL(None, use_errno=True)
    page = mmap.PAGESIZE
    pages = resident = 0
    for path in sorted(Path(folder).glob("*.csv")):
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ | mmap.PROT_WRITE, flags=mmap.MAP_PRIVATE) as view:
            count = -(-len(view) // page)
            found = (ctypes.c_ubyte * count)()
            address = ctypes.c_char.from_buffer(view)
            if libc.mincore(ctypes.c_void_p(ctypes.addressof(address)), ctypes.c_size_t(len(view)), found) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            del address
            pages += count
            resident += sum(byte & 1 for byte in bytes(found))
    return resident / pages if pages else 0.0
