"""Watching computations: `with ProgressBar(): frame.x.sum().compute()`."""

from cask import _progress

__all__ = ["ProgressBar"]


class ProgressBar:
    """Shows a bar for every computation within the context, or, once registered, for every computation.

    `minimum` is the number of seconds below which a computation shows nothing; `out` another file than stderr, drawn on even
    where it is no terminal.
    """

    def __init__(self, minimum=0, width=40, dt=0.1, out=None):
        self._minimum, self._width, self._interval, self._out = minimum, width, dt, out
        self._bar = None

    def __enter__(self):
        if self._out is not None or _progress.in_terminal():
            self._bar = _progress.Bar(wait=self._minimum, interval=self._interval, width=self._width, out=self._out)
            self._bar.start()
        _progress._explicit.append(self)
        return self

    def __exit__(self, kind, *rest):
        _progress._explicit.remove(self)
        if self._bar is not None:
            self._bar.stop(completed=kind is None)
            self._bar = None

    def register(self):
        """From here on every computation that lasts `minimum` seconds shows a bar."""
        global _minimum_before
        _minimum_before = _progress.LONG_SECONDS
        _progress.LONG_SECONDS = max(self._minimum, self._interval)

    def unregister(self):
        _progress.LONG_SECONDS = _minimum_before


_minimum_before = _progress.LONG_SECONDS
