#!/usr/bin/env bash
# install-debian.sh PACKAGE... installs Debian packages, as root or with sudo. Services that come with them are not started,
# and nothing is removed: of mail servers, for one, Debian has only one at a time.
# Where it cannot, it says what is lacking and fails: a check that is left out is a check that fails.
set -euo pipefail
[ $# -gt 0 ] || exit 0

lacking() {
  echo "The tests need these Debian packages or their like, and $1: $packages" >&2
  exit 1
}

packages="$*"
command -v apt-get >/dev/null || lacking "there is no apt-get to install them"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || lacking "there is neither root nor sudo to install them"
  as_root=(sudo)
fi
# Debian asks this file before it starts a service. A machine that has one of its own keeps it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
# Postfix that nobody configured does not run, also after the next start of the machine.
if [[ " $packages " == *" postfix "* ]]; then
  echo "postfix postfix/main_mailer_type select No configuration" | "${as_root[@]}" debconf-set-selections
fi
echo "Installing $packages"
"${as_root[@]}" apt-get update -qq || lacking "apt-get update failed"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-remove --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null ||
  lacking "apt-get could not install them"
