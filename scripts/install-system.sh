#!/bin/sh
# Installs the Debian packages of one group, only those that are absent: install-system.sh lab|test|bench
#
# Starts no daemon and stops none: while packages are configured a policy-rc.d (Debian Policy 9.3.3.1) refuses every
# start, restart and stop, and what was there before comes back afterwards, also after a failure. Daemons that a
# package brings are left disabled, so that they do not start at the next boot either.
set -eu

LAB='openvswitch-switch iproute2 ethtool iputils-ping iputils-arping tcpdump procps util-linux'
TEST="$LAB openvswitch-vtep openvswitch-pki socat openssl redis-server"
BENCH="$LAB ovn-central ovn-host gcc libc6-dev python3 python3-os-ken redis-server"

case "${1:-}" in
  lab) wanted=$LAB ;;
  test) wanted=$TEST ;;
  bench) wanted=$BENCH ;;
  *) echo "usage: install-system.sh lab|test|bench" >&2; exit 2 ;;
esac

POLICY=/usr/sbin/policy-rc.d
SAVED=$POLICY.before-nva
MARK='# written by nva scripts/install-system.sh for the time of one installation'

restore_policy() {
  if [ -f "$POLICY" ] && grep -qF "$MARK" "$POLICY" 2>/dev/null; then rm -f "$POLICY"; fi
  if [ -e "$SAVED" ] || [ -L "$SAVED" ]; then mv -f "$SAVED" "$POLICY"; fi
}
# What an interrupted earlier run may have left.
[ "$(id -u)" -ne 0 ] || restore_policy

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "install-system.sh knows only Debian and Ubuntu: install these by hand: $wanted" >&2
  exit 1
fi
missing=''
for package in $wanted; do installed "$package" || missing="$missing $package"; done
missing=${missing# }
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then exec sudo -n sh "$0" "$@"; fi
  echo "These Debian packages are missing and installing them needs root: run 'sudo apt-get install $missing'." >&2
  exit 1
fi

trap restore_policy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -e "$POLICY" ] || [ -L "$POLICY" ]; then mv "$POLICY" "$SAVED"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$MARK" >"$POLICY"
chmod 755 "$POLICY"

# The services that packages bring.
units() {
  for package in "$@"; do dpkg-query -L "$package" 2>/dev/null; done |
    sed -n 's|^\(/usr\)\{0,1\}/lib/systemd/system/\([^/@]*\.service\)$|\2|p' | sort -u
}
installed_packages() {
  dpkg-query -W -f='${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort -u
}
before=$(installed_packages)

echo "installing: $missing"
log=$(mktemp)
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
# shellcheck disable=SC2086 # a list of package names
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  rm -f "$log"
  echo "apt-get could not install: $missing (its last lines are above)." >&2
  exit 1
fi
rm -f "$log"

if command -v systemctl >/dev/null 2>&1; then
  added=''
  for package in $(installed_packages); do
    printf '%s\n' "$before" | grep -qxF "$package" || added="$added $package"
  done
  # shellcheck disable=SC2086 # a list of package names
  daemons=$(units $added | grep -E '^(openvswitch|ovs|ovn|ovsdb|redis)' || true)
  if [ -n "$daemons" ]; then
    # shellcheck disable=SC2086 # a list of unit names
    systemctl disable $daemons >/dev/null 2>&1 || true
    echo "left disabled (systemctl enable --now starts them):" $daemons
  fi
fi
