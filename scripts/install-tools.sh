#!/usr/bin/env bash
# Installs what the tests need and is not there: PostgreSQL, Chromium with fonts, a C compiler for the race detector.
# Where it cannot, it says what is lacking and fails: a check that is left out is a check that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=() # Debian packages
scripts/postgres-bin.sh >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
[ -d /usr/share/fonts/truetype/liberation ] || [ -d /usr/share/fonts/truetype/liberation2 ] || missing+=(fonts-liberation)
command -v "$(go env CC)" >/dev/null || missing+=(gcc libc6-dev)
[ ${#missing[@]} -eq 0 ] && exit 0

lacking() {
  echo "The tests need these Debian packages or their like, and $1: ${missing[*]}" >&2
  exit 1
}

command -v apt-get >/dev/null || lacking "there is no apt-get to install them"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || lacking "there is neither root nor sudo to install them"
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq || lacking "apt-get update failed"
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || lacking "apt-get could not install them"
