#!/bin/bash
# Runs a command with its output in a log; shows the end of the log if the command fails.
#   tools/quietly.sh LOG COMMAND...
log=$1
shift
mkdir -p "$(dirname "$log")"
if ! "$@" >"$log" 2>&1; then
  grep -nE '(error|Error|FAILED|fatal)' "$log" | tail -n 20 >&2
  tail -n 20 "$log" >&2
  echo "cask: error: this failed: $*" >&2
  echo "cask: error: all of its output is in $log" >&2
  exit 1
fi
