#!/bin/sh
# Sends runner-stop when a self-hosted GitHub runner has ended a job; see job-started.sh.
set +e
[ -d "$RUNNER_TEMP" ] || exit 0 # no runner has started it

# The status is the runner's: it has come as far as this. How the job itself ended, its conclusion,
# GitHub does not tell a hook.
stamp=${RUNNER_TEMP%/*}/.metrics-event-stamp
metrics-event --best-effort --timeout 5s runner-stop \
  --flavor "${RUNNER_FLAVOR:-self-hosted}" \
  --workflow "$GITHUB_WORKFLOW" \
  --repo "$GITHUB_REPOSITORY" \
  --github-event "$GITHUB_EVENT_NAME" \
  --status normal \
  --job-duration-since "@$stamp"

touch "$stamp"
exit 0
