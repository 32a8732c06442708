#!/usr/bin/env bash
# Installs what `make interop` runs beside the desk and is not there. Each line is a program and Debian's package of it.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
while read -r program package; do
  PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || missing+=("$package")
done <<'LIST'
nginx nginx
caddy caddy
apache2 apache2
haproxy haproxy
prometheus prometheus
LIST
scripts/install-debian.sh "${missing[@]}"
