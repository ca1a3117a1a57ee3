#!/bin/sh
# What a script does where there is no metrics-event: date, and curl with a body made by hand.
#
#   send.sh URL
set -eu
now=$(date +%s%N)
curl -fsS -H 'Content-Type: application/json' --data-binary @- "$1" <<END
{"streams":[{"stream":{"job":"metrics"},"values":[["$now","{\"timestamp\":${now%?????????},\"event\":\"runner_installed\",\"flavor\":\"small\",\"duration\":12.5}"]]}]}
END
