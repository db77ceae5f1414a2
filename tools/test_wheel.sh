#!/bin/bash
# Installs the wheel into an environment with nothing else in it, with no compiler to be had, and uses it.
#   tools/test_wheel.sh FOLDER_OF_THE_WHEEL
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
wheel=$(ls -t "$1"/cask-*.whl | head -n 1)
venv=$root/build/wheel-venv
log=$root/build/wheel-test.log
fail() { echo "cask: error: $*" >&2; exit 1; }

[ -x "$venv/bin/python" ] || "$root/.venv/bin/python" -m venv "$venv"
export CC=/bin/false CXX=/bin/false
"$venv/bin/python" -m pip install --disable-pip-version-check -q --only-binary :all: "$wheel" >"$log" 2>&1 &&
  "$venv/bin/python" -m pip install --disable-pip-version-check -q --no-deps --force-reinstall "$wheel" >>"$log" 2>&1 ||
  { tail -n 5 "$log" >&2; fail "the wheel could not be installed; see $log"; }

cd "$root/build"  # away from the sources
"$venv/bin/python" -c 'import importlib.util as u, sys; sys.exit(any(u.find_spec(name) for name in ("dask", "distributed")))' ||
  fail "$venv has Dask in it and should not"
"$venv/bin/cask" --version
"$venv/bin/cask" info >>"$log"
"$venv/bin/python" -m cask --help >>"$log"
"$venv/bin/cask" scheduler --help >>"$log"
"$venv/bin/python" - "$venv" "$root" <<'PYTHON'
import os, subprocess, sys

import cask

assert "pandas" not in sys.modules, "import cask imports pandas"
venv, root = sys.argv[1:]
package = os.path.dirname(cask.__file__)
assert package.startswith(venv), package
for name in ("py.typed", "lib/libcask.so.0", "lib/libhwy.so.1", "lib/liblzma.so.5", "lib/libssl.so.3", "lib/libcrypto.so.3", "bin/cask-node", "lib/cmake/cask/caskConfig.cmake"):
    assert os.path.exists(os.path.join(package, name)), f"the wheel lacks {name}"

# Whatever is loaded must come with the wheel, with pyarrow, or with every Linux.
from cask import _core

everywhere = ("linux-vdso", "ld-linux", "libc.so", "libm.so", "libdl.so", "librt.so", "libpthread.so", "libstdc++.so", "libgcc_s.so")
for library in (_core.__file__, os.path.join(package, "lib/libcask.so.0"), os.path.join(package, "bin/cask-node")):
    for line in subprocess.run(["ldd", library], capture_output=True, text=True, check=True).stdout.splitlines():
        assert "not found" not in line, f"{library}: {line}"
        path = line.split("=>")[-1].split()[0]
        assert venv in path or any(os.path.basename(path).startswith(name) for name in everywhere), f"{library} needs {path}"
PYTHON

"$root/build/tools/make_taxi_data" --size 20MB "$root/build/wheel-taxi" 2>>"$log"
counted=$(TAXI_DATA=$root/build/wheel-taxi "$venv/bin/cask" run "$root/examples/nyc-taxi.py" 2>>"$log")
expected=$(tail -q -n +2 "$root"/build/wheel-taxi/*.csv | cut -d, -f12 | sort | uniq -c | sort -rn | awk '{ print $2, $1 }')
[ "$(echo "$counted" | awk '/^[1-5] / { print $1, $2 }')" = "$expected" ] || fail "the script counted:
$counted
and the data hold:
$expected"

unset CC CXX
cmake -S "$root/examples" -B "$root/build/wheel-examples" -G Ninja -Dcask_DIR="$("$venv/bin/cask" info --cmake-dir)" >>"$log" &&
  ninja -C "$root/build/wheel-examples" >>"$log" || { tail -n 20 "$log" >&2; fail "C++ against the wheel; see $log"; }
counted=$("$root/build/wheel-examples/nyc_taxi" "$root/build/wheel-taxi")
[ "$(echo "$counted" | awk '/^[1-5] / { print $1, $2 }')" = "$expected" ] || fail "the C++ program counted:
$counted
and the data hold:
$expected"
echo "cask: the wheel works in a clean environment, from Python and from C++" >&2
