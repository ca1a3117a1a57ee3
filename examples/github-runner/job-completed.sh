#!/bin/sh
# Sends runner-stop when a self-hosted GitHub runner has ended a job; see job-started.sh.
set +e
[ -d "$RUNNER_TEMP" ] || exit 0 # no runner has started it

# The status is the runner's: it has come as far as this. How the job itself ended, its conclusion,
# GitHub does not tell a hook.
work=${RUNNER_TEMP%/}
stamp=${work%/*}/.metrics-event-stamp
if [ ! -e "$stamp" ]; then
  echo "no event, because job-started.sh has not made $stamp" >&2
  exit 0
fi
metrics-event --best-effort --timeout 5s --label host=%H runner-stop \
  --flavor="${RUNNER_FLAVOR:-self-hosted}" \
  --workflow="$GITHUB_WORKFLOW" \
  --repo="$GITHUB_REPOSITORY" \
  --github-event="$GITHUB_EVENT_NAME" \
  --status=normal \
  --job-duration-since="@$stamp"

touch "$stamp"
exit 0
