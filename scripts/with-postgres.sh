#!/usr/bin/env bash
# with-postgres.sh CMD... runs a command with TEST_POSTGRES_URL naming a throw-away PostgreSQL on loopback, which is gone
# afterwards. If TEST_POSTGRES_URL is set already, that server is used. The exit code is the command's.
set -euo pipefail
if [ -n "${TEST_POSTGRES_URL:-}" ]; then exec "$@"; fi

bin=$("$(dirname "$0")/postgres-bin.sh")
dir=$(mktemp -d)
# The server refuses to run as root.
as_server() {
  if [ "$(id -u)" = 0 ]; then
    (cd "$dir" && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}
if [ "$(id -u)" = 0 ]; then chown postgres: "$dir"; fi
stop() {
  as_server "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

as_server "$bin/initdb" -D "$dir/data" -U app -A trust -E UTF8 --no-locale --no-sync >/dev/null
# Nothing here outlives the tests, so nothing is flushed to disk.
fast="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
start() {
  as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w \
    -o "-p $1 -k $dir -c listen_addresses=127.0.0.1 -c max_connections=300 $fast" start >/dev/null 2>&1
}
port=
for _ in 1 2 3 4 5 6 7 8; do # the port may be taken
  try=$((20000 + RANDOM % 12000)) # below the range that the kernel gives to clients
  if start "$try"; then port=$try; break; fi
done
if [ -z "$port" ]; then
  echo "PostgreSQL did not start:" >&2
  cat "$dir/log" >&2
  exit 1
fi
TEST_POSTGRES_URL="postgres://app@127.0.0.1:$port/postgres?sslmode=disable" "$@"
