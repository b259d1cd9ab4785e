"""The table of related works against what is known of them, and the graph against the table."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from book._ext.related.graph import related_graph, year_place
from book._ext.related.works import (
    CITED,
    CITES,
    COLUMNS,
    PAPER_YEAR,
    THEMES,
    folded,
    read_related,
    surname,
)
from ltlib.errors import InputError
from tests.support.project import ROOT

TABLE = ROOT / "book" / "related-work.csv"
REFERENCES = 35  # the list of references of the paper has as many entries


def rows() -> list[dict[str, str]]:
    """The table as it is written, read without the library."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", folded(text).replace("₀", "0"))


def test_every_row_says_what_it_must() -> None:
    for row in rows():
        assert None not in row.values()
        for name, value in row.items():
            assert value == " ".join(value.split())
            assert value or name in ("earlier_title", "venue"), row["title"]
        assert re.fullmatch(r"20[0-2]\d", row["year"])
        assert not re.search(r" and |\bet al$|;|\d|\(", row["authors"]), row["authors"]


def test_relations_and_years_agree_with_the_paper() -> None:
    cited = [row for row in rows() if row["relation"] == "cited by"]
    citing = [row for row in rows() if row["relation"] == "cites"]
    assert len(cited) == REFERENCES
    assert len(cited) + len(citing) == len(rows())
    assert all(int(row["year"]) <= PAPER_YEAR for row in cited)
    assert all(int(row["year"]) >= PAPER_YEAR for row in citing)


def test_no_work_is_there_twice() -> None:
    titles = [row[name] for row in rows() for name in ("title", "earlier_title") if row[name]]
    assert len({letters(title) for title in titles}) == len(titles)
    links = [row["link"] for row in rows()]
    assert len(set(links)) == len(links)


def test_links_are_identifiers_and_not_searches() -> None:
    form = (
        r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}|doi\.org/10\.\d{4,}/\S+"
        r"|aclanthology\.org/[\w.-]+/|openreview\.net/forum\?id=\w+"
        r"|jmlr\.org/papers/\S+|icml\.cc/Conferences/\S+)"
    )
    for row in rows():
        assert re.fullmatch(form, row["link"]), row["link"]


def test_years_agree_with_the_identifiers_of_arxiv() -> None:
    """An identifier begins with the year and month in which a work was first made public."""
    checked = 0
    for row in rows():
        if found := re.search(r"arxiv\.org/abs/(\d\d)(\d\d)\.", row["link"]):
            posted = 2000 + int(found[1])
            assert 1 <= int(found[2]) <= 12
            later = int(row["year"]) - posted
            assert later == 0 if row["relation"] == CITES else later >= 0, row["title"]
            checked += 1
    assert checked > len(rows()) / 2


def test_the_table_agrees_with_the_bibliography_of_the_book() -> None:
    links = {letters(row["title"]): row["link"] for row in rows()}
    agreed = 0
    for entry in (ROOT / "book" / "references.bib").read_text(encoding="utf-8").split("\n@")[1:]:
        title = re.search(r"^  title = \{(.*)\},$", entry, re.MULTILINE)
        doi = re.search(r"^  doi = \{(.*)\},$", entry, re.MULTILINE)
        url = re.search(r"^  url = \{(.*)\},$", entry, re.MULTILINE)
        assert title
        link = links.get(letters(title[1]))
        if link and (doi or url):
            assert link == (f"https://doi.org/{doi[1]}" if doi else url[1] if url else "")
            agreed += 1
    assert agreed > 10


def test_works_are_read_whole_and_in_order() -> None:
    works = read_related(TABLE)
    assert list(works.columns) == list(COLUMNS)
    assert sorted(works["title"]) == sorted(row["title"] for row in rows())
    order = [theme for relation in (CITED, CITES) for theme in THEMES[relation]]
    keys = [
        (order.index(work["theme"]), work["year"], folded(surname(work["authors"])))
        for work in works.to_dict("records")
    ]
    assert keys == sorted(keys)


def write(path: Path, **changes: str) -> Path:
    """A table of two sound works, the second with `changes`."""
    first, second = rows()[0], rows()[1] | changes
    pd.DataFrame([first, second]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "line 3, title: is empty"),
        ({"authors": " "}, "line 3, authors: is empty"),
        ({"relation": "quotes"}, "line 3, relation: 'quotes'; write 'cited by' or 'cites'"),
        ({"theme": "Poetry"}, "line 3, theme: 'Poetry'; write one of"),
        ({"year": "19"}, "line 3, year: '19'; write four digits"),
        ({"year": "2020"}, "line 3, year: 2020 does not fit 'cited by'"),
        ({"link": "javascript:alert(1)"}, "line 3, link: 'javascript:alert(1)'; write an address"),
        ({"link": "http://example.org"}, "write an address with https://"),
        ({"title": rows()[0]["title"].upper()}, "is on line 2 too; keep one"),
        ({"earlier_title": rows()[0]["title"]}, "is on line 2 too; keep one"),
    ],
)
def test_a_wrong_row_is_named_with_its_remedy(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    path = write(tmp_path / "works.csv", **changes)
    with pytest.raises(InputError) as caught:
        read_related(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_citing_work_older_than_the_paper_is_refused(tmp_path: Path) -> None:
    theme = THEMES[CITES][0]
    path = write(tmp_path / "works.csv", relation=CITES, theme=theme, year="2018")
    with pytest.raises(InputError, match="2018 does not fit 'cites' the paper of 2019"):
        read_related(path)


def test_a_missing_file_and_a_missing_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: not found"):
        read_related(tmp_path / "none.csv")
    path = tmp_path / "works.csv"
    pd.DataFrame(rows()).drop(columns="link").to_csv(path, index=False)
    with pytest.raises(InputError, match=r"works\.csv: no column 'link'; it needs"):
        read_related(path)


def test_the_graph_shows_the_table() -> None:
    works = read_related(TABLE)
    drawn = {data["name"]: data for data in related_graph(works)["data"]}["works"]["values"]
    for work, told in zip(works.to_dict("records"), drawn, strict=True):
        for name in ("relation", "theme", "title", "earlier_title", "authors", "year", "link"):
            assert told[name] == work[name]


def test_years_run_from_left_to_right_around_the_paper() -> None:
    works = read_related(TABLE)
    spec = related_graph(works)
    places = [
        year_place(works, relation, year)
        for relation in (CITED, CITES)
        for year in sorted(set(works.loc[works["relation"] == relation, "year"]))
    ]
    assert places == sorted(set(places))
    assert 0 < places[0] < places[-1] < spec["width"]
    middle = spec["width"] / 2
    for work in works.to_dict("records"):
        left = year_place(works, work["relation"], work["year"]) < middle
        assert left == (work["relation"] == CITED)


def test_a_table_of_one_work_is_drawn_too() -> None:
    works = read_related(TABLE).head(1)
    spec = related_graph(works)
    assert [len(data["values"]) for data in spec["data"] if data["name"] == "works"] == [1]
