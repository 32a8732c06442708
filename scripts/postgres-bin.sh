#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs, which Debian keeps out of PATH. Fails when there is none.
set -euo pipefail
candidates=()
if command -v pg_config >/dev/null; then candidates+=("$(pg_config --bindir)"); fi
if command -v initdb >/dev/null; then candidates+=("$(dirname "$(readlink -f "$(command -v initdb)")")"); fi
while IFS= read -r dir; do candidates+=("$dir"); done < <(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -rV)
for dir in "${candidates[@]}"; do
  if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then echo "$dir"; exit 0; fi
done
echo "no PostgreSQL server found: install the package postgresql" >&2
exit 1
