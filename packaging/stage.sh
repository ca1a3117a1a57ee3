#!/bin/sh
# usage: stage.sh DEB|RPM ROOT VERSION MAINTAINER
# Turns an installation below ROOT into the contents of a distribution package.
set -eu
generator=$1
root=$2
version=$3
maintainer=$4
source=$(dirname "$0")/..
doc=$root/usr/share/doc/metrics-event

# changelog: prints the section of this version in CHANGELOG.md as a Debian changelog
changelog() {
  printf 'metrics-event (%s) stable; urgency=medium\n\n' "$version"
  sed -n "/^## ${version%%[~+]*} /,/^## /{/^#/d;p}" "$source/CHANGELOG.md" |
    awk '/^- / { if (item) print item; item = substr($0, 3); next }
         /^  / { item = item " " substr($0, 3) }
         END   { print item }' | fold -s -w 74 |
    awk 'previous !~ / $/ { print "  * " $0 } previous ~ / $/ { print "    " $0 } { previous = $0 }' |
    sed 's/ *$//'
  printf '\n -- %s  %s\n' "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

mkdir "$root/etc" "$root/etc/metrics-event"
mv "$doc/config.toml" "$root/etc/metrics-event/"
find "$root/usr/share/man" -type f -exec gzip -9n {} +
if [ "$generator" = DEB ]; then
  mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
  changelog | gzip -9n >"$doc/changelog.gz"
  rm "$doc/LICENSE"
  mkdir -p "$root/usr/share/lintian/overrides"
  cp "$source/packaging/debian/lintian-overrides" "$root/usr/share/lintian/overrides/metrics-event"
fi
chmod -R u=rwX,go=rX "$root"
find "$root" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
