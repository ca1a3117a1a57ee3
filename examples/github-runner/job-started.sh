#!/bin/sh
# Sends runner-start when a self-hosted GitHub runner begins a job. Install both scripts outside the
# directory of the runner, name them in the file .env in that directory, and restart the runner:
#
#   ACTIONS_RUNNER_HOOK_JOB_STARTED=/usr/local/lib/metrics-event/job-started.sh
#   ACTIONS_RUNNER_HOOK_JOB_COMPLETED=/usr/local/lib/metrics-event/job-completed.sh
#   RUNNER_FLAVOR=small
#
# With spool = true in /etc/metrics-event/config.toml, an event that cannot be delivered waits in the
# spool of the runner's account. A timer delivers it later; for the account "runner", enable it with
#
#   sudo systemctl enable --now metrics-event-flush@runner.timer
#
# The runner starts a hook with -e, and a hook that fails also fails the job. This one never fails.
set +e
[ -d "$RUNNER_TEMP" ] || exit 0 # not started by a runner

# This file was last changed when the runner became busy or idle. It is in the work directory of the
# runner, because RUNNER_TEMP is emptied before and after each job. Touch it when you start the runner;
# otherwise the idle time before the first job is unknown, and is sent as 0.
stamp=$RUNNER_TEMP/../.metrics-event-stamp
[ -e "$stamp" ] || touch "$stamp"

# The runner sets GITHUB_WORKFLOW, GITHUB_REPOSITORY and GITHUB_EVENT_NAME, which fill in the other fields.
metrics-event --best-effort --timeout 5s --label host=%H runner-start --flavor="${RUNNER_FLAVOR:-self-hosted}" --idle-since "@$stamp"

touch "$stamp"
exit 0
