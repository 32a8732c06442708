#!/usr/bin/env bash
# Fails when `make generate` changes anything. It compares contents before and after, so that it is right in a tree with
# changes that are not committed yet, and needs no git.
set -euo pipefail
cd "$(dirname "$0")/.."

contents() {
  find . \( -path ./node_modules -o -path ./.cache -o -path ./.git -o -path ./bin -o -path ./data \) -prune -o \
    \( -name '*.go' -o -name '*.templ' -o -path './static/*' \) -type f -print0 | sort -z | xargs -0 sha256sum
}

before=$(contents)
make --no-print-directory generate
after=$(contents)
if [ "$before" != "$after" ]; then
  echo "Generated files were not fresh. make generate has changed these just now; commit them with their sources:"
  diff <(echo "$before") <(echo "$after") | awk '/^[<>]/ {print "  " $3}' | sort -u
  exit 1
fi
