#!/bin/sh
# usage: image.sh TREE ARCH VERSION ARCHIVE
# Makes an OCI archive according to Containerfile, from the program and the licences in TREE, which has the
# contents of the tarball, and from the authorities in Debian's package ca-certificates. It pulls nothing.
# If it does not run as root, it needs subordinate user ids, which Debian gives to each account.
set -eu
tree=$1
arch=$2
version=$3
archive=$4
containerfile=$(dirname "$0")/Containerfile
authorities=/usr/share/ca-certificates/mozilla
scratch=$(mktemp -d)
trap clean_up EXIT

buildah() {
  command buildah --root "$scratch/storage" --runroot "$scratch/run" --storage-driver vfs "$@"
}

# The storage may hold files of the subordinate user ids.
clean_up() {
  if [ "$(id -u)" -eq 0 ]; then rm -rf "$scratch"; else buildah unshare rm -rf "$scratch"; fi
}

root=$scratch/context/root
mkdir -p "$root/etc/metrics-event" "$root/etc/ssl/certs" "$root/usr/bin" "$root/var/lib" \
  "$root/usr/share/doc/metrics-event" "$root/usr/share/doc/ca-certificates" \
  "$scratch/context/state/metrics-event"
chmod 700 "$scratch/context/state/metrics-event"
cp "$tree/bin/metrics-event" "$root/usr/bin/"
for name in LICENSE copyright LGPL-2.1; do
  cp "$tree/share/doc/metrics-event/$name" "$root/usr/share/doc/metrics-event/"
done
cp /usr/share/doc/ca-certificates/copyright "$root/usr/share/doc/ca-certificates/"
# The list in /etc/ssl is not used, because an administrator may have added authorities to it.
LC_ALL=C
export LC_ALL
cat "$authorities"/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"

image=metrics-event:$version
buildah build --quiet --pull-never --isolation chroot --arch "$arch" --identity-label=false \
  --timestamp "$SOURCE_DATE_EPOCH" --build-arg "VERSION=$version" --file "$containerfile" \
  --tag "$image" "$scratch/context" >/dev/null
buildah push --quiet "$image" "oci:$scratch/layout:$image"
tar --create --directory "$scratch/layout" --sort=name --mtime="@$SOURCE_DATE_EPOCH" \
  --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --file "$archive" blobs index.json oci-layout
