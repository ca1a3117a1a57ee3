#!/bin/sh
# Sends runner-stop when a self-hosted GitHub runner has finished a job; see job-started.sh.
set +e
[ -d "$RUNNER_TEMP" ] || exit 0 # not started by a runner

# The status is that of the runner, which is working normally. GitHub does not tell a hook how the job
# ended.
stamp=$RUNNER_TEMP/../.metrics-event-stamp
metrics-event --best-effort --timeout 5s --label host=%H runner-stop --flavor="${RUNNER_FLAVOR:-self-hosted}" --status normal --job-duration-since "@$stamp"

touch "$stamp"
exit 0
