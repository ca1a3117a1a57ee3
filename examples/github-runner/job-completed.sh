#!/bin/sh
# Sends runner-stop when a self-hosted GitHub runner has ended a job; see job-started.sh.
set +e
[ -d "$RUNNER_TEMP" ] || exit 0 # no runner has started it

# The status is that of the runner, which has got this far. GitHub does not tell a hook the conclusion
# of the job.
stamp=$RUNNER_TEMP/../.metrics-event-stamp
metrics-event --best-effort --timeout 5s --label host=%H runner-stop --flavor="${RUNNER_FLAVOR:-self-hosted}" --status normal --job-duration-since "@$stamp"

touch "$stamp"
exit 0
