#!/bin/sh
# Installs, uses, upgrades, removes and purges the .deb in a bare Debian, which this script makes. It needs
# root and a mirror.
set -eu
cd "$(dirname "$0")/.."
arch=$(dpkg --print-architecture)
scratch=$(mktemp -d)
root=$scratch/root
receiver=

say() { printf 'trial: %s\n' "$*"; }

clean_up() {
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  if mountpoint --quiet "$root/proc" && ! umount "$root/proc"; then
    say "$root/proc is still mounted, so $scratch stays"
  else
    rm -rf --one-file-system "$scratch"
  fi
}
trap clean_up EXIT

# expect WHAT COMMAND...: fails with WHAT unless COMMAND succeeds
expect() {
  what=$1
  shift
  "$@" || {
    say "failed: $what"
    exit 1
  }
  say "ok: $what"
}

inside() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

# apt ARGUMENT...: shows the output of apt-get only if it fails
apt() {
  inside apt-get --yes "$@" >"$scratch/apt.log" 2>&1 || {
    cat "$scratch/apt.log" >&2
    exit 1
  }
}

# Lists all files with their modes and owners, except for the files that apt and dpkg keep.
listing() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/lib/dpkg \
    -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log \) -prune \
    -o -printf '%p %M %U:%G %l\n' | sort)
}

# listen PORT: starts a receiver of one event inside, and sets $url
listen() {
  mkfifo "$scratch/announcement"
  inside metrics-event listen --port "$1" --count 1 --timeout 60s \
    >"$scratch/arrived" 2>"$scratch/announcement" &
  receiver=$!
  read -r announcement <"$scratch/announcement"
  rm "$scratch/announcement"
  url=${announcement##* }
}

# arrived TEXT: waits for the receiver, and looks for TEXT in the event that it got
arrived() {
  wait "$receiver"
  receiver=
  grep -qF "$1" "$scratch/arrived"
}

event() { inside metrics-event runner-installed --flavor "$@" --duration 12.5; }

waiting() { inside sh -c 'find /var/spool/metrics-event/new -type f | wc -l'; }

deb=$(packaging/build.sh "$arch" deb)
version=$(dpkg-deb --field "$deb" Version)
later=$version+later
SOURCE_DATE_EPOCH=$(date +%s) cpack --config build/release/CPackConfig.cmake -G DEB -B "$scratch/later" \
  -D CPACK_PACKAGE_VERSION="$later" >/dev/null 2>&1

say 'making a bare root'
mmdebstrap --quiet --variant=apt bookworm "$root" /etc/apt/sources.list.d/debian.sources
cp /etc/resolv.conf "$root/etc/"
mount -t proc proc "$root/proc"
apt update
apt install ca-certificates # whose hooks write many files
listing >"$scratch/before"
cp "$deb" "$scratch/later/metrics-event_${later}_$arch.deb" "$root/tmp/"

apt install "/tmp/metrics-event_${version}_$arch.deb"
expect 'it is installed' test "$(inside metrics-event --version | cut -d ' ' -f 1,2)" = "metrics-event $version"
expect 'nothing else was installed with it' test "$(grep -c '^Setting up' "$scratch/apt.log")" -eq 1
expect 'the spool is there' test "$(stat --format '%a %U' "$root/var/spool/metrics-event")" = '700 root'
expect 'the timer is enabled' test -L \
  "$root/etc/systemd/system/timers.target.wants/metrics-event-flush.timer"
expect 'the path unit is not' test ! -e "$root/etc/systemd/system/paths.target.wants"
listen 0
expect 'an event is sent' event small --url "$url"
expect 'it arrives' arrived '"flavor":"small","duration":12.5'

printf 'url = "%s"\nspool = true\nretries = 0\n' "$url" >"$root/etc/metrics-event/config.toml"
rm "$root/etc/systemd/system/timers.target.wants/metrics-event-flush.timer" # as systemctl disable does
expect 'an event that cannot be delivered is spooled' event medium --quiet
apt install "/tmp/metrics-event_${later}_$arch.deb"
expect 'the upgrade installs the later version' inside dpkg --compare-versions "$later" eq \
  "$(inside dpkg-query --show metrics-event | cut -f 2)"
expect 'the upgrade keeps the spool' test "$(waiting)" = 1
expect 'the upgrade keeps the configuration' grep -q '^spool = true$' "$root/etc/metrics-event/config.toml"
expect 'the upgrade keeps the timer disabled' test ! -e \
  "$root/etc/systemd/system/timers.target.wants/metrics-event-flush.timer"
port=${url##*:}
listen "${port%%/*}"
expect 'the spool is flushed' inside metrics-event flush
expect 'the spooled event arrives unchanged' arrived '"flavor":"medium"'

expect 'another event is spooled' event large --quiet
apt remove metrics-event
expect 'a removal keeps the spool' test "$(waiting)" = 1
expect 'a removal keeps the configuration' test -e "$root/etc/metrics-event/config.toml"
apt purge metrics-event
expect 'a purge keeps the event' test "$(waiting)" = 1
expect 'a purge says so' grep -q '/var/spool/metrics-event stays' "$scratch/apt.log"
rm -r "$root/var/spool/metrics-event"
listing >"$scratch/after"
expect 'a purge leaves no other file' diff "$scratch/before" "$scratch/after"

apt install "/tmp/metrics-event_${version}_$arch.deb"
apt purge metrics-event
listing >"$scratch/after"
expect 'without events, a purge leaves no file' diff "$scratch/before" "$scratch/after"
