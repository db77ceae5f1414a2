#!/bin/bash
# Runs the tests whose name matches: C++ tests (gtest's filter, *PATTERN*) and Python tests (pytest's -k).
#   tools/one_test.sh PATTERN
set -euo pipefail
cd "$(dirname "$0")/.."
pattern=${1:?usage: make t F=pattern}

found=0
name=${pattern%%.*}
for owner in $(grep -rlE "TEST(_F|_P)?\(\w*$name\w*|TEST(_F|_P)?\(\w+, *\w*$name\w*" cpp --include='*_test.cc' | cut -d/ -f3 | sort -u); do
  found=1
  # By the ninja that the package was built with: another version would build everything again.
  cmake --build build/release --target "${owner}_test" -- --quiet
  "$(find build/release -name "${owner}_test" -type f -executable)" --gtest_filter="*$pattern*"
done

if grep -rqE "def test_\w*$pattern|class \w*$pattern" tests --include='*.py' 2>/dev/null; then
  found=1
  .venv/bin/python -m pytest -q tests -k "$pattern"
fi
[ "$found" = 1 ] || { echo "cask: no test matches $pattern" >&2; exit 1; }
