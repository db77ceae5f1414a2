"""The bar that shows how far a computation is: `[########        ] | 40% Completed | 3.2 s`. Drawn on stderr, only in a terminal."""

import sys
import threading
import time

# A computation that takes longer than this gets a bar by itself, in a terminal.
LONG_SECONDS = 1.0


def in_terminal():
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # no stderr, or a closed one
        return False


def format_bar(done, total, seconds, width=40):
    share = done / total if total else 0.0
    filled = int(width * share)
    return f"[{'#' * filled}{' ' * (width - filled)}] | {int(100 * share)}% Completed | {format_seconds(seconds)}"


def format_seconds(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def engine_progress():
    """(done, total) tasks of all that the engine is computing now."""
    core = sys.modules.get("cask._core")
    runs = core.active_runs() if core is not None else []
    return sum(done for _, done, _ in runs), sum(total for _, _, total in runs)


class Bar:
    """Draws from a thread of its own, from start() to stop().

    `progress` gives (done, total). Nothing is drawn in the first `wait` seconds, nor by a computation that ends within them.
    """

    def __init__(self, progress=engine_progress, wait=0.0, interval=0.1, width=40, out=None):
        self._progress, self._wait, self._interval, self._width = progress, wait, interval, width
        self._out = sys.stderr if out is None else out
        self._ended = threading.Event()
        self._last = (0, 0)
        self._drawn = False
        self._thread = threading.Thread(target=self._run, name="cask-progress", daemon=True)

    def start(self):
        """To be called where an exception leads to stop(): a signal's handler may raise within."""
        self._started = time.monotonic()
        self._thread.start()

    def _run(self):
        delay = self._wait
        while not self._ended.wait(delay):
            delay = self._interval
            done, total = self._progress()
            if total:
                self._last = (done, total)
                self._draw(done, total)

    def _draw(self, done, total):
        self._drawn = True
        self._write("\r" + format_bar(done, total, time.monotonic() - self._started, self._width))

    def _write(self, text):
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):
            self._ended.set()

    def stop(self, completed=True):
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._drawn:
            total = self._last[1]
            self._draw(total if completed else self._last[0], total)
            self._write("\n")


class shown_if_long:
    """A context around something that computes: a bar appears if it takes long and stderr is a terminal."""

    def __enter__(self):
        self._bar = Bar(wait=LONG_SECONDS) if in_terminal() and not _explicit else None
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind, *rest):
        if self._bar is not None:
            self._bar.stop(completed=kind is None)


# The bars that a user asked for; while there is one, no bar appears by itself.
_explicit: list[object] = []
