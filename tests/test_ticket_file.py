"""A ticket in a file: exact when it comes back, refused when it is not what was written."""

import hashlib
import json
import os
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ltlib.compact import metadata_of
from ltlib.data.vocabulary import Vocabulary
from ltlib.errors import InputError
from ltlib.networks.text import TextArchitecture
from ltlib.protocol import Projection
from ltlib.spec import SPEC_VERSION
from ltlib.strategies import TICKET_STRATEGIES, MasksStrategy
from ltlib.tickets import Ticket, first_ticket, next_ticket, obtain_tickets, train_ticket
from ltlib.transfer import transfer_ticket
from tests.support import tiny
from tests.support.refusals import assert_refused
from tests.support.tabular import Tabular, TabularRuns
from tests.support.tiny import TEXT

PROTOCOL, SPLITS = tiny.packed(rounds=2)
MODEL = Vocabulary.train(["good and bad stories, told well or badly"], 30, 1.0).model
READS = TextArchitecture(Vocabulary(MODEL))


def obtained() -> dict[str, Ticket]:
    """Tickets of every kind: trained or not, of either strategy, with a vocabulary or without."""
    found = {
        f"{strategy} {ticket.round}": ticket
        for strategy in TICKET_STRATEGIES
        for ticket, _ in obtain_tickets(READS, SPLITS, PROTOCOL, "a", strategy, 3, 1)
    }
    blind = obtain_tickets(TEXT, SPLITS, replace(PROTOCOL, rounds=0), "a → b")
    found["no vocabulary"] = next(blind)[0]
    found["never trained"] = first_ticket(READS, PROTOCOL, "a", 0, 0)
    found["pruned, not trained"] = next_ticket(found["ticket-random 1"], "ticket-random")
    return found


TICKETS = obtained()
SMALL = TICKETS["no vocabulary"]


def bits(values: dict[str, Tensor] | None) -> dict[str, tuple[Any, ...]] | None:
    """Every bit but the sign of a zero, which a trained value loses where it is pruned."""
    if values is None:
        return None
    return {n: (v.dtype, tuple(v.shape), (v.numpy() + 0).tobytes()) for n, v in values.items()}


def assert_same(one: Ticket, other: Ticket) -> None:
    for field in fields(Ticket):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "architecture":
            assert type(a) is type(b)
            assert a.carried() == b.carried()
        elif field.name in ("masks", "initial", "trained"):
            assert bits(a) == bits(b), field.name
        else:
            assert a == b, field.name


def written(ticket: Ticket, folder: Path) -> bytes:
    path = folder / "written.safetensors"
    ticket.save(path)
    return path.read_bytes()


def loaded(content: bytes, folder: Path) -> Ticket:
    path = folder / "loaded.safetensors"
    path.write_bytes(content)
    return Ticket.load(path)


@pytest.mark.parametrize("kind", TICKETS)
def test_a_ticket_comes_back_as_it_went(kind: str, tmp_path: Path) -> None:
    ticket = TICKETS[kind]
    content = written(ticket, tmp_path)
    back = loaded(content, tmp_path)
    assert_same(back, ticket)
    assert list(back.masks) == list(ticket.masks), "of equal magnitudes the first is pruned first"
    assert written(back, tmp_path) == content, "equal tickets, equal bytes"


def test_a_path_may_be_a_string_and_is_written_over(tmp_path: Path) -> None:
    path = str(tmp_path / "a.ticket")
    for kind in ("ticket-reset 0", "no vocabulary"):
        TICKETS[kind].save(path)
        assert_same(Ticket.load(path), TICKETS[kind])
    assert [p.name for p in tmp_path.iterdir()] == ["a.ticket"]


@pytest.mark.parametrize("strategy", ["masks-reset", "masks-random"])
def test_a_ticket_moves_from_its_file_with_the_same_bits(
    strategy: MasksStrategy, tmp_path: Path
) -> None:
    ticket = TICKETS["ticket-reset 2"]
    _, target = tiny.packed(seed=1)
    back = loaded(written(ticket, tmp_path), tmp_path)
    moved, again = (transfer_ticket(t, "b", target, strategy) for t in (ticket, back))
    assert bits(moved.trained) == bits(again.trained)
    assert moved.validation_accuracies == again.validation_accuracies


@pytest.mark.parametrize("strategy", TICKET_STRATEGIES)
def test_a_chain_goes_on_from_a_file(strategy: str, tmp_path: Path) -> None:
    """Of many equal magnitudes the same are pruned."""
    ticket = TICKETS["ticket-random 1"]
    assert ticket.trained is not None
    ties = replace(ticket, trained={name: value.round() for name, value in ticket.trained.items()})
    ties = replace(ties, masks=dict(reversed(ties.masks.items())))
    back = loaded(written(ties, tmp_path), tmp_path)
    one, other = (next_ticket(t, strategy) for t in (ties, back))  # type: ignore[arg-type]
    assert_same(one, other)


