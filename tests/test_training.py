"""The training loop: held zeros, dense Adam written out, selection on validation alone."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ltlib.evaluation import Evaluation, evaluated
from ltlib.networks.packing import Packed, PackedSplits
from ltlib.networks.text_cnn import TextCNN, build_model, initial_parameters
from ltlib.protocol import Protocol
from ltlib.pruning import Masks, apply_masks, full_masks
from ltlib.streams import stream
from ltlib.training import Outcome, batches, train
from tests.support import tiny

ABSENT = 7  # a subword that never occurs in training


def random_masks(parameters: dict[str, Tensor], share: float, seed: int = 0) -> Masks:
    generator = torch.Generator().manual_seed(seed)
    return {n: torch.rand(p.shape, generator=generator) < share for n, p in parameters.items()}


def trained(
    protocol: Protocol, splits: PackedSplits, masks: Masks, values: dict[str, Tensor]
) -> Outcome:
    return train(build_model(protocol, values), masks, splits, protocol, stream(0, "training"))


def test_what_is_pruned_stays_exactly_zero() -> None:
    protocol, splits = tiny.packed()
    values = initial_parameters(protocol, stream(0, "initial"))
    masks = random_masks(values, 0.5)
    outcome = trained(protocol, splits, masks, values)
    moved = 0
    for name, value in outcome.trained.items():
        assert bool((value[~masks[name]] == 0).all()), name
        moved += int((value != values[name] * masks[name])[masks[name]].sum())
    assert moved > 0


def test_an_idle_survivor_takes_the_steps_of_dense_adam() -> None:
    """A subword that never occurs has no gradient but ℓ2's: Adam, written out in Python."""
    protocol, splits = tiny.packed(absent=ABSENT, epochs=4, l2=1e-2)
    assert not bool((splits.train.tokens == ABSENT).any())
    values = initial_parameters(protocol, stream(0, "initial"))
    masks = random_masks(values, 0.5, seed=1)
    outcome = trained(protocol, splits, masks, values)
    steps = outcome.best_epoch * math.ceil(len(splits.train) / protocol.batch_size)
    row = outcome.trained["embedding.weight"][ABSENT]
    survives = masks["embedding.weight"][ABSENT]
    assert 0 < int(survives.sum()) < len(row)
    for column in range(len(row)):
        if not survives[column]:
            assert row[column] == 0
            continue
        value = float(values["embedding.weight"][ABSENT, column])
        mean = square = 0.0
        for t in range(1, steps + 1):
            gradient = protocol.l2 * value
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient**2
            corrected = mean / (1 - 0.9**t)
            deviation = math.sqrt(square / (1 - 0.999**t))
            value -= protocol.learning_rate * corrected / (deviation + 1e-8)
        assert float(row[column]) == pytest.approx(value, rel=1e-4, abs=1e-6)
        assert abs(value) < abs(float(values["embedding.weight"][ABSENT, column]))


def dense_reference(
    protocol: Protocol, splits: PackedSplits, masks: Masks, values: dict[str, Tensor]
) -> dict[str, Tensor]:
    """One epoch as anyone would write it: padded batches, nn.Conv1d, masks after each step."""
    leaves = {n: (v * masks[n]).double().requires_grad_() for n, v in values.items()}
    optimizer = torch.optim.Adam(
        leaves.values(), lr=protocol.learning_rate, weight_decay=protocol.l2
    )
    for batch in batches(splits.train, protocol.batch_size, stream(0, "training").spawn(2)[0]):
        optimizer.zero_grad()
        nn.functional.cross_entropy(dense_scores(leaves, batch), batch.labels).backward()
        optimizer.step()
        with torch.no_grad():
            for name, leaf in leaves.items():
                leaf.mul_(masks[name])
    return {n: leaf.detach() for n, leaf in leaves.items()}


