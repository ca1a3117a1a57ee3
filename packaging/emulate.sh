#!/bin/sh
# Runs the program for arm64 under qemu: its tests, and an event to a receiver on this machine.
set -eu
cd "$(dirname "$0")/.."

cmake --preset test-arm64 --no-warn-unused-cli >/dev/null
cmake --build --preset test-arm64 --target metrics-event-tests metrics-event-program-tests >/dev/null
qemu-aarch64 build/test-arm64/tests/metrics-event-tests
# Excluded are tests that trace the program, count its work or signal it, because they would see qemu
# instead; tests that start it thousands of times; tests about this tree or machine (documents, shells,
# systemd, packages, examples); and one that would find the core file of qemu.
qemu-aarch64 build/test-arm64/tests/metrics-event-program-tests \
  --test-suite-exclude=action,budget,cliff,completion,crowd,docs,example-*,faults,packaging,receivers,release,signals,spool_faults,systemd,workflows,wrapper \
  --test-case-exclude='*nor in a core of it'

cmake --preset release >/dev/null
cmake --build --preset release --target metrics-event >/dev/null
scratch=$(mktemp -d)
receiver=
trap '[ -z "$receiver" ] || kill "$receiver" 2>/dev/null; rm -rf "$scratch"' EXIT

# send PROGRAM: sends an event with PROGRAM, and checks that it arrives
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
