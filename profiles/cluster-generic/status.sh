#!/usr/bin/env bash
# Print how the job with the given id stands: running (or waiting), success or failed.
# Another scheduler: change `state` and the words below it. Those for PBS, LSF and SGE are untested.
set -uo pipefail

state() { # prints the scheduler's word; fails when it doesn't know the job, or doesn't answer
    timeout 20 squeue --noheader --states=all --format=%T --jobs="$1"
}
waiting="PENDING|CONFIGURING|RUNNING|COMPLETING|SUSPENDED|STOPPED|SIGNALING|STAGE_OUT|RESIZING|REQUEUED|REQUEUE_HOLD"
success="COMPLETED"

# PBS: a job that is over has the state F, and its exit status decides:
#   state() { timeout 20 qstat -x -f "$1" | awk '/job_state/ {s = $3} /Exit_status/ {s = s $3} END {print s}'; }
#   waiting="[QRHEWTSB].*"  success="F0"
# LSF:
#   state() { timeout 20 bjobs -noheader -o stat "$1"; }
#   waiting="PEND|RUN|PSUSP|USUSP|SSUSP|WAIT"  success="DONE"
# SGE knows a job that is over only by its accounting:
#   state() { timeout 20 qstat -j "$1" >/dev/null 2>&1 && echo running ||
#       timeout 20 qacct -j "$1" | awk '/^(failed|exit_status)/ {s = s $2} END {print s}'; }
#   waiting="running"  success="00"

# What the four say of a job that they don't know. It counts as failed: it runs again, and nothing is lost.
unknown="Invalid job id|Unknown Job|not found"

for pause in 5 20 0; do # a scheduler that is busy or restarted may be silent for a moment
    if word=$(state "$1" 2>/dev/null) && [[ -n $word ]]; then
        if [[ $word =~ ^($waiting)$ ]]; then
            echo running
        elif [[ $word =~ ^($success)$ ]]; then
            echo success
        else
            echo failed
        fi
        exit
    elif [[ $(state "$1" 2>&1) =~ $unknown ]]; then
        break
    fi
    sleep "$pause"
done
echo failed
