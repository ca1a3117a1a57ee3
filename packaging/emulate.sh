#!/bin/sh
# The program for arm64 under qemu: its tests, and an event from it to a receiver of this machine.
set -eu
cd "$(dirname "$0")/.."

cmake --preset test-arm64 --no-warn-unused-cli >/dev/null
cmake --build --preset test-arm64 --target metrics-event-tests metrics-event-program-tests >/dev/null
qemu-aarch64 build/test-arm64/tests/metrics-event-tests
# Not here: what traces the program, counts what it does or signals it (qemu would be seen instead),
# what starts it by thousands, what is about this tree or machine (documents, shells, systemd, packages,
# the examples), and the core that qemu leaves.
qemu-aarch64 build/test-arm64/tests/metrics-event-program-tests \
  --test-suite-exclude=action,budget,cliff,completion,crowd,docs,example-*,faults,packaging,receivers,release,signals,spool_faults,systemd,workflows,wrapper \
  --test-case-exclude='*nor in a core of it'

cmake --preset release >/dev/null
cmake --build --preset release --target metrics-event >/dev/null
scratch=$(mktemp -d)
receiver=
trap '[ -z "$receiver" ] || kill "$receiver" 2>/dev/null; rm -rf "$scratch"' EXIT

# send PROGRAM: an event of the program is what arrives
send() {
  mkfifo "$scratch/announcement"
  build/release/metrics-event listen --port 0 --count 1 --timeout 60s \
    >"$scratch/arrived" 2>"$scratch/announcement" &
  receiver=$!
  read -r announcement <"$scratch/announcement"
  rm "$scratch/announcement"
  qemu-aarch64 "$1" runner-installed --flavor arm64 --duration 12.5 --url "${announcement##* }"
  wait "$receiver"
  receiver=
  grep '"flavor":"arm64","duration":12.5' "$scratch/arrived"
}

send build/release-arm64/metrics-event
send build/static-arm64/metrics-event
