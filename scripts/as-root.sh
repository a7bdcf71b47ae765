#!/bin/sh
# Runs a command as root: directly, or by sudo where it asks no password; else says in one sentence what is needed.
# as-root.sh PURPOSE COMMAND...   (PURPOSE completes the sentence "PURPOSE needs root …")
set -eu
purpose=$1
shift
if [ "$(id -u)" -eq 0 ]; then exec "$@"; fi
if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  [ "$*" != true ] || exit 0
  exec sudo -n --preserve-env=KEEP,LAB_PREFIX,LAB_PROGRAM,TEST_TALLY "PATH=$PATH" "$@"
fi
echo "$purpose needs root, for network namespaces and TAP devices: run it as root, or by 'sudo $purpose'." >&2
exit 1
