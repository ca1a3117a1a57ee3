#!/bin/sh
# Sends disk-full for each local file system that is used to 90 % or more, or to PERCENT:
# disk-check.sh [PERCENT]. It needs the declaration disk-full.json.
set -eu

df --local --exclude-type=squashfs --exclude-type=iso9660 --output=pcent,target | sed 1d |
  while read -r used mount; do
    used=${used%\%}
    [ "$used" != - ] || continue # it has no size
    [ "$used" -ge "${1:-90}" ] || continue
    level=warning
    [ "$used" -lt 98 ] || level=critical
    metrics-event --best-effort disk-full --mount "$mount" --used "$used" --level "$level"
  done
