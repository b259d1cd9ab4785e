"""Hyperparameters as the paper found them: by a search on one domain's validation split (§5.1).

The test split is never looked at: networks are tested on the validation split here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltlib.data.corpus import Corpus
from ltlib.data.reviews import Splits
from ltlib.errors import DivergedError, InputError
from ltlib.networks.packing import pack
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Protocol
from ltlib.strategies import FULL_MODEL
from ltlib.streams import stream
from ltlib.tickets import first_ticket, train_ticket

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

# Around what §5.1 came to: 417, 127, 117 and 0.285.
SIZES = {"embedding_size": (50, 500), "channels": (20, 250), "hidden_size": (20, 250)}
DROPOUT = (0.0, 0.6)
FIELDS = (*SIZES, "dropout")
DIVERGED = "diverged"  # what a trial is marked with
FEWEST = 25  # trials of which an importance can be told: of 13 and of 14 it was another


@dataclass(frozen=True)
class Tuning:
    """What a search has found.

    Attributes:
        trials: a row a finished trial, columns `trial`, `FIELDS`, `validation_accuracy`,
            `validation_auc`, `best_epoch, seconds`; the best first.
        importance: of each field, the share of the accuracies' variance that it alone explains
            (functional ANOVA: Hutter, Hoos & Leyton-Brown 2014), all summing to 1; empty of fewer
            than `FEWEST` trials.
    """

    trials: pd.DataFrame
    importance: dict[str, float]


def tune(
    corpus: Corpus,
    protocol: Protocol,
    domain: str,
    trials: int,
    journal: Path,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Tuning:
    """Search sizes and dropout of the full model of `domain`, up to so many finished trials.

    Every trial starts from the same random numbers; what is tried next follows from what was found
    (a tree-structured Parzen estimator: Bergstra et al. 2011).

    Args:
        journal: a file in which every trial is kept; the same call goes on where it was.
        say: is told of each trial.

    Raises:
        InputError: Optuna is not installed; an unknown domain; the journal is of another search;
            no trial at all is asked for or finished.
    """
    corpus.check_domains([domain])
    if trials < 1:
        raise InputError(f"trials is {trials}; ask for 1 or more")
    study = _study(journal, _described(corpus, protocol, domain, seed))
    own = corpus.splits[domain]
    splits = Splits(own.train, own.validation, own.validation)
    architecture = TextArchitecture(corpus.vocabulary)

    def accuracy(trial: "Trial") -> float:
        sizes: dict[str, Any] = {n: trial.suggest_int(n, *ends) for n, ends in SIZES.items()}
        tried = replace(protocol, **sizes, dropout=trial.suggest_float("dropout", *DROPOUT))
        ticket = first_ticket(architecture, tried, domain, seed, replicate=0)
        try:
            outcome = train_ticket(ticket, pack(splits, tried), domain, FULL_MODEL)
        except DivergedError:
            trial.set_user_attr(DIVERGED, True)
            raise
        found = outcome.validation
        for name, value in (
            ("validation_auc", found.auc),
            ("best_epoch", outcome.best_epoch),
            ("seconds", outcome.seconds),
        ):
            trial.set_user_attr(name, value)
        values = ", ".join(f"{name} {value:.3g}" for name, value in trial.params.items())
        say(f"trial {trial.number}: {values}: {found.accuracy:.2%}")
        return found.accuracy

    for _ in range(trials - len(_finished(study))):
        study.sampler = _sampler(study, seed)
        study.optimize(accuracy, 1, catch=(DivergedError,))
    return _tuning(study)


def _sampler(study: "Study", seed: int) -> "BaseSampler":
    """What proposes the next trial, by what ended before: an interrupted search goes on as it
    would have, and never begins again with its first random trials.
    """
    from optuna.samplers import TPESampler

    ended = [t for t in study.trials if t.state.name == "COMPLETE" or DIVERGED in t.user_attrs]
    return TPESampler(seed=int(stream(seed, "tuning", len(ended)).integers(2**32)))


def _described(corpus: Corpus, protocol: Protocol, domain: str, seed: int) -> str:
    """Of which search a journal is."""
    return json.dumps([corpus.hash, domain, seed, protocol.differences()])


def _study(journal: Path, described: str) -> "Study":
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError:
        raise InputError('a search needs Optuna: pip install "ltlib[tune]"') from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(journal))),
            study_name="ltlib",
            direction="maximize",
            load_if_exists=True,
        )
    except (OSError, ValueError) as error:
        raise InputError(f"{journal}: holds no search and cannot be made one ({error})") from None
    if study.user_attrs.setdefault("of", described) != described:
        raise InputError(
            f"{journal}: is of another corpus, domain, seed or protocol; name another file"
        )
    study.set_user_attr("of", described)
    return study


def _finished(study: "Study") -> "list[FrozenTrial]":
    return [trial for trial in study.trials if trial.state.name == "COMPLETE"]


def _tuning(study: "Study") -> Tuning:
    import optuna

    finished = _finished(study)
    if not finished:
        raise InputError("no trial was finished: all diverged; lower the learning rate")
    rows = [
        {"trial": trial.number}
        | {name: trial.params[name] for name in FIELDS}
        | {"validation_accuracy": trial.value}
        | trial.user_attrs
        for trial in finished
    ]
    table = pd.DataFrame(rows).sort_values("validation_accuracy", ascending=False, kind="stable")
    importance: dict[str, float] = {}
    if len(finished) >= FEWEST and table["validation_accuracy"].nunique() > 1:
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        importance = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return Tuning(table.reset_index(drop=True), importance)
