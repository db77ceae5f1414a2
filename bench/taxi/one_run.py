"""One engine doing one job once, in a process of its own: what it prints last is a JSON line.

    python one_run.py ENGINE JOB FOLDER

The clock starts when all imports and preparations are done and stops when the answer is there; what the answer is turned into for the
comparison is not counted. `started` and `ended` are readings of the machine-wide monotonic clock.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def main():
    engine_name, job, folder = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).parent))
    engine = importlib.import_module(f"engines.{engine_name}")
    work = getattr(engine, job)
    prepare = getattr(engine, f"prepare_{job}", None)
    prepared = [prepare(folder)] if prepare else []
    baseline = peak_memory()
    started = time.monotonic()
    found = work(folder, *prepared)
    ended = time.monotonic()
    memory = peak_memory()
    answer = getattr(engine, f"answer_{job}", lambda found: found)(found)
    report = {"seconds": ended - started, "started": started, "memory": memory, "memory_before": baseline, "answer": answer, "version": engine.version()}
    print(json.dumps(report), flush=True)


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
