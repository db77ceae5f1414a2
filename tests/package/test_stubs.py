"""The type stubs say what the modules are: names, parameters, defaults."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cask

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = Path(cask.__file__).parent


# Written by hand; those of cask.array and cask.dataframe are made by `make stubs`.
BY_HAND = ["cask._delayed", "cask.base", "cask.config", "cask.diagnostics", "cask.distributed"]


def test_there_are_stubs():
    assert (PACKAGE / "py.typed").exists()
    for name in ["cask", "cask.array", "cask.dataframe", *BY_HAND]:
        stub = PACKAGE.parent.joinpath(*name.split("."))
        assert stub.with_suffix(".pyi").exists() or (stub / "__init__.pyi").exists(), name


def test_stubs_agree_with_the_modules(tmp_path):
    pytest.importorskip("mypy.stubtest")
    environment = dict(os.environ)
    if PACKAGE.parent.name != "site-packages":  # mypy looks there by itself
        environment["MYPYPATH"] = str(PACKAGE.parent)
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "--concise", *BY_HAND], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["array", "dataframe"])
def test_made_stubs_are_up_to_date(name):
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import make_stubs
    finally:
        sys.path.pop(0)
    assert (PACKAGE / name / "__init__.pyi").read_text() == make_stubs.stub_of(f"cask.{name}"), "run `make stubs`"
