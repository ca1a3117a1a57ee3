#!/bin/sh
# Sends runner-start when a self-hosted GitHub runner begins a job. Put both scripts outside of the
# runner's own directory, and into the file .env of that:
#
#   ACTIONS_RUNNER_HOOK_JOB_STARTED=/usr/local/lib/metrics-event/job-started.sh
#   ACTIONS_RUNNER_HOOK_JOB_COMPLETED=/usr/local/lib/metrics-event/job-completed.sh
#   RUNNER_FLAVOR=small
#
# With spool = true in /etc/metrics-event/config.toml, an event that cannot be delivered waits in the
# spool of the runner's account. A timer delivers it later; where that account is "runner", enable it by
#
#   sudo systemctl enable --now metrics-event-flush@runner.timer
#
# The runner starts it with -e, and a hook that fails fails the job: nothing here does.
set +e
[ -d "$RUNNER_TEMP" ] || exit 0 # no runner has started it

# When the runner last became busy or idle. It is in the runner's work directory, because RUNNER_TEMP
# is emptied before and after each job. Touch it where you start the runner: without it nobody knows
# how long the first job was waited for, and its idle time is 0.
stamp=$RUNNER_TEMP/../.metrics-event-stamp
[ -e "$stamp" ] || touch "$stamp"

# The runner sets GITHUB_WORKFLOW, GITHUB_REPOSITORY and GITHUB_EVENT_NAME, which fill the other fields.
metrics-event --best-effort --timeout 5s --label host=%H runner-start --flavor="${RUNNER_FLAVOR:-self-hosted}" --idle-since "@$stamp"

touch "$stamp"
exit 0
