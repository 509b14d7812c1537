#!/usr/bin/env bash
# Take back the jobs with the given ids. Snakemake waits two seconds; so the scheduler is asked in the background, in a
# session of its own, which a second Ctrl-C doesn't reach.
# Another scheduler: PBS and SGE `qdel`, LSF `bkill` (untested).
setsid scancel "$@" >/dev/null 2>&1 </dev/null &
