"""The type stubs say what the modules are: names, parameters, defaults."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cask

PACKAGE = Path(cask.__file__).parent


def stubbed_modules():
    for stub in sorted(PACKAGE.rglob("*.pyi")):
        parts = stub.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_there_are_stubs():
    assert (PACKAGE / "py.typed").exists()
    assert {"cask", "cask.base", "cask.distributed"} <= set(stubbed_modules())


def test_stubs_agree_with_the_modules(tmp_path):
    pytest.importorskip("mypy.stubtest")
    environment = dict(os.environ)
    if PACKAGE.parent.name != "site-packages":  # mypy looks there by itself
        environment["MYPYPATH"] = str(PACKAGE.parent)
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "--concise", "cask"], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
