#!/bin/bash
# The same matrix without Ray: a part a task, a store each. sbatch slurm-shards.sh
#SBATCH --job-name=ltlib-shard
#SBATCH --array=1-4
#SBATCH --cpus-per-task=16
#SBATCH --time=24:00:00
#SBATCH --open-mode=append
set -euo pipefail

stores=${STORES:-$SLURM_SUBMIT_DIR/runs}
mkdir -p "$stores"

ltlib run --corpus vader --scale laptop --replicates 5 \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --store "$stores/$SLURM_ARRAY_TASK_ID" --workers "$SLURM_CPUS_PER_TASK"
