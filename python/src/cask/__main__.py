"""The `cask` command, also `python -m cask`."""

import os
import sys

_HELP = """\
usage: cask COMMAND ...

  cask run SCRIPT [ARG...]      run a Python script in which `dask` and `distributed` mean Cask
  cask run -m MODULE [ARG...]   the same for a module
  cask scheduler [OPTION...]    run the scheduler of a cluster; --help tells its options
  cask worker ADDRESS [...]     run a worker of the cluster of that scheduler
  cask info                     versions, processor, memory, where things lie
  cask info --cmake-dir         the folder to give CMake as cask_DIR
  cask --version
  cask --help

Environment: CASK_MEMORY_LIMIT (for example 8GB), CASK_SCRATCH (the folder for what does not fit in memory).
"""


def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    command, rest = (argv[0], argv[1:]) if argv else ("--help", [])
    if command in ("--help", "-h", "help"):
        print(_HELP, end="")
        return 0
    if command in ("--version", "version"):
        import cask

        print(f"cask {cask.__version__}")
        return 0
    if command in ("scheduler", "worker"):
        return _become_node(argv)
    if command == "run":
        return _run(rest)
    if command == "info":
        from cask._info import show_info

        return show_info(rest)
    from cask._nearest import nearest_name

    print(f"cask: there is no command {command!r}; the nearest is {nearest_name(command, ['run', 'scheduler', 'worker', 'info', '--help', '--version'])!r}", file=sys.stderr)
    return 2


def _become_node(argv):
    """A scheduler or worker is a process without Python: this one becomes it."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "cask-node")
    os.environ.setdefault("CASK_PYTHON", sys.executable)  # for users' functions
    os.execv(program, ["cask", *argv])


def _run(argv):
    if argv and argv[0] in ("--help", "-h"):
        print(_HELP, end="")
        return 0
    if not argv or (argv[0] == "-m" and len(argv) < 2):
        print("cask: usage: cask run SCRIPT [ARG...]", file=sys.stderr)
        return 2
    from cask import _run_script

    if argv[0] == "-m":
        return _run_script.run_module(argv[1], argv[2:])
    if not os.path.isfile(argv[0]):
        print(f"cask: cannot run {argv[0]!r}: no such file", file=sys.stderr)
        return 2
    return _run_script.run_file(argv[0], argv[1:])


if __name__ == "__main__":
    sys.exit(main())
