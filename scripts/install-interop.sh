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
postfix postfix
LIST
scripts/install-debian.sh "${missing[@]}"

# Debian's awscli is older than durable functions, and npm has none: this one is brought along. The check that needs it fails without.
command -v aws >/dev/null || cat >&2 <<'SAYS'
aws, AWS's command line, is missing, and no package of Debian's knows durable functions yet. Install it from AWS
(https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html), or with pip: pip install awscli
Everything else runs without it; the check of the command line fails.
SAYS
