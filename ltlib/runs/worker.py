"""One run, wherever it is trained: a job in, a result or a failure out."""

import platform
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from ltlib.errors import InputError
from ltlib.networks.packing import PackedSplits
from ltlib.networks.precision import search_path
from ltlib.networks.text_cnn import connected_paths
from ltlib.pruning import sparsity, survivors
from ltlib.runs.engine import Failure, Job, Result
from ltlib.spec import SPEC_VERSION, RunSpec
from ltlib.store.provenance import provenance
from ltlib.store.tickets import ticket_files, ticket_from
from ltlib.tickets import Ticket, first_ticket, next_ticket, train_ticket
from ltlib.training import Outcome
from ltlib.transfer import transfer_ticket


def carry_out(job: Job, splits: Callable[[], PackedSplits], device: str) -> Result | Failure:
    """Train the run of `job`; whatever goes wrong is a failure of this run alone.

    Args:
        splits: loads those of the run's target.
    """
    spec = job.spec
    try:
        if job.spec_version != SPEC_VERSION:
            raise InputError(
                f"the driver has spec_version {job.spec_version}, this worker {SPEC_VERSION}; "
                "install the same ltlib on both"
            )
        needs = spec.needs()
        needed = None
        if needs is not None:
            assert job.needed is not None
            needed = ticket_from(needs, job.needed)
        metrics, files = perform(spec, needed, splits(), device)
        path = search_path(spec.protocol.search, torch.device(device))
        where = {"machine": platform.node(), "search": path}
        return Result(metrics, files, provenance() | where)
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        return Failure(reason, traceback.format_exc())


def perform(
    spec: RunSpec, needed: Ticket | None, splits: PackedSplits, device: str = "cpu"
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Train one run.

    Args:
        needed: the trained ticket of `spec.needs()`; None at round 0.
        splits: of the run's target.

    Returns:
        The run's metrics, and the files of its ticket (none for a transfer).
    """
    if spec.experiment == "transfer":
        assert needed is not None
        assert spec.strategy in ("masks-reset", "masks-random")
        outcome = transfer_ticket(needed, spec.target, splits, spec.strategy, device)
        return _metrics(needed, outcome), {}
    if needed is None:
        ticket = first_ticket(spec.protocol, spec.source, spec.seed, spec.replicate)
    else:
        assert spec.strategy in ("ticket-reset", "ticket-random")
        ticket = next_ticket(needed, spec.strategy)
    outcome = train_ticket(ticket, splits, spec.target, spec.strategy, device)
    trained = replace(ticket, trained=outcome.parameters)
    return _metrics(ticket, outcome), ticket_files(trained)


def _metrics(ticket: Ticket, outcome: Outcome) -> dict[str, Any]:
    return {
        "sparsity": sparsity(ticket.masks),
        "survivors": survivors(ticket.masks),
        "connected": float(connected_paths(ticket.masks)),
        "validation_accuracy": outcome.validation_accuracy,
        "validation_accuracies": outcome.validation_accuracies,
        "test_accuracy": outcome.test_accuracy,
        "epochs": len(outcome.validation_accuracies),
        "best_epoch": outcome.best_epoch,
        "seconds": outcome.seconds,
    }
