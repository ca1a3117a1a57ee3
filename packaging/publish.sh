#!/bin/sh
# usage: publish.sh DIRECTORY
# Completes the packages of all architectures in DIRECTORY for a release: adds the static programs, under
# names without a version for releases/latest/download/NAME, and the checksums of all files.
set -eu
cd "$1"
for tarball in metrics-event-*-linux-*.tar.gz; do
  architecture=${tarball##*-linux-}
  program=metrics-event-linux-${architecture%.tar.gz}
  tar --extract --file "$tarball" --to-stdout --wildcards '*/bin/metrics-event' >"$program"
  chmod 755 "$program"
done
sha256sum metrics-event* >SHA256SUMS
