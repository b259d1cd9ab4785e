"""The works around the paper, what it cites and what cites it: a table that is read and checked."""

import unicodedata
from collections.abc import Hashable, Mapping
from pathlib import Path

import pandas as pd

from ltlib.errors import InputError

CITED, CITES = "cited by", "cites"  # what a work is to the paper: cited by it, or it cites it
PAPER_YEAR = 2019
PAPER_LINK = "https://doi.org/10.18653/v1/D19-6117"
THEMES = {  # in the order they are shown, from top to bottom
    CITED: (
        "Tickets and their tests",
        "Sparsity and compression",
        "Transfer and domains",
        "Networks for text, and how to train them",
        "Architecture search",
        "Federated learning",
    ),
    CITES: (
        "Finding and explaining tickets",
        "Images, objects and speech",
        "Shifts, calibration and fairness",
        "Language models, prompts and adapters",
        "Generative models",
        "Reinforcement learning",
    ),
}
OPTIONAL = ("earlier_title", "venue")
COLUMNS = (
    "relation",
    "theme",
    "title",
    "earlier_title",
    "authors",
    "year",
    "venue",
    "link",
    "relation_source",
    "link_source",
)


def read_related(path: Path) -> pd.DataFrame:
    """Read the table of related works, in the order of relation, theme, year and author.

    Returns:
        Columns `COLUMNS`, one row a work; `year` is a whole number, the rest is text, and
        `earlier_title` and `venue` may be empty.

    Raises:
        InputError: the file is missing, a column is, or a row is wrong; names the line.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise InputError(f"{path}: not found; it is a CSV file of the book's folder") from None
    if missing := [column for column in COLUMNS if column not in table.columns]:
        raise InputError(f"{path}: no column '{missing[0]}'; it needs {', '.join(COLUMNS)}")
    seen: dict[str, int] = {}
    for line, work in enumerate(table.to_dict("records"), start=2):
        place = f"{path}, line {line}"
        _check(work, place)
        for title in filter(None, (work["title"], work["earlier_title"])):
            if (key := folded(title)) in seen:
                raise InputError(f"{place}, title: '{title}' is on line {seen[key]} too; keep one")
            seen[key] = line
    return _in_order(table.astype({"year": int})[list(COLUMNS)])


def _check(work: Mapping[Hashable, str], place: str) -> None:
    for column in COLUMNS:
        if column not in OPTIONAL and not work[column].strip():
            raise InputError(f"{place}, {column}: is empty; fill it in")
    relation = work["relation"]
    if relation not in THEMES:
        raise InputError(f"{place}, relation: '{relation}'; write '{CITED}' or '{CITES}'")
    if work["theme"] not in THEMES[relation]:
        known = "', '".join(THEMES[relation])
        raise InputError(f"{place}, theme: '{work['theme']}'; write one of '{known}'")
    if not (work["year"].isdecimal() and len(work["year"]) == 4):
        raise InputError(f"{place}, year: '{work['year']}'; write four digits")
    years_later = int(work["year"]) - PAPER_YEAR
    if years_later > 0 if relation == CITED else years_later < 0:
        raise InputError(
            f"{place}, year: {work['year']} does not fit '{relation}' the paper of {PAPER_YEAR}; "
            "correct the year or the relation"
        )
    if not work["link"].startswith("https://"):
        raise InputError(f"{place}, link: '{work['link']}'; write an address with https://")


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    themes = [theme for relation in (CITED, CITES) for theme in THEMES[relation]]
    keys = pd.DataFrame(
        {
            "theme": table["theme"].map(themes.index),
            "year": table["year"],
            "author": table["authors"].map(surname).map(folded),
        }
    )
    return table.loc[keys.sort_values(["theme", "year", "author"]).index].reset_index(drop=True)


def surname(authors: str) -> str:
    """Of the first author."""
    return authors.split(",")[0].split()[-1]


def folded(text: str) -> str:
    """Without accents and capitals, as one types it in a search."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
