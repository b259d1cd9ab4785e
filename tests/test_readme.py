"""The README's first screen: what it is, what it found, two commands, and the way to all else."""

import re

from ltlib.results.claims import judged
from ltlib.results.table import read_table
from tests.support.project import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCREEN = README.partition("![Test accuracy")[0]


def numbers(text: str) -> list[float]:
    return [float(word.replace("−", "-")) for word in re.findall(r"−?\d+\.\d", text)]


def test_what_it_found_is_what_the_published_table_says() -> None:
    claims = judged(read_table(ROOT / "results" / "vader-laptop.parquet")).set_index("id")
    found = SCREEN.partition("**What it found**")[2].partition("\n\n")[0]
    parts = re.split(r", and up to 96%|\nWhich weights|, and better from 90%", found)
    cost, alike, early, middle = map(numbers, parts)
    reset, random = claims.loc["transfer-cost-reset"], claims.loc["transfer-cost-random"]
    assert cost == [round(-100 * reset[name], 1) for name in ("estimate", "high", "low")]
    assert reset["low"] < random["estimate"] < reset["high"], "from either values"
    assert reset["high"] < 0 and random["high"] < 0, "it is less accurate"
    same = claims.loc["transfer-alike"]
    assert alike == [round(100 * same[name], 1) for name in ("estimate", "low", "high")]
    assert same["verdict"] == "holds"
    for shown, name in ((early, "inductive-bias-early"), (middle, "inductive-bias-middle")):
        row = claims.loc[name]
        assert shown == [round(100 * row[name], 1) for name in ("estimate", "low", "high")]
    assert early[1] < 0, "no better"
    assert claims.loc["inductive-bias-middle", "verdict"] == "holds"


def test_the_first_screen_is_one() -> None:
    """Two commands, and every link leads somewhere."""
    assert SCREEN.count("\n") < 40
    commands = re.findall(r"^    (\S+)", SCREEN, re.MULTILINE)
    assert commands == ["make", "make"]
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]+)\)", SCREEN):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif "://" not in target:
            assert (ROOT / target).exists(), target
