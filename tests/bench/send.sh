#!/bin/sh
# Sends an event as a script would without metrics-event: with date, and curl with a hand-made body.
#
#   send.sh URL
set -eu
now=$(date +%s%N)
curl -fsS -H 'Content-Type: application/json' --data-binary @- "$1" <<END
{"streams":[{"stream":{"job":"metrics"},"values":[["$now","{\"timestamp\":${now%?????????},\"event\":\"runner_installed\",\"flavor\":\"small\",\"duration\":12.5}"]]}]}
END