def test_a_network_that_is_none_of_ours_is_given_when_loading(tmp_path: Path) -> None:
    """Its buffers come back too."""
    splits = TabularRuns().examples(5, PROTOCOL)
    begun = first_ticket(Tabular(), PROTOCOL, "a", 0, 0)
    ticket = replace(begun, trained=train_ticket(begun, splits, "a", "full-model").trained)
    assert ticket.trained is not None
    assert "norm.running_var" in ticket.trained
    path = tmp_path / "rows.safetensors"
    ticket.save(path)
    assert_same(Ticket.load(path, Tabular()), ticket)
    assert_refused(lambda: Ticket.load(path), rf"^{path}: a ticket of Tabular, .*`architecture`")
    wrong = rf"^{path}: a ticket of Tabular, not of TextArchitecture"
    assert_refused(lambda: Ticket.load(path, TEXT), wrong)
    SMALL.save(path)
    wrong = rf"^{path}: a ticket of TextArchitecture, not of Tabular"
    assert_refused(lambda: Ticket.load(path, Tabular()), wrong)


class Unheard(Tabular):
    """A network of somebody else's, which sorts behind ours."""


@pytest.mark.parametrize("kind", [Tabular, Unheard])
def test_a_network_that_only_its_writer_has_is_asked_for(
    kind: type[Tabular], tmp_path: Path
) -> None:
    path = tmp_path / "ticket.safetensors"
    first_ticket(kind(), PROTOCOL, "a", 0, 0).save(path)
    said = f"a ticket of {kind.__name__}, which ltlib does not have; load it with `architecture`"
    assert_refused(lambda: Ticket.load(path), said)
    assert type(Ticket.load(path, kind()).architecture) is kind


def by_hand(ticket: Ticket, **changes: Any) -> bytes:
    """A ticket's file as another program would write it, from the format's description."""
    assert ticket.trained is not None
    tensors = {}
    for name, mask in ticket.masks.items():
        flat = mask.flatten().tolist()
        padded = "".join(map(str, map(int, flat))) + "0" * (-len(flat) % 8)
        eights = [int(padded[i : i + 8], 2) for i in range(0, len(padded), 8)]
        alive = [v for v, m in zip(ticket.trained[name].flatten(), flat, strict=True) if m]
        tensors[f"masks/{name}"] = np.array(eights, np.uint8)
        tensors[f"initial/{name}"] = ticket.initial[name].numpy()
        tensors[f"trained/{name}"] = np.array(alive, np.float32)
    info: dict[str, Any] = {"architecture": "TextArchitecture", "ltlib": "9", "format": 1}
    info |= {"source": ticket.source, "seed": ticket.seed, "replicate": ticket.replicate}
    info |= {"round": ticket.round, "protocol": asdict(ticket.protocol)}
    info |= {"parameters": list(ticket.masks), "spec_version": SPEC_VERSION} | changes
    hashed = json.dumps(info, sort_keys=True).encode()
    for name in sorted(tensors):
        dtype, shape = tensors[name].dtype, tensors[name].shape
        hashed += f"{name} {dtype} {shape}\n".encode() + tensors[name].tobytes()
    sealed = json.dumps(info | {"sha256": hashlib.sha256(hashed).hexdigest()})
    return safetensors.numpy.save(tensors, {"ltlib.ticket": sealed})


def test_the_format_is_the_one_described(tmp_path: Path) -> None:
    """A file of this format is read for ever: one that nothing here has written."""
    for kind in ("no vocabulary", "ticket-random 2"):
        ticket = replace(TICKETS[kind], architecture=TEXT)
        assert_same(loaded(by_hand(ticket), tmp_path), ticket)


def test_what_was_written_before_a_field_was_there_has_its_default(tmp_path: Path) -> None:
    protocol = asdict(replace(SMALL.protocol, patience=None))
    del protocol["patience"]
    assert loaded(by_hand(SMALL, protocol=protocol), tmp_path).protocol.patience is None
    assert loaded(by_hand(SMALL, spec_version=1), tmp_path).round == 0, "values are values"


@pytest.mark.parametrize(("biases", "projection"), [(True, "layer"), (False, "weights")])
def test_a_protocol_of_the_second_version_is_read_as_what_it_meant(
    biases: bool, projection: Projection, tmp_path: Path
) -> None:
    """It had one field for what is projected together, and knew weight and bias together."""
    protocol = asdict(SMALL.protocol) | {"prune_biases": biases}
    del protocol["projection"], protocol["halve_output"], protocol["compiled"]
    ticket = loaded(by_hand(SMALL, protocol=protocol, spec_version=2), tmp_path)
    assert ticket.protocol == replace(SMALL.protocol, projection=projection, compiled=False)


@pytest.mark.parametrize("fields", [{}, {"survivors_from": 7}])
def test_a_protocol_of_the_third_version_had_no_compiled_loops(
    fields: dict[str, Any], tmp_path: Path
) -> None:
    protocol = asdict(SMALL.protocol) | fields
    del protocol["compiled"]
    if not fields:
        del protocol["survivors_from"]  # at its default then
    ticket = loaded(by_hand(SMALL, protocol=protocol, spec_version=3), tmp_path)
    meant = {"survivors_from": 9, "compiled": False} | fields
    assert ticket.protocol == replace(SMALL.protocol, **meant)


