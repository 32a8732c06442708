#!/usr/bin/env bash
# fuzz.sh TIME fuzzes every target of the module for that long, one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rEo --include='*_test.go' --exclude-dir=node_modules --exclude-dir=.cache '^func Fuzz[A-Za-z0-9_]*' . | sort |
  while IFS=: read -r file target; do
    target=${target#func }
    echo "$(dirname "$file") $target"
    go test -run='^$' -fuzz="^$target\$" -fuzztime="$1" "$(dirname "$file")" </dev/null
  done
