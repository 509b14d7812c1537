#!/usr/bin/env bash
# Hand in a job script, and print the id that the scheduler gives it, and nothing else.
# Another scheduler: put its lines in the place of Slurm's. Those for PBS, LSF and SGE are untested.
set -euo pipefail

name=$1 cores=$2 megabytes=$3 minutes=$4 gpus=$5 script=$6
logs=.snakemake/cluster_logs # what the scheduler and Snakemake say; a rule's own log stands beside its results
mkdir -p "$logs"

# Slurm. Account and partition: in the environment, as SBATCH_ACCOUNT and SBATCH_PARTITION, or here.
options=(--parsable --job-name="$name" --output="$logs/%x-%j.log"
    --ntasks=1 --cpus-per-task="$cores" --mem="${megabytes}M" --time="$minutes")
if ((gpus)); then options+=(--gpus="$gpus"); fi
id=$(sbatch "${options[@]}" "$script")
echo "${id%%;*}" # where there are several clusters, the id comes with the cluster's name

# PBS:
# qsub -V -N "$name" -j oe -o "$logs/" -l "select=1:ncpus=$cores:mem=${megabytes}mb:ngpus=$gpus" \
#     -l "walltime=$((minutes * 60))" "$script"

# LSF (-M counts in what the site's LSF_UNIT_FOR_LIMITS says, often kB):
# bsub -J "$name" -oo "$logs/$name-%J.log" -n "$cores" -R "span[hosts=1] rusage[mem=$megabytes]" -M "$megabytes" \
#     -W "$minutes" "$script" | sed -n 's/^Job <\([0-9]*\)>.*/\1/p'

# SGE (`smp` is the site's name for cores on one host; h_vmem is counted for each core):
# qsub -terse -V -cwd -N "$name" -j y -o "$logs/" -pe smp "$cores" -l "h_vmem=$((megabytes / cores))M" \
#     -l "h_rt=$((minutes * 60))" "$script"
