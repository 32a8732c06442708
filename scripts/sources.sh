#!/usr/bin/env bash
# Lists the Go files that people write, each ended by a NUL.
set -euo pipefail
cd "$(dirname "$0")/.."
find . \( -path ./node_modules -o -path ./.cache -o -path ./.git \) -prune -o -name '*.go' ! -name '*_templ.go' -print0
