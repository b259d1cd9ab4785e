#!/bin/bash
# One matrix on several nodes: sbatch slurm-ray.sh. Submit it again, and it goes on.
#SBATCH --job-name=ltlib
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --time=24:00:00
#SBATCH --open-mode=append
set -euo pipefail

store=${STORE:-$SLURM_SUBMIT_DIR/runs}
mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
head=$(srun --nodes=1 --ntasks=1 --nodelist="${nodes[0]}" hostname --ip-address | cut -d ' ' -f 1)
port=$((20000 + SLURM_JOB_ID % 10000))

srun --nodes=1 --ntasks=1 --nodelist="${nodes[0]}" --overlap \
    ray start --head --node-ip-address="$head" --port="$port" \
    --num-cpus="$SLURM_CPUS_PER_TASK" --block &
until ray status --address="$head:$port" > /dev/null 2>&1; do sleep 2; done

for node in "${nodes[@]:1}"; do
    srun --nodes=1 --ntasks=1 --nodelist="$node" --overlap \
        ray start --address="$head:$port" --num-cpus="$SLURM_CPUS_PER_TASK" --block &
done

ltlib run --corpus vader --scale laptop --replicates 5 --store "$store" \
    --engine ray --address "$head:$port"
