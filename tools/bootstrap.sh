#!/bin/bash
# Makes sure that what Cask is built with is there: Debian packages, .venv and what is pip-installed in it.
# Does only what is missing; when nothing is, it takes a few hundredths of a second.
#
#   tools/bootstrap.sh            what the build needs
#   tools/bootstrap.sh test       and what the tests need
#   tools/bootstrap.sh bench      and what the benchmarks need
#
# PYTHON=/path/to/python3 chooses the Python that .venv is made from.
set -euo pipefail
cd "$(dirname "$0")/.."

say()  { echo "cask: $*" >&2; }
fail() { echo "cask: error: $*" >&2; exit 1; }

missing_debian_packages() {
  comm -13 <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort -u) \
           <(grep -v '^#' tools/debian-packages.txt | sort)
}

install_debian_packages() {
  if ! command -v dpkg-query >/dev/null; then
    command -v g++ >/dev/null && command -v cmake >/dev/null && command -v ninja >/dev/null ||
      fail "this is not a Debian system: install a C++20 compiler, cmake, ninja and what tools/debian-packages.txt lists by hand"
    return 0
  fi
  local missing
  mapfile -t missing < <(missing_debian_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "these Debian packages are missing, and you are not root and have no sudo: ${missing[*]}
      ask whoever runs this machine for: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "installing Debian packages: ${missing[*]}"
  local log=build/apt.log
  mkdir -p build
  export DEBIAN_FRONTEND=noninteractive
  if ! "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    # A fresh system has no package lists yet, an old one has stale ones.
    "${sudo[@]}" apt-get update -q >>"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; fail "apt-get update failed (no network?); all of its output is in $log"; }
    "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; fail "apt-get could not install: ${missing[*]}; all of its output is in $log"; }
  fi
}

check_compiler() {
  local compiler=${CXX:-g++}
  command -v "$compiler" >/dev/null || fail "there is no C++ compiler ($compiler): apt-get install g++"
  echo 'int main() { return 0; }' | "$compiler" -std=c++20 -x c++ -fsyntax-only - 2>/dev/null ||
    fail "$compiler ($("$compiler" -dumpfullversion 2>/dev/null)) cannot compile C++20; g++ 12 or later can"
}

# A Python fit for building: 3.11 or later, with its C headers and the module that makes pip.
python_is_fit() {
  "$1" - 2>/dev/null <<'PYTHON'
import os, sys, sysconfig, ensurepip, venv
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(0 if sys.version_info >= (3, 11) and os.path.exists(header) else 1)
PYTHON
}

choose_python() {
  local candidate
  for candidate in "${PYTHON:-}" /usr/bin/python3 python3; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null && python_is_fit "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  fail "no Python 3.11 or later with headers and venv was found (apt-get install python3-dev python3-venv)"
}

make_venv() {
  if [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    return 0
  fi
  local python
  python=$(choose_python)
  say "making .venv from $python ($("$python" --version))"
  "$python" -m venv .venv || fail "could not make .venv (is the disk full?)"
}

# Installs one list of requirements unless the very same list was installed before.
install_requirements() {
  local list=tools/requirements/$1.txt stamp=.venv/.cask-$1
  ! cmp -s "$list" "$stamp" || return 0
  say "installing Python packages: $(grep -v '^#' "$list" | tr '\n' ' ')"
  mkdir -p build
  .venv/bin/python -m pip install --disable-pip-version-check -q -r "$list" >build/pip.log 2>&1 ||
    { tail -n 5 build/pip.log >&2; fail "pip could not install $list (no network, or a full disk?); all of its output is in build/pip.log"; }
  cp "$list" "$stamp"
}

check_disk() {
  local free_kb
  free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
  [ "$free_kb" -ge 3000000 ] ||
    fail "building needs 3 GB of disk and $PWD has $((free_kb / 1000)) MB free"
}

[ -x .venv/bin/python ] && cmp -s tools/requirements/build.txt .venv/.cask-build || check_disk
install_debian_packages
check_compiler
[ -x .venv/bin/python ] || make_venv
install_requirements build
for list in "$@"; do
  install_requirements "$list"
done
