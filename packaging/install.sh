#!/bin/sh
# Installs the files beside this script, or removes them again. It never touches configuration and spool.
set -eu
umask 022

usage() {
  cat <<'END'
usage: ./install.sh [--prefix DIR] [--uninstall]

  --prefix DIR   install below DIR instead of /usr/local
  --uninstall    remove the installed files; disable any units you enabled first
  --help         print this

The variable DESTDIR is put before the prefix. systemd finds units only below /usr and
/usr/local.
END
}

refuse() {
  printf 'install.sh: error: %s\n' "$*" >&2
  exit 64
}

prefix=/usr/local
task=install
while [ $# -gt 0 ]; do
  case $1 in
    --prefix)
      [ $# -gt 1 ] || refuse '--prefix takes a directory'
      prefix=$2
      shift
      ;;
    --prefix=*) prefix=${1#*=} ;;
    --uninstall) task=uninstall ;;
    -h | --help)
      usage
      exit
      ;;
    *) refuse "unknown argument \"$1\"; see --help" ;;
  esac
  shift
done
case $prefix in
  /*) ;;
  *) refuse "--prefix takes an absolute path, got \"$prefix\"" ;;
esac
to=${DESTDIR:-}${prefix%/}
cd "$(dirname "$0")"

install_file() {
  mode=644
  [ ! -x "$1" ] || mode=755
  mkdir -p "$to/${1%/*}"
  # A running program cannot be overwritten, but its file can be replaced.
  rm -f "$to/$1"
  cp "$1" "$to/$1"
  chmod "$mode" "$to/$1"
  printf 'installed %s\n' "$to/$1"
}

remove_file() {
  [ -e "$to/$1" ] || return 0
  rm "$to/$1"
  printf 'removed %s\n' "$to/$1"
}

if [ "$task" = install ]; then
  find bin lib share -type f | sort | while read -r file; do install_file "$file"; done
else
  find bin lib share -type f | sort | while read -r file; do remove_file "$file"; done
  # Other directories may have existed before.
  find share -depth -type d -path 'share/doc/metrics-event*' | while read -r directory; do
    rmdir "$to/$directory" 2>/dev/null || true
  done
fi
