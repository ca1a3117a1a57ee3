#!/bin/sh
# usage: release.sh VERSION
# Checks everything that a release needs, then tags the commit.
set -eu
cd "$(dirname "$0")/.."

refuse() {
  printf 'release: %s\n' "$*" >&2
  exit 1
}

version=${1:-}
printf '%s\n' "$version" | grep -qxE '(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}' ||
  refuse "expected a version such as 1.2.3, got \"$version\""
tag=v$version

[ -z "$(git status --porcelain)" ] || refuse 'there are uncommitted changes; see git status'
! git rev-parse --quiet --verify "refs/tags/$tag" >/dev/null || refuse "$tag is tagged already"
newest=$(git tag --list 'v[0-9]*' --sort=-version:refname | head -n 1)
if [ -n "$newest" ]; then
  last=$(printf '%s\n%s\n' "$newest" "$tag" | sort --version-sort | tail -n 1)
  [ "$last" = "$tag" ] || refuse "$tag is older than the newest tag, $newest"
fi
grep -q "^project(metrics-event VERSION $version " CMakeLists.txt ||
  refuse "CMakeLists.txt has a version other than $version"
heading=$(grep -m 1 '^## ' CHANGELOG.md)
printf '%s\n' "$heading" | grep -qxE "## $version — [0-9]{4}-[0-9]{2}-[0-9]{2}" ||
  refuse "CHANGELOG.md should have \"## $version — $(date +%F)\" first, but has \"$heading\""

./dev lint
./dev test
./dev fuzz 60
./dev package
./dev package arm64
./dev package image
./dev package image arm64

[ -z "$(git status --porcelain)" ] || refuse 'the checks changed something; see git status'
notes=$(sed -n "/^## $version /,/^## /{/^## /d;p}" CHANGELOG.md)
git tag --cleanup=whitespace --annotate "$tag" --message "metrics-event $version" --message "$notes"
printf 'release: tagged; publish it with: git push origin %s\n' "$tag"
