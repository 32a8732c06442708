#!/usr/bin/env bash
# with-postgres.sh CMD... runs a command with TEST_POSTGRES_URL naming a throw-away PostgreSQL on loopback, which is gone
# afterwards. If TEST_POSTGRES_URL is set already, that server is used. The exit code is the command's.
set -euo pipefail
if [ -n "${TEST_POSTGRES_URL:-}" ]; then exec "$@"; fi

bin=$("$(dirname "$0")/postgres-bin.sh")
dir=$(mktemp -d)
# The server refuses to run as root.
as_server=()
if [ "$(id -u)" = 0 ]; then
  as_server=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres: "$dir"
fi
# Linux ends the server where this script is killed. It would keep its port, and whatever file it has inherited.
ends_with_us=()
if setpriv --pdeathsig INT true 2>/dev/null; then ends_with_us=(setpriv --pdeathsig INT); fi
server=
stop() {
  if [ -n "$server" ]; then kill -QUIT "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; fi
  rm -rf "$dir"
}
trap stop EXIT

in_folder() { cd "$dir" && exec ${as_server[@]+"${as_server[@]}"} "$@"; } # in place of the subshell that calls it
(in_folder "$bin/initdb" -D "$dir/data" -U app -A trust -E UTF8 --no-locale --no-sync >/dev/null)
# Nothing here outlives the tests, so nothing is flushed to disk.
fast="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
start() {
  (in_folder ${ends_with_us[@]+"${ends_with_us[@]}"} "$bin/postgres" -D "$dir/data" -p "$1" -k "$dir" \
    -c listen_addresses=127.0.0.1 -c max_connections=300 $fast >"$dir/log" 2>&1) &
  server=$!
  until "$bin/pg_isready" -q -h "$dir" -p "$1" -U app; do # by the socket that is ours: another server may have the port
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.05
  done
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
