#!/usr/bin/env bash
# Installs what the tests need and is not there: PostgreSQL, Chromium with fonts, a C compiler for the race detector.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=() # Debian packages
scripts/postgres-bin.sh >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
[ -d /usr/share/fonts/truetype/liberation ] || [ -d /usr/share/fonts/truetype/liberation2 ] || missing+=(fonts-liberation)
command -v "$(go env CC)" >/dev/null || missing+=(gcc libc6-dev)
scripts/install-debian.sh "${missing[@]}"