def dense_scores(leaves: dict[str, Tensor], batch: Packed, dropout: Tensor | None = None) -> Tensor:
    """`dropout`: a factor for every entry of every subword of the batch, `[total, embedding]`."""
    lengths = np.diff(batch.offsets)
    longest = int(lengths.max())
    padded = torch.full((len(batch), longest), -1)
    for row, (begin, length) in enumerate(zip(batch.offsets, lengths, strict=False)):
        padded[row, :length] = batch.tokens[begin : begin + length]
    embedded = leaves["embedding.weight"][padded.clamp_min(0)] * (padded >= 0)[:, :, None]
    if dropout is not None:
        factors = nn.utils.rnn.pad_sequence(list(dropout.split(lengths.tolist())), batch_first=True)
        embedded = embedded * factors
    features = []
    for index in range(3):
        weight = leaves[f"convolutions.{index}.weight"].permute(1, 2, 0)
        bias = leaves[f"convolutions.{index}.bias"]
        maps = nn.functional.conv1d(embedded.transpose(1, 2), weight, bias)
        windows = torch.arange(maps.shape[2]) + weight.shape[2]
        outside = windows[None] > torch.from_numpy(lengths)[:, None]
        features.append(maps.masked_fill(outside[:, None], -torch.inf).amax(2))
    hidden = torch.relu(torch.cat(features, 1))
    hidden = nn.functional.linear(hidden, leaves["hidden.weight"], leaves["hidden.bias"])
    return nn.functional.linear(torch.relu(hidden), leaves["output.weight"], leaves["output.bias"])


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1])
def test_an_epoch_equals_the_dense_loop(share: float) -> None:
    protocol, splits = tiny.packed(epochs=1, dropout=0.0, learning_rate=1e-3, search="full")
    values = initial_parameters(protocol, stream(3, "initial"))
    masks = full_masks(values) if share == 1 else random_masks(values, share)
    model = build_model(protocol, values).double()
    ours = train(model, masks, splits, protocol, stream(0, "training")).trained
    for name, reference in dense_reference(protocol, splits, masks, values).items():
        torch.testing.assert_close(ours[name], reference, rtol=1e-7, atol=1e-9, msg=name)


def test_the_earliest_best_epoch_is_restored() -> None:
    protocol, splits = tiny.packed(epochs=6)
    values = initial_parameters(protocol, stream(0, "initial"))
    outcome = trained(protocol, splits, full_masks(values), values)
    accuracies = outcome.validation_accuracies
    assert len(accuracies) == 6
    assert outcome.best_epoch == accuracies.index(max(accuracies)) + 1
    model = build_model(protocol, outcome.trained)
    assert outcome.validation.accuracy == max(accuracies)
    for split, said in ((splits.validation, outcome.validation), (splits.test, outcome.test)):
        seen = evaluated(model, split)
        assert (said.accuracy, said.auc, said.ties) == (seen.accuracy, seen.auc, seen.ties)
        assert said.correct.tolist() == seen.correct.tolist()
    shorter = replace(protocol, epochs=outcome.best_epoch)
    again = trained(shorter, splits, full_masks(values), values)
    for name, value in again.trained.items():
        assert torch.equal(value, outcome.trained[name])


def right(share: float) -> Evaluation:
    """This share of eight examples judged rightly."""
    return Evaluation(np.arange(8) < 8 * share, auc=0.5, ties=0, one_sided=False)


def test_of_equally_good_epochs_the_earliest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """With accuracies as written here, the state after the second of four epochs."""

    def outcome_of(accuracies: list[float]) -> Outcome:
        told = iter([*accuracies, 0.25])  # the last is the test's
        monkeypatch.setattr("ltlib.training.evaluated", lambda model, examples: right(next(told)))
        protocol, splits = tiny.packed(epochs=len(accuracies))
        values = initial_parameters(protocol, stream(0, "initial"))
        return trained(protocol, splits, full_masks(values), values)

    outcome = outcome_of([0.5, 0.75, 0.75, 0.625])
    assert (outcome.best_epoch, outcome.validation.accuracy) == (2, 0.75)
    assert outcome.test.accuracy == 0.25
    shorter = outcome_of([0.5, 0.75])
    for name, value in shorter.trained.items():
        assert torch.equal(value, outcome.trained[name])


