#!/bin/sh
# usage: reproduce.sh ARCH [KIND]...
# Makes the packages of the committed tree again, in another directory, and compares the bytes.
set -eu
cd "$(dirname "$0")/.."
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT

[ -z "$(git status --porcelain)" ] || {
  printf 'reproduce: there are uncommitted changes\n' >&2
  exit 1
}
packaging/build.sh "$@"
git clone --quiet --local . "$elsewhere/again"
CCACHE_DISABLE=1 "$elsewhere/again/packaging/build.sh" "$@"
cd build/packages
sha256sum --check "$elsewhere/again/build/packages/SHA256SUMS"
printf 'reproduce: the same bytes\n'
