"""Which transfers are made when none are named."""

from dataclasses import replace

import pytest

from ltlib.data.corpus import Corpus, load_corpus
from ltlib.data.divergence import divergence_matrix
from ltlib.errors import InputError
from ltlib.experiments.tasks import default_pairs, plan_experiment
from ltlib.protocol import Protocol
from tests.support.data_helpers import write_folder
from tests.support.refusals import assert_refused

FIVE = ("books", "cds", "electronics", "home", "movies")
PROTOCOL = replace(Protocol.smoke(), split=(16, 8, 8), vocabulary_size=60)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return load_corpus(str(write_folder(tmp_path_factory.mktemp("five"), FIVE)), PROTOCOL)


def test_of_the_papers_five_domains_nine_tasks(corpus: Corpus) -> None:
    """Books, Electronics and CDs, each to its nearest, third nearest and farthest other domain."""
    matrix, expected = divergence_matrix(corpus), set()
    for source in ("books", "electronics", "cds"):
        distances = matrix.loc[source].astype(float).to_dict()
        others = sorted(set(FIVE) - {source}, key=distances.__getitem__)
        expected |= {(source, others[place]) for place in (0, 2, 3)}
    pairs = default_pairs(corpus, FIVE)
    assert len(pairs) == 9 and set(pairs) == expected


def test_the_chains_of_ticket_reset_alone(corpus: Corpus) -> None:
    """What obtaining would run, without ticket-random."""
    asked = plan_experiment(corpus, PROTOCOL, "reset", FIVE[:2])
    whole = plan_experiment(corpus, PROTOCOL, "obtain", FIVE[:2])
    assert asked == [spec for spec in whole if spec.strategy != "ticket-random"]
    assert {spec.strategy for spec in asked} == {"full-model", "ticket-reset"}
    assert {spec.seed for spec in asked} == {0}, "none was named"


def test_initial_values_alone_are_moved_between_named_pairs(corpus: Corpus) -> None:
    """What the whole experiment would run between them, without any random values."""
    pairs = [("books", "movies"), ("movies", "cds")]
    asked = plan_experiment(corpus, PROTOCOL, "reset", ["home"], pairs, rounds=[0, 2])
    whole = plan_experiment(corpus, PROTOCOL, "all", ["home"], pairs, rounds=[0, 2])
    assert asked == [spec for spec in whole if "random" not in spec.strategy]
    moved = [s for s in asked if s.experiment == "transfer"]
    assert {(s.source, s.target, s.round, s.strategy) for s in moved} == {
        (*pair, r, "masks-reset") for pair in pairs for r in (0, 2)
    }


def test_obtaining_refuses_pairs_which_it_would_not_move(corpus: Corpus) -> None:
    pairs = [("books", "movies")]
    assert_refused(
        lambda: plan_experiment(corpus, PROTOCOL, "obtain", ["books"], pairs), "leave them out"
    )
    assert plan_experiment(corpus, PROTOCOL, "obtain", ["books"], [])


@pytest.mark.parametrize(
    "domains", [("books", "movies"), FIVE[:4], ("books", "tweets", "cds"), (*FIVE, "tweets")]
)
def test_of_any_others_all_ordered_pairs(corpus: Corpus, domains: tuple[str, ...]) -> None:
    """Also of some of the five, and of more."""
    expected = {(a, b) for a in domains for b in domains if a != b}
    pairs = default_pairs(corpus, domains)
    assert set(pairs) == expected and len(pairs) == len(expected)


def test_the_control_of_several_domains_has_their_transfers(corpus: Corpus) -> None:
    """Those of every other experiment, though none was named."""
    asked = plan_experiment(corpus, PROTOCOL, "control", FIVE[:3])
    for strategy in ("masks-reset", "masks-random"):
        runs = [
            spec for spec in asked if (spec.experiment, spec.strategy) == ("transfer", strategy)
        ]
        assert {(spec.source, spec.target) for spec in runs} == set(default_pairs(corpus, FIVE[:3]))


def test_a_seed_below_0_is_refused(corpus: Corpus) -> None:
    with pytest.raises(InputError, match="seed is -1; it must be 0 or more"):
        plan_experiment(corpus, PROTOCOL, "obtain", FIVE[:1], seed=-1)


def test_a_transfer_of_a_domain_to_itself_is_refused(corpus: Corpus) -> None:
    """Also where the two are not the same object, as when they are typed."""
    copied = str(bytes("books", "ascii"), "ascii")
    with pytest.raises(InputError, match="pair books:books transfers to itself; name two domains"):
        plan_experiment(corpus, PROTOCOL, "transfer", FIVE[:2], [("books", copied)])
