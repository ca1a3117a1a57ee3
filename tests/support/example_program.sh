#!/bin/sh
# What the examples of the documents call metrics-event: the program, but with a receiver and a spool
# of the test's, whose paths have no spaces.
set -eu

options="--url $EXAMPLE_URL"
case " $* " in
  *' --help '* | *' schema '* | *' completion '*) options= ;;
  *' listen '*) options='--port 0 --timeout 100ms' ;;
  *' flush '* | *' --spool '*)
    mkdir -p "$EXAMPLE_SPOOL" # a flush of a spool that is named and missing fails
    options="$options --spool=$EXAMPLE_SPOOL"
    ;;
esac

# Behind all other options, but before a command.
words=$#
while [ "$words" -gt 0 ]; do
  if [ "$1" = -- ]; then
    # shellcheck disable=SC2086 # words
    set -- "$@" $options
    options=
  fi
  set -- "$@" "$1"
  shift
  words=$((words - 1))
done
# shellcheck disable=SC2086 # words
exec "$EXAMPLE_PROGRAM" "$@" $options
