#!/usr/bin/env bash
# no-skips.sh FILE fails when the output of `go test -json` in FILE tells of a skipped test: what is not checked is not right.
set -euo pipefail
skipped=$(grep '"Action":"skip"' "$1" | grep '"Test":' | sed -E 's/.*"Package":"([^"]*)","Test":"([^"]*)".*/  \1 \2/' | sort -u || true)
if [ -n "$skipped" ]; then
  printf 'Skipped tests count as failed:\n%s\n' "$skipped"
  exit 1
fi
