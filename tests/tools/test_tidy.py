"""tools/tidy.py finds what it should in a small project, and nothing in a clean one."""

import subprocess
import sys
from pathlib import Path

import pytest

TIDY = Path(__file__).resolve().parent.parent.parent / "tools" / "tidy.py"

CLEAN = {
    "tools/tidy.py": TIDY.read_text(),
    "cpp/cask/data/CMakeLists.txt": "cask_folder(data SOURCES column.cc DEPENDS base)\n",
    "cpp/cask/data/column.cc": '#include "cask/base/error.h"\n\nint Length() {\n  return 1;\n}\n',
    "cpp/cask/base/error.h": "// Errors.\n#pragma once\n",
    "README.md": "See `cpp/cask/base/error.h` and [the licence](LICENSE).\n",
    "LICENSE": "BSD\n",
}


def tidy(tmp_path, **changed):
    for name, text in (CLEAN | {name.replace("__", "/"): text for name, text in changed.pop("files", {}).items()}).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    done = subprocess.run([sys.executable, tmp_path / "tools/tidy.py"], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_a_clean_project_is_in_order(tmp_path):
    assert tidy(tmp_path) == (0, f"tidy: {len(CLEAN)} files are in order\n")


FUNCTION = "int Long() {\n" + "  ++x;\n" * 125 + "  return 1;\n}\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cpp/cask/base/error.h", '#include "cask/data/column.h"\n', "cpp/cask/base/error.h:1: base may not include from data"),
        ("cpp/cask/data/column.cc", FUNCTION, "cpp/cask/data/column.cc:Long: 128 lines, the cap is 120"),
        ("cpp/cask/data/column.cc", "// x\n" * 901, "cpp/cask/data/column.cc: 901 lines, the cap is 900"),
        ("cpp/cask/data/column.cc", "#include <arrow/api.h>\n", "is an umbrella"),
        ("cpp/cask/data/column.cc", "int x = std::rand();\n", "randomness is seeded"),
        ("cpp/cask/data/column.cc", "// TO" + "DO: more\n", "unfinished business"),
        ("cpp/cask/data/column.cc", "int x; \n", "column.cc:1: spaces at the end"),
        ("cpp/cask/data/column.cc", "void F() {\n  throw 1;\n}\n", "errors are Status and Result"),
        ("cpp/cask/data/other.cc", "int y;\n", "cpp/cask/data/other.cc: no CMakeLists.txt names it"),
        ("cpp/cask/base/util.h", "\n", "names a drawer"),
        ("include/cask/frame.h", '#include "cask/data/column.h"\n', "is not installed"),
        ("README.md", "See `cpp/cask/absent.h`.\n", "README.md:1: there is no cpp/cask/absent.h"),
        ("README.md", "See [this](absent.md).\n", "README.md:1: the link leads nowhere: absent.md"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, name, text, message):
    status, out = tidy(tmp_path, files={name: text})
    assert status == 1
    assert message in out


def test_exceptions_may_shrink_only(tmp_path):
    long = {"cpp/cask/data/column.cc": FUNCTION}
    listed = "tools/tidy_exceptions.txt"
    assert tidy(tmp_path, files=long | {listed: "cpp/cask/data/column.cc:Long 128\n"})[0] == 0
    assert "it may shrink only" in tidy(tmp_path, files=long | {listed: "cpp/cask/data/column.cc:Long 127\n"})[1]
    assert "has shrunk to 128" in tidy(tmp_path, files=long | {listed: "cpp/cask/data/column.cc:Long 130\n"})[1]
    assert "take it out" in tidy(tmp_path, files={listed: "cpp/cask/data/column.cc:Long 130\n"})[1]
