"""`cask info`: what is installed here, and where."""

import os
import sys


def package_dir():
    return os.path.dirname(os.path.abspath(__file__))


def cmake_dir():
    """The folder of caskConfig.cmake, or None where the C++ side is not installed."""
    folder = os.path.join(package_dir(), "lib", "cmake", "cask")
    return folder if os.path.isdir(folder) else None


def show_info(argv):
    if argv == ["--cmake-dir"]:
        folder = cmake_dir()
        if folder is None:
            print("cask: this installation has no C++ files", file=sys.stderr)
            return 1
        print(folder)
        return 0
    if argv == ["--include-dir"]:
        print(os.path.join(package_dir(), "include"))
        return 0
    if argv:
        print(f"cask: cask info does not know {' '.join(argv)}; it knows --cmake-dir and --include-dir", file=sys.stderr)
        return 2
    for name, value in facts():
        print(f"{name:12} {value}")
    return 0


def facts():
    """Pairs of a name and a value, in the order they are shown."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import cask

    yield "cask", f"{cask.__version__} in {package_dir()}"
    yield "python", f"{platform.python_version()} in {sys.executable}"
    for name in ("pyarrow", "numpy", "pandas"):
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "missing"
    yield "cores", str(len(os.sched_getaffinity(0)))
    yield "memory", f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.1f} GB"
    yield "cmake", cmake_dir() or "none"
    try:
        from cask import _core

        yield "core", _core.__file__
    except ImportError as error:
        yield "core", f"cannot be loaded: {error}"
