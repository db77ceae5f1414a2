"""`cask run` and `import cask.as_dask`: dask and distributed mean Cask, and what is missing says so."""

import os
import signal
import socket
import subprocess
import sys
import textwrap

import pytest


def run_script(tmp_path, source, *args, before=(), name="script.py"):
    script = tmp_path / name
    script.write_text(textwrap.dedent(source))
    return subprocess.run(
        [sys.executable, *before, "-m", "cask", "run", str(script), *args], capture_output=True, text=True, cwd=tmp_path, stdin=subprocess.DEVNULL
    )


def succeed(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def closed_address():
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


ALIASES = ["dask", "dask.dataframe", "dask.array", "dask.delayed", "dask.distributed", "dask.diagnostics", "dask.base", "dask.config", "distributed"]


def test_each_name_resolves_to_cask(tmp_path):
    out = succeed(run_script(tmp_path, f"""
        import importlib
        for name in {ALIASES}:
            module = importlib.import_module(name)
            print(module.__name__, module.__spec__.origin)
        """))  # fmt: skip
    for line, name in zip(out.splitlines(), ALIASES, strict=True):
        assert line.startswith(f"{name} alias of cask")


def test_without_dask_installed(tmp_path):
    # A finder behind Cask's that refuses Dask stands for an environment without it.
    out = succeed(run_script(tmp_path, """
        import sys
        class NoDask:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in ("dask", "distributed"):
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(1, NoDask())
        import dask, distributed
        from dask.distributed import Client
        print(dask.delayed(sum)([1, 2, 3]).compute(), Client is distributed.Client)
        """))  # fmt: skip
    assert out == "6 True\n"


def test_as_dask_in_a_notebook():
    program = "import cask.as_dask\nfrom dask import delayed\nfrom distributed import Executor\nprint(delayed(max)(1, 2).compute(), Executor())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert succeed(done).startswith('2 <Client: scheduler="local" processes=1 cores=')


def test_import_cask_alone_leaves_dask_alone():
    program = "import cask, sys, importlib.util\nspec = importlib.util.find_spec('dask')\nprint(spec is None or 'alias' not in str(spec.origin))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "True\n"


def test_dask_imported_before_is_replaced_with_a_warning():
    pytest.importorskip("dask")
    program = "import dask\nimport cask.as_dask\nimport dask\nprint(dask.__spec__.origin)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert succeed(done) == "alias of cask\n"
    assert "Put `import cask.as_dask` first" in done.stderr


@pytest.mark.parametrize(
    ("statement", "error", "message"),
    [
        ("from dask.dataframe import read_hdf", "ImportError", "cask has no dask.dataframe.read_hdf; the nearest is read_"),
        ("import dask.dataframe as dd; dd.read_cvs", "AttributeError", "cask has no dask.dataframe.read_cvs; the nearest is read_csv"),
        ("import dask.bag", "ImportError", "cask has no dask.bag; the nearest is dask.dataframe"),
        ("from dask import bag", "ImportError", "cask has no dask.bag; the nearest is dask.dataframe"),
        ("import dask.dataframe.utils", "ImportError", "cask has no dask.dataframe.utils; the nearest is "),
        ("from dask.dataframe.utils import assert_eq", "ImportError", "cask has no dask.dataframe.utils; the nearest is "),
        ("from dask import comptue", "ImportError", "cask has no dask.comptue; the nearest is compute"),
        ("import dask; dask.comptue", "AttributeError", "cask has no dask.comptue; the nearest is compute"),
        ("from distributed import Nanny", "ImportError", "cask has no distributed.Nanny; the nearest is distributed.LocalCluster"),
        ("import distributed; distributed.Client().run_on_scheduler", "AttributeError", "cask has no distributed.Client.run_on_scheduler; the nearest is "),
        ("from dask.diagnostics import ProgresBar", "ImportError", "cask has no dask.diagnostics.ProgresBar; the nearest is ProgressBar"),
    ],
)
def test_a_missing_name_tells_the_nearest(tmp_path, statement, error, message):
    done = run_script(tmp_path, statement)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"{error}: {message}")


def test_a_missing_name_is_found_out_by_hasattr_and_try(tmp_path):
    out = succeed(run_script(tmp_path, """
        import dask
        try:
            import dask.bag
        except ImportError:
            print(hasattr(dask, "bag"), hasattr(dask, "compute"), hasattr(dask, "__wrapped__"))
        """))  # fmt: skip
    assert out == "False True False\n"


def test_delayed_is_the_function_and_a_module(tmp_path):
    out = succeed(run_script(tmp_path, """
        import dask
        from dask.delayed import delayed
        print(dask.delayed is delayed, dask.delayed(len)("abc").compute())
        """))  # fmt: skip
    assert out == "True 3\n"


def test_the_script_runs_as_python_would_run_it(tmp_path):
    (tmp_path / "neighbour.py").write_text("value = 42")
    out = succeed(run_script(tmp_path, """
        import sys, neighbour
        print(__name__, sys.argv[1:], neighbour.value, __file__ == sys.argv[0], sys.modules["__main__"].__file__ == __file__)
        """, "--flag", "x y"))  # fmt: skip
    assert out == "__main__ ['--flag', 'x y'] 42 True True\n"


