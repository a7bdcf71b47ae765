#!/bin/sh
# Installs the Node packages when the lock file is newer than what is installed. Needs Node 20 or newer.
set -eu
cd "$(dirname "$0")/.."

version=$(node --version 2>/dev/null || true)
major=${version#v}
major=${major%%.*}
if [ -z "$major" ] || [ "$major" -lt 20 ]; then
  echo "nva needs Node.js 20 or newer, and here is ${version:-none}: see https://nodejs.org or your distribution's packages." >&2
  exit 1
fi
if ! command -v npm >/dev/null 2>&1; then
  echo "npm is missing: install your distribution's npm package." >&2
  exit 1
fi
stamp=node_modules/.package-lock.json
if [ -f "$stamp" ] && [ ! package-lock.json -nt "$stamp" ]; then exit 0; fi
echo "installing Node packages (npm ci)"
# A registry that does not answer must not look like a slow one.
npm ci --no-audit --no-fund --loglevel=error --fetch-retries=2 --fetch-timeout=60000
touch "$stamp"
