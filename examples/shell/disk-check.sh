#!/bin/sh
# usage: disk-check.sh [PERCENT]
# Sends disk-full for each local file system that is at least PERCENT full, 90 by default. It needs the
# declaration ../events.d/disk-full.json.
set -eu
percent=${1:-90}
case $percent in
  '' | *[!0-9]*)
    echo "disk-check.sh: expected a percentage such as 90, got \"$percent\"" >&2
    exit 64
    ;;
esac

df --local --exclude-type=squashfs --exclude-type=iso9660 --output=pcent,target | sed 1d |
  while read -r used mount; do
    used=${used%\%}
    [ "$used" != - ] || continue # a file system without a size
    [ "$used" -ge "$percent" ] || continue
    level=warning
    [ "$used" -lt 98 ] || level=critical
    metrics-event --best-effort disk-full --mount="$mount" --used="$used" --level="$level"
  done
