#!/bin/sh
# Makes sure that system programs are there: `tools/system-packages.sh chromium-headless-shell postgresql`.
# As root on a Debian-like machine missing ones are installed; else it says what is missing and goes on (the tests that
# need them say so too, and fail under CI).
set -eu

present() {
  case "$1" in
    postgresql) ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb ;;
    sip-tester) command -v sipp ;;
    python3-venv) false ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

missing=""
for name in "$@"; do present "$name" || missing="$missing $name"; done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "· installing system packages:$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  # A database server that a package would start by itself is not wanted; the tests start their own.
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $missing fonts-noto-cjk >/dev/null
else
  echo "· missing on this machine, and only root can install them:$missing" >&2
fi
