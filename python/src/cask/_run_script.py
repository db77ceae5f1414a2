"""Runs a user's script as Python itself would, with Cask in Dask's place."""

import io
import os
import signal
import sys
from importlib.machinery import SourceFileLoader
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
    try:
        run()
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        _show(error)
        # As Python does: the parent, a shell for example, sees that it was the interrupt that ended us.
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException as error:
        _show(error)
        return 1
    return 0


def _show(error):
    """Prints the error without the frames of this file and of runpy, which are none of the user's."""
    traceback = error.__traceback__
    while traceback is not None and _is_ours(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    # A syntax error has no frame of the user's at all.
    sys.excepthook(type(error), error.with_traceback(traceback), traceback)


def _is_ours(filename):
    return filename == __file__ or filename == "<frozen runpy>"
