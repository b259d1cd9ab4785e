"""One run, wherever it is trained: a job in, a result or a failure out."""

import platform
import traceback
from collections.abc import Callable
from typing import Any

import torch

from ltlib.errors import InputError
from ltlib.experiments.experiment import Experiment
from ltlib.networks.network import ExampleSplits
from ltlib.runs.engine import Job, Result
from ltlib.spec import SPEC_VERSION, RunSpec
from ltlib.store.failures import Failure
from ltlib.store.provenance import provenance


def train_job(
    job: Job, experiment: Experiment, splits: Callable[[], ExampleSplits]
) -> Result | Failure:
    """Train the run of `job`; whatever goes wrong is a failure of this run alone.

    Args:
        splits: gives those of the run's target.
    """
    try:
        if job.spec_version != SPEC_VERSION:
            raise InputError(
                f"the driver has spec_version {job.spec_version}, this worker {SPEC_VERSION}; "
                "install the same ltlib on both"
            )
        metrics, files = experiment.train(job.spec, job.needed, splits())
        return Result(metrics, files, origin_of(job.spec, experiment))
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        return Failure(reason, traceback.format_exc())


def origin_of(spec: RunSpec, experiment: Experiment) -> dict[str, Any]:
    """What computed a run, and in which way: late rounds take another than early ones."""
    return provenance() | {
        "machine": platform.node(),
        "device": torch.cuda.get_device_name() if spec.device == "cuda" else "cpu",
        "computation": experiment.architecture.computation(spec.protocol, spec.round, spec.device),
    }
