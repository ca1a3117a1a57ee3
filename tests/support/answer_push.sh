#!/bin/sh
# Takes one push from its stdin, answers it on its stdout, and adds the credentials and the body to the
# file /events: what a socket of systemd starts for each connection.
set -eu
end=$(printf '\r')
while read -r name value && [ "$name" != "$end" ]; do
  case $name in
    Authorization:) printf '%s\n' "${value%"$end"}" >>/events ;;
    Content-Length:) length=${value%"$end"} ;;
  esac
done
head -c "$length" >>/events
printf 'HTTP/1.1 204 No Content\r\n\r\n'