@pytest.mark.parametrize("patience", [None, 1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_first_of_the_best_is_kept_until_patience_ends(
    patience: int | None, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With accuracies drawn from a few, so that there are ties and setbacks."""
    accuracies = (np.random.default_rng(seed).integers(0, 6, 9) / 8).tolist()
    stops = [
        epoch
        for epoch in range(1, len(accuracies))
        if patience and accuracies.index(max(accuracies[:epoch])) + 1 <= epoch - patience
    ]
    told = accuracies[: stops[0] if stops else None]
    answers = iter([*told, 0.25])
    monkeypatch.setattr("ltlib.training.evaluated", lambda model, examples: right(next(answers)))
    protocol, splits = tiny.packed(epochs=len(accuracies), patience=patience)
    values = initial_parameters(protocol, stream(0, "initial"))
    outcome = trained(protocol, splits, full_masks(values), values)
    assert outcome.validation_accuracies == told
    assert outcome.best_epoch == told.index(max(told)) + 1


def test_patience_stops_early() -> None:
    protocol, splits = tiny.packed(epochs=30, patience=2)
    values = initial_parameters(protocol, stream(0, "initial"))
    outcome = trained(protocol, splits, full_masks(values), values)
    assert len(outcome.validation_accuracies) == outcome.best_epoch + 2 < 30


def test_test_labels_decide_nothing() -> None:
    protocol, splits = tiny.packed(epochs=5)
    values = initial_parameters(protocol, stream(0, "initial"))
    flipped = splits.test
    flipped = Packed(flipped.tokens, flipped.offsets, 1 - flipped.labels)
    one = trained(protocol, splits, full_masks(values), values)
    other = trained(protocol, splits._replace(test=flipped), full_masks(values), values)
    assert one.best_epoch == other.best_epoch
    assert one.validation_accuracies == other.validation_accuracies
    for name, value in one.trained.items():
        assert torch.equal(value, other.trained[name])
    assert one.test.accuracy == pytest.approx(1 - other.test.accuracy)


def test_training_learns_what_marks_a_review() -> None:
    protocol, splits = tiny.packed(split=(400, 60, 60), epochs=15, dropout=0.1)
    values = initial_parameters(protocol, stream(0, "initial"))
    outcome = trained(protocol, splits, full_masks(values), values)
    assert outcome.test.accuracy > 0.9


def numbered(count: int) -> Packed:
    """Reviews of one subword; each has its number for a label."""
    return Packed(torch.arange(count), np.arange(count + 1), torch.arange(count))


def test_an_epoch_sees_every_review_once_in_a_uniform_order() -> None:
    generator = stream(0, "order")
    epoch = batches(numbered(50), 8, generator)
    assert [len(batch) for batch in epoch] == [8] * 6 + [2]
    assert sorted(torch.cat([batch.labels for batch in epoch]).tolist()) == list(range(50))
    firsts = [int(batches(numbered(4), 4, generator)[0].labels[0]) for _ in range(4_000)]
    counts = np.bincount(firsts, minlength=4)
    assert np.abs(counts - 1_000).max() < 5 * math.sqrt(4_000 * 0.25 * 0.75)


def test_seconds_are_those_that_it_took() -> None:
    protocol, splits = tiny.packed(epochs=2)
    values = initial_parameters(protocol, stream(0, "initial"))
    begin = time.perf_counter()
    outcome = trained(protocol, splits, full_masks(values), values)
    assert 0 < outcome.seconds <= time.perf_counter() - begin


def test_threads_of_the_caller_do_not_matter() -> None:
    protocol, splits = tiny.packed()
    values = initial_parameters(protocol, stream(0, "initial"))
    before = torch.get_num_threads()
    outcomes = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        outcomes.append(trained(protocol, splits, full_masks(values), values))
        assert torch.get_num_threads() == threads
    torch.set_num_threads(before)
    for name, value in outcomes[0].trained.items():
        assert torch.equal(value, outcomes[1].trained[name])


def test_training_and_evaluation_run_on_one_thread() -> None:
    protocol, splits = tiny.packed(epochs=1)
    seen: set[int] = set()

    class Watched(TextCNN):
        def forward(self, batch: Packed, generator: np.random.Generator | None = None) -> Tensor:
            seen.add(torch.get_num_threads())
            return super().forward(batch, generator)

        def scorer(self) -> Callable[[Packed], Tensor]:
            seen.add(torch.get_num_threads())
            return super().scorer()

    model = Watched(protocol)
    model.load_state_dict(initial_parameters(protocol, stream(0, "initial")))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    train(model, full_masks(dict(model.named_parameters())), splits, protocol, stream(0, "t"))
    torch.set_num_threads(before)
    assert seen == {1}


def test_masks_are_applied_before_the_first_step() -> None:
    protocol, splits = tiny.packed(epochs=1, learning_rate=1e-12, l2=0.0)
    values = initial_parameters(protocol, stream(0, "initial"))
    masks = random_masks(values, 0.5)
    outcome = trained(protocol, splits, masks, values)
    for name, value in apply_masks(values, masks).items():
        torch.testing.assert_close(outcome.trained[name], value, rtol=0, atol=1e-8)
