#!/bin/sh
# usage: build.sh ARCH [deb|rpm|tar|image]...
# Makes packages for amd64 or arm64 in build/packages, with their checksums, and prints their paths. By
# default these are all but the image. The same commit gives the same bytes.
set -eu
cd "$(dirname "$0")/.."
umask 022
arch=$1
shift
[ $# -gt 0 ] || set -- deb rpm tar

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct || stat --format %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH
packages=$PWD/build/packages
version=$(sed -n 's/^project(metrics-event VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
mkdir -p "$packages"
# Packages of another version would end up among the checksums.
find "$packages" -type f ! -name "metrics-event[-_]$version*" -delete

suffix=
[ "$arch" = "$(dpkg --print-architecture)" ] || suffix=-$arch

# build PRESET
build() {
  cmake --preset "$1" --no-warn-unused-cli >/dev/null
  cmake --build --preset "$1" >/dev/null
}

# pack BUILD GENERATOR: makes a package with CPack
pack() {
  rm -rf "$1/pack"
  cpack --config "$1/CPackConfig.cmake" -G "$2" -B "$1/pack" >"$1/pack.log" 2>&1 || {
    cat "$1/pack.log" >&2
    exit 1
  }
  for package in "$1"/pack/metrics-event*.*; do
    mv "$package" "$packages/"
    printf '%s\n' "$packages/${package##*/}"
  done
}

# stage BUILD: installs the static program and its files into BUILD/pack/$name
name=metrics-event-$version-linux-$arch
stage() {
  build "static$suffix"
  rm -rf "$1/pack"
  DESTDIR=$1/pack cmake --install "$1" --prefix "/$name" --strip >/dev/null
}

# tarball BUILD: packs them
tarball() {
  cp packaging/install.sh LICENSE "$1/pack/$name"
  tar --create --directory "$1/pack" --sort=name --mtime="@$SOURCE_DATE_EPOCH" \
    --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX "$name" |
    gzip -9n >"$packages/$name.tar.gz"
  printf '%s\n' "$packages/$name.tar.gz"
}

for kind in "$@"; do
  case $kind in
    deb)
      build "release$suffix"
      pack "$PWD/build/release$suffix" DEB
      ;;
    rpm)
      build "static$suffix"
      pack "$PWD/build/static$suffix" RPM
      ;;
    tar)
      stage "$PWD/build/static$suffix"
      tarball "$PWD/build/static$suffix"
      ;;
    image)
      stage "$PWD/build/static$suffix"
      packaging/image.sh "build/static$suffix/pack/$name" "$arch" "$version" "$packages/$name.oci.tar"
      printf '%s\n' "$packages/$name.oci.tar"
      ;;
    *)
      printf 'build.sh: unknown kind of package "%s"\n' "$kind" >&2
      exit 64
      ;;
  esac
done
cd "$packages"
sha256sum metrics-event* >SHA256SUMS
