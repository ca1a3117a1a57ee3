# shellcheck shell=sh
# Sends an event when a script ends, in whatever way, with its duration in seconds, its exit status,
# and "normal" or "abnormal", as `metrics-event send NAME -- COMMAND` does. Put at the top of a script:
#
#   . /usr/share/doc/metrics-event/examples/shell/on-exit.sh
#   trap 'metrics_event_exit nightly-import source=crm' EXIT
#
# The script keeps its exit status, even if metrics-event is not installed. (zsh runs no EXIT trap when
# an unset variable ends a script that has `set -eu`.)

metrics_event_started=$(date +%s)

# Not every shell runs the EXIT trap when a signal ends the script.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# metrics_event_exit NAME [KEY=VALUE | KEY:=JSON]...
metrics_event_exit() {
  metrics_event_code=$?
  metrics_event_status=normal
  [ "$metrics_event_code" -eq 0 ] || metrics_event_status=abnormal
  metrics-event --best-effort send "$@" \
    "duration:=$(($(date +%s) - metrics_event_started))" \
    "exit_code:=$metrics_event_code" \
    "status=$metrics_event_status" || :
}