@pytest.mark.parametrize("field", ["format", "spec_version"])
def test_a_later_file_is_refused_with_the_remedy(field: str, tmp_path: Path) -> None:
    later = by_hand(SMALL, **{field: 9})
    assert_refused(lambda: loaded(later, tmp_path), r"\.safetensors: .*later ltlib \(9\); update")
    protocol = asdict(SMALL.protocol) | {"new": 1}
    unknown = by_hand(SMALL, protocol=protocol)
    assert_refused(lambda: loaded(unknown, tmp_path), r"\.safetensors: protocol field 'new'")


FOREIGN = {
    "empty": b"",
    "text": b"a ticket",
    "other tensors": safetensors.numpy.save({"masks/a": np.zeros(3, np.uint8)}),
    "other metadata": safetensors.numpy.save({"a": np.zeros(3)}, {"shapes": "{}"}),
    "no object": safetensors.numpy.save({"a": np.zeros(3)}, {"ltlib.ticket": "[]"}),
    "no JSON": safetensors.numpy.save({"a": np.zeros(3)}, {"ltlib.ticket": "\n"}),
    "no format": safetensors.numpy.save({"a": np.zeros(3)}, {"ltlib.ticket": "{}"}),
    "a tensor too few": by_hand(SMALL, parameters=[*SMALL.masks, "new.weight"]),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_ticket_is_named(what: str, tmp_path: Path) -> None:
    said = rf"^{tmp_path}/loaded\.safetensors: holds no whole ticket .*`ticket.save` wrote"
    assert_refused(lambda: loaded(FOREIGN[what], tmp_path), said)


def test_a_vocabulary_that_is_none_is_refused(tmp_path: Path) -> None:
    broken = Vocabulary(MODEL)
    broken.model = b"none"
    content = written(replace(SMALL, architecture=TextArchitecture(broken)), tmp_path)
    assert_refused(lambda: loaded(content, tmp_path), "holds no whole ticket")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    none = tmp_path / "none.safetensors"
    assert_refused(lambda: Ticket.load(none), rf"^{none}: not found; `ticket.save`")
    assert_refused(lambda: Ticket.load(tmp_path), rf"^{tmp_path}: cannot be read \(Is a directory")


def test_cut_anywhere_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    SMALL.save(path)
    for length in reversed(range(path.stat().st_size)):
        os.truncate(path, length)
        assert_refused(lambda: Ticket.load(path), "holds no whole ticket")
    path.write_bytes(written(SMALL, tmp_path) + b"\0")
    assert_refused(lambda: Ticket.load(path), "holds no whole ticket")


def test_with_any_byte_changed_it_is_refused_or_the_same(tmp_path: Path) -> None:
    path = tmp_path / "changed.safetensors"
    SMALL.save(path)
    content = path.read_bytes()
    header = 8 + int.from_bytes(content[:8], "little")
    with path.open("r+b", buffering=0) as file:
        for place, byte in enumerate(content):
            for flip in (0x01, 0x20, 0xFF) if place < header else (1 << place % 8,):
                os.pwrite(file.fileno(), bytes([byte ^ flip]), place)
                if place >= header:
                    assert_refused(lambda: Ticket.load(path), rf"^{path}: damaged")
                else:
                    assert_refused_or_small(path)
            os.pwrite(file.fileno(), bytes([byte]), place)
    assert_same(Ticket.load(path), SMALL)


def assert_refused_or_small(path: Path) -> None:
    try:
        back = Ticket.load(path)
    except InputError as error:
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
    else:
        assert_same(back, SMALL)


@given(st.data())
def test_rubbish_inside_is_refused_or_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.safetensors"
    SMALL.save(path)
    content = path.read_bytes()
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 30)))
    path.write_bytes(content[:begin] + data.draw(st.binary(max_size=30)) + content[end:])
    assert_refused_or_small(path)


def test_where_it_cannot_be_written_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.safetensors"
    SMALL.save(path)
    before = path.read_bytes()
    assert_refused(lambda: SMALL.save(tmp_path / "none" / "t"), "none: folder not found; make it")
    assert_refused(lambda: SMALL.save(tmp_path), r"is a folder; name a \.safetensors file")

    def full(path: Path, content: bytes) -> int:
        path.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said = rf"^{path}: cannot be written \(No space"
    assert_refused(lambda: TICKETS["ticket-reset 2"].save(path), said)
    assert [p.name for p in tmp_path.iterdir()] == ["t.safetensors"]
    assert path.read_bytes() == before


def test_a_mask_takes_a_bit_and_a_trained_value_only_where_it_survives(tmp_path: Path) -> None:
    ticket = TICKETS["ticket-reset 2"]
    content = written(replace(ticket, architecture=TEXT), tmp_path)
    header = 8 + int.from_bytes(content[:8], "little")
    masks = sum(-(-mask.numel() // 8) for mask in ticket.masks.values())
    alive = sum(int(mask.sum()) for mask in ticket.masks.values())
    dense = sum(mask.numel() for mask in ticket.masks.values())
    assert len(content) - header == masks + 4 * (dense + alive)
    assert list(metadata_of(content)) == ["ltlib.ticket"]
