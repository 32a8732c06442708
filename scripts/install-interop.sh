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
pgbouncer pgbouncer
LIST
scripts/install-debian.sh "${missing[@]}"

command -v aws >/dev/null || {
  echo "aws is missing, AWS's command line. Debian's is older than durable functions: install it from AWS, or by pip install awscli" >&2
  exit 1
}
