"""The README's first screen: what it is, what it found, two commands, and the way to all else."""

import re

from book.tools.cover import QUESTIONS
from ltlib.results.claims import judged
from ltlib.results.finding import finding
from ltlib.results.table import read_table
from tests.support.project import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCREEN = README.partition("![What tickets")[0]


def test_what_it_found_is_what_the_published_table_says() -> None:
    path = re.search(r"`(results/\S+\.parquet)`", SCREEN)
    assert path is not None
    results = read_table(ROOT / path[1])
    said = " ".join(SCREEN.split())
    found = finding(results, judged(results))
    for name, question in QUESTIONS.items():
        assert f"**{question}** {' '.join(found[name].split())}" in said
    assert found["in_short"][1:] in said
    assert f"{len(results):,} trained networks" in said
    assert all(domain in said for domain in results["target"].unique())


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
