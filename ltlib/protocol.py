"""Every hyperparameter of the experiments, with the paper's values as defaults.

Sections (§) are those of Desai, Zhan & Aly (2019). What the paper leaves open is decided in the
book's protocol page; where the alternative is cheap to run, it is a field here.
"""

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, Literal, get_args

from ltlib.errors import InputError

Search = Literal["bfloat16", "full"]  # see `ltlib.networks.precision`
Split = tuple[int, int, int | Literal["rest"]]  # reviews a domain: train, validation, test
Projection = Literal["tensor", "layer", "weights"]  # see `ltlib.pruning.projected_together`
UNCOMPILED_SURVIVORS_FROM = 9  # the round from which they pay without compiled loops


@dataclass(frozen=True)
class Protocol:
    """A frozen set of hyperparameters.

    Raises:
        InputError: a field is out of its range.
    """

    # Corpus
    # Reviews a domain, §3; None: all, 2:1:1 and equal. A test of "rest": what a domain has left.
    split: Split | None = (20_000, 10_000, 10_000)
    corpus_seed: int = 0  # draws the split; replicates never touch it
    vocabulary_size: int = 8_000  # subwords, §4.1
    character_coverage: float = 0.9995  # §4.1
    max_length: int = 500  # subwords a review, §5.1
    # Network
    embedding_size: int = 417  # §5.1
    channels: int = 127  # filters of each height, §5.1
    heights: tuple[int, ...] = (3, 4, 5)  # §5.1
    hidden_size: int = 117  # §5.1
    shared_initial: bool = False  # alternative: all domains of a replicate start from one θ₀
    dropout: float = 0.285  # on the embeddings, §5.1
    he_slope: float = math.sqrt(5)  # `a` of Eq. 4, left open; √5 is the framework's own default
    zero_biases: bool = False  # alternative to biases uniform in ±1/√fan_in
    # Training
    batch_size: int = 32  # §5.1
    epochs: int = 15  # §5.1
    patience: int | None = None  # epochs without a better one before stopping; None: never stop
    retrain_epochs: int | None = None  # of what trains under masks of another run; None: `epochs`
    learning_rate: float = 1e-3  # Adam, §5.1
    l2: float = 1e-5  # coupled: added to the gradient, §5.1
    search: Search = "bfloat16"  # precision in which 1-max pooling finds maxima; "full": exact
    survivors_from: int = 4  # round from which only survivors are computed with, on a CPU
    compiled: bool = True  # on a CPU, by compiled loops; False: by array operations
    # Pruning
    prune_percent: int = 35  # of the survivors a round, §5.2
    projection: Projection = "tensor"  # over what Eq. 5 is taken; §4.3.2 can be read in three ways
    halve_output: bool = False  # alternative: half the rate for the output layer (Frankle & Carbin)
    # Matrix of runs: these say how many runs there are, and change none of them
    rounds: int = 20  # §5.2
    replicates: int = 5  # Fig. 3
    domains: int | None = None  # how many domains are run when none is named; None: all

    MATRIX: ClassVar[frozenset[str]] = frozenset({"rounds", "replicates", "domains"})

    # Other ways to read the paper's words, or to find tickets: the fields that differ.
    READINGS: ClassVar[dict[str, dict[str, Any]]] = {
        "tensor": {},  # each parameter tensor is projected by itself
        "layer": {"projection": "layer"},  # weight and bias of a layer together
        "weights": {"projection": "weights"},  # biases are never pruned
        "wide": {"he_slope": 0.0},  # Eq. 4 with a = 0: weights begin √6 times as large
        "half": {"halve_output": True},  # the output layer loses half as much a round
    }

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def paper(cls) -> "Protocol":
        """§5.1: five Amazon categories, 4.0 million parameters."""
        return cls()

    @classmethod
    def laptop(cls) -> "Protocol":
        """All four embedded domains on two cores in minutes; the phase transition still shows."""
        return cls(
            split=None,
            vocabulary_size=1_000,
            max_length=100,
            embedding_size=32,
            channels=32,
            hidden_size=117,  # the paper's: of a smaller output layer too little survives
            epochs=10,
            learning_rate=4e-3,  # 330 steps of 1e-3 teach a network this small next to nothing
            rounds=14,
            replicates=2,
        )

    @classmethod
    def smoke(cls) -> "Protocol":
        """Seconds: for tests and for a first look."""
        return cls(
            split=(200, 100, 100),
            vocabulary_size=400,
            max_length=60,
            embedding_size=16,
            channels=8,
            hidden_size=8,
            epochs=4,
            learning_rate=1e-2,
            rounds=3,
            replicates=1,
            survivors_from=3,
            domains=2,
        )

    @classmethod
    def named(cls, scale: str) -> "Protocol":
        """The protocol of a scale: `smoke`, `laptop` or `paper`."""
        match scale:
            case "smoke":
                return cls.smoke()
            case "laptop":
                return cls.laptop()
            case "paper":
                return cls.paper()
        raise InputError(f"scale '{scale}' is unknown; choose smoke, laptop or paper")

    def finding(self) -> "Protocol":
        """By which tickets are found, whatever is trained under their masks."""
        return replace(self, retrain_epochs=None)

    def retraining(self) -> "Protocol":
        """By which a run trains under masks of another run."""
        return replace(self.finding(), epochs=self.retrain_epochs or self.epochs)

    def read_as(self, reading: str) -> "Protocol":
        """This protocol under one of `READINGS`.

        Raises:
            InputError: there is none of that name.
        """
        if reading not in self.READINGS:
            known = ", ".join(self.READINGS)
            raise InputError(f"reading '{reading}' is unknown; choose one of {known}")
        return replace(self, **self.READINGS[reading])

    def differences(self) -> dict[str, Any]:
        """Fields of a run that differ from the paper's, so that a new field keeps old hashes."""
        paper = asdict(Protocol())
        return {
            name: value
            for name, value in asdict(self).items()
            if name not in self.MATRIX and value != paper[name]
        }

    @classmethod
    def from_differences(cls, differences: dict[str, Any]) -> "Protocol":
        """Inverse of `differences`, as read from JSON (lists stand for tuples)."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(differences) - known)
        if unknown:
            raise InputError(f"protocol field '{unknown[0]}' is unknown to this version of ltlib")
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in differences.items()
        }
        return cls(**values)


def upgraded(fields: dict[str, Any], spec_version: int) -> dict[str, Any]:
    """The fields of a protocol that an earlier version of the spec wrote, as they are called now.

    Until version 3 weight and bias of a layer were projected together; until version 4 no loop was
    compiled unless asked for, and survivors were computed with from round 9.
    """
    fields = dict(fields.items())
    if spec_version < 3:
        fields["projection"] = "layer" if fields.pop("prune_biases", True) else "weights"
    if spec_version < 4:
        fields = {"survivors_from": UNCOMPILED_SURVIVORS_FROM, "compiled": False} | fields
    return fields


def _check(protocol: Protocol) -> None:
    def require(holds: bool, field: str, wanted: str) -> None:
        if not holds:
            raise InputError(f"{field} is {getattr(protocol, field)}; it must be {wanted}")

    require(0 < protocol.prune_percent < 100, "prune_percent", "above 0 and below 100")
    require(protocol.rounds >= 0, "rounds", "0 or more")
    require(protocol.replicates >= 1, "replicates", "1 or more")
    require(protocol.domains is None or protocol.domains >= 1, "domains", "1 or more")
    require(len(protocol.heights) > 0, "heights", "at least one filter height")
    require(min(protocol.heights, default=0) >= 1, "heights", "filter heights of 1 or more")
    require(
        protocol.max_length >= max(protocol.heights),
        "max_length",
        f"at least the largest filter height, {max(protocol.heights)}",
    )
    for field in ("vocabulary_size", "embedding_size", "channels", "hidden_size"):
        require(getattr(protocol, field) >= 1, field, "1 or more")
    for field in ("batch_size", "epochs", "survivors_from"):
        require(getattr(protocol, field) >= 1, field, "1 or more")
    for field in ("patience", "retrain_epochs"):
        given = getattr(protocol, field)
        require(given is None or given >= 1, field, "1 or more, or None")
    require(0 <= protocol.dropout < 1, "dropout", "at least 0 and below 1")
    require(0 < protocol.character_coverage <= 1, "character_coverage", "above 0 and at most 1")
    require(protocol.search in get_args(Search), "search", " or ".join(get_args(Search)))
    require(
        protocol.projection in get_args(Projection), "projection", " or ".join(get_args(Projection))
    )
    require(protocol.learning_rate > 0, "learning_rate", "above 0")
    require(protocol.l2 >= 0, "l2", "0 or more")
    if protocol.split is not None:
        require(
            _is_split(protocol.split),
            "split",
            "three even numbers of 2 or more, half of each for either class, or rest as the third",
        )


def _is_split(split: tuple[object, ...]) -> bool:
    sizes = split[:2] if split[2:] == ("rest",) else split
    halved = all(isinstance(size, int) and size >= 2 and size % 2 == 0 for size in sizes)
    return len(split) == 3 and halved
