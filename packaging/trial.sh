#!/bin/sh
# The .deb in a bare Debian, which this makes: installed, used, upgraded, removed and purged.
# It takes root and a mirror.
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

# expect WHAT COMMAND...: COMMAND succeeds
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

# apt ARGUMENT...: what it does goes into a file that only a failure shows
apt() {
  inside apt-get --yes "$@" >"$scratch/apt.log" 2>&1 || {
    cat "$scratch/apt.log" >&2
    exit 1
  }
}

# All files with their modes and owners, but for what apt and dpkg keep for themselves.
listing() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/lib/dpkg \
    -o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log \) -prune \
    -o -printf '%p %M %U:%G %l\n' | sort)
}

# listen PORT: a receiver inside of one event, whose URL is then in $url
listen() {
  mkfifo "$scratch/announcement"
  inside metrics-event listen --port "$1" --count 1 --timeout 60s \
    >"$scratch/arrived" 2>"$scratch/announcement" &
  receiver=$!
  read -r announcement <"$scratch/announcement"
  rm "$scratch/announcement"
  url=${announcement##* }
}

# arrived TEXT: what the receiver got, when it has got all, holds this
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
apt install ca-certificates # which has hooks that write much
listing >"$scratch/before"
cp "$deb" "$scratch/later/metrics-event_${later}_$arch.deb" "$root/tmp/"

apt install "/tmp/metrics-event_${version}_$arch.deb"
expect 'it is installed' test "$(inside metrics-event --version)" = "metrics-event $version"
expect 'nothing else came with it' test "$(grep -c '^Setting up' "$scratch/apt.log")" -eq 1
expect 'the spool is there' test "$(stat --format '%a %U' "$root/var/spool/metrics-event")" = '700 root'
expect 'the timer is enabled' test -L \
  "$root/etc/systemd/system/timers.target.wants/metrics-event-flush.timer"
expect 'the path unit is not' test ! -e "$root/etc/systemd/system/paths.target.wants"
listen 0
expect 'one command' event small --url "$url"
expect 'is an event in a receiver' arrived '"flavor":"small","duration":12.5'

printf 'url = "%s"\nspool = true\nretries = 0\n' "$url" >"$root/etc/metrics-event/config.toml"
rm "$root/etc/systemd/system/timers.target.wants/metrics-event-flush.timer" # as systemctl disable does
expect 'what cannot be delivered waits' event medium --quiet
apt install "/tmp/metrics-event_${later}_$arch.deb"
expect 'an upgrade is one' inside dpkg --compare-versions "$later" eq \
  "$(inside dpkg-query --show metrics-event | cut -f 2)"
expect 'it keeps the spool' test "$(waiting)" = 1
expect 'it keeps the configuration' grep -q '^spool = true$' "$root/etc/metrics-event/config.toml"
expect 'it keeps the timer disabled' test ! -e \
  "$root/etc/systemd/system/timers.target.wants/metrics-event-flush.timer"
port=${url##*:}
listen "${port%%/*}"
expect 'what waits is delivered' inside metrics-event flush
expect 'as it was' arrived '"flavor":"medium"'

expect 'another event waits' event large --quiet
apt remove metrics-event
expect 'removing it keeps the spool' test "$(waiting)" = 1
expect 'removing it keeps the configuration' test -e "$root/etc/metrics-event/config.toml"
apt purge metrics-event
expect 'purging it keeps the event' test "$(waiting)" = 1
expect 'and says so' grep -q '/var/spool/metrics-event stays' "$scratch/apt.log"
rm -r "$root/var/spool/metrics-event"
listing >"$scratch/after"
expect 'nothing else is left' diff "$scratch/before" "$scratch/after"

apt install "/tmp/metrics-event_${version}_$arch.deb"
apt purge metrics-event
listing >"$scratch/after"
expect 'without events nothing at all is left' diff "$scratch/before" "$scratch/after"
