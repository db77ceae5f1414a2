"""`import cask` brings in nothing that it need not."""

import subprocess
import sys


def loaded_by(statement):
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split())


def test_import_cask_is_light():
    loaded = loaded_by("import cask")
    assert not loaded & {"pandas", "numpy", "pyarrow", "cask._core"}


def test_import_of_the_parts_leaves_pandas_alone():
    assert "pandas" not in loaded_by("import cask.dataframe, cask.array, cask.distributed")


def test_the_command_is_light():
    assert not loaded_by("import cask.__main__") & {"pandas", "numpy", "pyarrow", "cask._core"}


def test_public_names():
    import cask

    assert set(cask.__all__) >= {"array", "compute", "dataframe", "delayed", "persist", "read_csv"}
    assert set(dir(cask)) >= set(cask.__all__)
    for name in cask.__all__:
        assert getattr(cask, name) is not None