def test_a_symlinked_script_finds_its_neighbours(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "neighbour.py").write_text("value = 42")
    (tmp_path / "real" / "script.py").write_text("import neighbour; print(neighbour.value)")
    (tmp_path / "link.py").symlink_to(tmp_path / "real" / "script.py")
    done = subprocess.run([sys.executable, "-m", "cask", "run", "link.py"], capture_output=True, text=True, cwd=tmp_path)
    assert succeed(done) == "42\n"


def test_what_open_files_hold_is_written_at_the_end(tmp_path):
    # A file that lies in a cycle is closed by Python's collector of garbage alone.
    (tmp_path / "holder.py").write_text(textwrap.dedent("""
        class Holder:
            def __init__(self, path):
                self.itself = self
                self.file = open(path, "w")
                self.file.write("kept")

            def __del__(self):
                print("let go of", self.file.name)

        of_a_module = Holder("module")
        """))  # fmt: skip
    out = succeed(run_script(tmp_path, """
        import pandas, holder, atexit

        of_the_script = holder.Holder("script")
        plain = open("plain", "w")
        plain.write("kept")
        atexit.register(lambda: print("at exit,", plain.name))
        """))  # fmt: skip
    assert out.splitlines()[0] == "at exit, plain"
    assert sorted(out.splitlines()[1:]) == ["let go of module", "let go of script"]
    assert {(tmp_path / name).read_text() for name in ("module", "script", "plain")} == {"kept"}


def test_what_a_script_holds_is_let_go_of_at_the_end(tmp_path):
    (tmp_path / "neighbour.py").write_text(textwrap.dedent("""
        class Holder:
            def __init__(self, name):
                self.name, self.itself = name, self

            def __del__(self):
                print("let go of", self.name)

        def function():
            return of_a_module

        of_a_module = Holder("a module's")
        """))  # fmt: skip
    out = succeed(run_script(tmp_path, """
        import pandas, neighbour

        def function():
            return of_the_script

        of_the_script = neighbour.Holder("the script's")
        """))  # fmt: skip
    assert sorted(out.splitlines()) == ["let go of a module's", "let go of the script's"]


def test_run_a_module(tmp_path):
    (tmp_path / "mine.py").write_text("import sys, dask; print(__name__, sys.argv[1:], dask.__spec__.origin)")
    done = subprocess.run([sys.executable, "-m", "cask", "run", "-m", "mine", "a"], capture_output=True, text=True, cwd=tmp_path)
    assert succeed(done) == "__main__ ['a'] alias of cask\n"


def test_the_traceback_is_the_users_own(tmp_path):
    done = run_script(tmp_path, """
        def divide(a):
            return a / 0

        divide(1)
        """)  # fmt: skip
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].endswith('script.py", line 5, in <module>')
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "cask" not in done.stderr.replace(str(tmp_path), "")


def test_a_syntax_error_shows_the_line(tmp_path):
    done = run_script(tmp_path, "x = (1,\n")
    assert done.returncode == 1
    assert "script.py" in done.stderr and "SyntaxError" in done.stderr and "_run_script" not in done.stderr


@pytest.mark.parametrize(("end", "status"), [("sys.exit()", 0), ("sys.exit(3)", 3), ("sys.exit('no')", 1), ("raise SystemExit(7)", 7)])
def test_exit_status(tmp_path, end, status):
    assert run_script(tmp_path, f"import sys\n{end}").returncode == status


def test_interrupt_ends_the_process_by_the_signal(tmp_path):
    done = run_script(tmp_path, "raise KeyboardInterrupt")
    assert done.returncode == -signal.SIGINT
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"


def test_usage_errors():
    def cask(*args):
        return subprocess.run([sys.executable, "-m", "cask", *args], capture_output=True, text=True)

    assert cask("run", "absent.py").returncode == 2
    assert "no such file" in cask("run", "absent.py").stderr
    assert cask("run").returncode == 2
    assert "the nearest is 'run'" in cask("rnu").stderr
    assert "cask run SCRIPT" in cask("--help").stdout
    assert cask("--version").stdout.startswith("cask 0.")


def test_an_embedded_scheduler_stands_in_and_says_so_in_one_line(tmp_path, closed_address):
    done = run_script(tmp_path, f"""
        from distributed import Executor
        print(Executor({closed_address!r}))
        """)  # fmt: skip
    cores = len(os.sched_getaffinity(0))
    assert succeed(done) == f'<Client: scheduler="{closed_address}" processes=1 cores={cores}>\n'
    assert done.stderr == f"cask: no scheduler at {closed_address}; this script gets one of its own ({cores} cores)\n"


def test_a_listener_is_not_mistaken_for_a_scheduler(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        done = run_script(tmp_path, f"from distributed import Client; Client({address!r})")
    assert done.returncode == 1
    assert f"something listens at {address}" in done.stderr


def test_outside_of_cask_run_a_missing_scheduler_is_an_error(closed_address):
    from cask.distributed import Client

    with pytest.raises(OSError, match="there is no scheduler at"):
        Client(closed_address)
