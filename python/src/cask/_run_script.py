"""Runs a user's script as Python itself would, with Cask in Dask's place."""

import atexit
import gc
import io
import os
import signal
import sys
import sysconfig
import threading
from importlib.machinery import SourceFileLoader
from io import FileIO
from types import ModuleType

from cask import _alias


def run_file(path, args):
    """Runs the script at `path` as __main__; returns the exit status."""
    _alias.install()
    sys.argv = [path, *args]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    main = ModuleType("__main__")
    main.__dict__.update(__file__=path, __loader__=SourceFileLoader("__main__", path), __cached__=None, __builtins__=__builtins__)
    sys.modules["__main__"] = main

    def run():
        with io.open_code(path) as file:
            source = file.read()
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)

    return _run_and_report(run)


def run_module(name, args):
    """Runs a module as `python -m` would; returns the exit status."""
    import runpy

    _alias.install()
    sys.argv = [name, *args]
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()
    return _run_and_report(lambda: runpy.run_module(name, run_name="__main__", alter_sys=True))


def _run_and_report(run):
    _end_by_exceptions()
    atexit.register(_collect_once)  # the first registered is the last called
    try:
        run()
    except _Stopped as stopped:
        print(f"cask: stopped by {stopped}", file=sys.stderr)
        return 128 + stopped.signal
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        _show(error)
        # Not handled here: Python cleans up and then ends by the signal, so that the parent, a shell for example, sees what ended us.
        sys.excepthook = _show_nothing
        raise
    except BaseException as error:
        _show(error)
        return 1
    return 0


class _Stopped(SystemExit):
    """A signal that asks the process to end."""

    def __init__(self, number):
        super().__init__(128 + number)
        self.signal = number

    def __str__(self):
        return signal.Signals(self.signal).name


def _end_by_exceptions():
    """Has signals that would kill the process raise instead, so that no temporary files stay behind."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # One that is ignored (nohup) stays so.
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number, frame):
    signal.signal(number, signal.SIG_DFL)  # the second one kills
    raise _Stopped(number)


def _collect_once():
    """Has Python end without looking for garbage several times more: with pandas loaded, that takes longer than many a script."""
    # Other threads may still use what is taken away here. Files that lie in cycles are closed in time by Python's own end alone.
    if threading.active_count() > 1 or any(isinstance(thing, FileIO) and not thing.closed and thing.fileno() > 2 for thing in gc.get_objects()):
        return
    libraries = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
    for module in list(sys.modules.values()):
        if not (getattr(module, "__file__", None) or libraries[0]).startswith(libraries):
            # The user's own, whose functions hold all that is in it; what is destroyed now may still want builtins.
            for name in [name for name in module.__dict__ if name != "__builtins__"]:
                module.__dict__[name] = None
    gc.collect()
    gc.freeze()


def _show_nothing(*exception):
    pass


def _show(error):
    """Prints the error without the frames of this file and of runpy, which are none of the user's."""
    traceback = error.__traceback__
    while traceback is not None and _is_ours(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    # A syntax error has no frame of the user's at all.
    sys.excepthook(type(error), error.with_traceback(traceback), traceback)


def _is_ours(filename):
    return filename == __file__ or filename == "<frozen runpy>"
