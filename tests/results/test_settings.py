"""Corpora and protocols are told apart by words that people can give back."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

import ltlib
from ltlib.protocol import Protocol
from ltlib.results.settings import (
    Setting,
    Wanted,
    described,
    protocol_label,
    select,
    settings_of,
)
from ltlib.results.table import check_table
from tests.support import claim_worlds as worlds
from tests.support.refusals import assert_refused


def as_json(protocol: Protocol) -> str:
    return json.dumps(protocol.differences(), sort_keys=True)


SMOKE, LAPTOP = Protocol.smoke(), Protocol.laptop()
WARM = replace(LAPTOP, dropout=0.5, epochs=7)
SETTINGS = [
    Setting("films", "aaaa" + 60 * "0", as_json(SMOKE), "cpu"),
    Setting("films", "aaab" + 60 * "0", as_json(SMOKE), "cpu"),
    Setting("films", "aaaa" + 60 * "0", as_json(LAPTOP), "cpu"),
    Setting("songs", "bbbb" + 60 * "0", as_json(WARM), "cuda"),
]


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
def test_a_scale_is_called_by_its_name(scale: str) -> None:
    assert protocol_label(as_json(Protocol.named(scale))) == scale
    fewer = replace(Protocol.named(scale), rounds=1, replicates=1, domains=3)
    assert protocol_label(as_json(fewer)) == scale, "how many runs there are changes none of them"


def test_other_protocols_are_the_nearest_scale_and_what_differs() -> None:
    assert protocol_label(as_json(WARM)) == "laptop with dropout=0.5, epochs=7"
    for odd in ('{"no_such_field": 1}', "not JSON", "[1]", '{"split": 3}'):
        assert protocol_label(odd) == odd


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (Wanted(), [0, 1, 2, 3]),
        (Wanted(corpus="films"), [0, 1, 2]),
        (Wanted(corpus="aaab"), [1]),
        (Wanted(corpus="bbb"), [3]),
        (Wanted(protocol="smoke"), [0, 1]),
        (Wanted(protocol="smoke", corpus="aaaa"), [0]),
        (Wanted(protocol="laptop"), [2]),
        (Wanted(device="cuda"), [3]),
        (Wanted(device="cpu", protocol="laptop"), [2]),
    ],
)
def test_settings_are_chosen_by_name_or_digits(wanted: Wanted, chosen: list[int]) -> None:
    typed = Wanted(*json.loads(json.dumps(wanted)))  # words alike, not the same objects
    for words in (wanted, typed):
        assert set(words.among(SETTINGS)) == {SETTINGS[index] for index in chosen}


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_label_shows_chooses(setting: Setting) -> None:
    corpus, protocol = re.findall(r"\(([0-9a-f]{7})\)", setting.label())
    assert Wanted(corpus, protocol).among(SETTINGS) == [setting]
    assert ("cuda" in setting.label()) == (setting.device == "cuda")


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_value_is_shown_with_the_word_that_selects_it(setting: Setting) -> None:
    assert described("corpus", setting.corpus) == setting.corpus
    assert described("corpus_hash", setting.corpus_hash) == setting.corpus_hash[:7]
    assert described("device", setting.device) == setting.device
    name, digits = described("protocol", setting.protocol).rstrip(")").split(" (")
    for word in (name, digits):
        assert Wanted(protocol=word).among([setting]) == [setting]


def test_what_is_not_there_is_refused_with_what_is() -> None:
    for wanted in (Wanted("opera"), Wanted(protocol="paper"), Wanted("songs", device="cpu")):
        assert_refused(lambda: wanted.among(SETTINGS), r"no run of .*; there are runs of .*films")  # noqa: B023
    assert_refused(lambda: Wanted("").among(SETTINGS), "no run of")
    assert_refused(lambda: Wanted("aa").among(SETTINGS), "corpus aa;")
    assert Wanted("opera").among([]) == [], "an empty store is no mistake"


def test_rows_of_a_table_are_selected() -> None:
    table = worlds.table(worlds.as_claimed)
    other = table.assign(protocol=as_json(LAPTOP))
    both = pd.concat([table, other], ignore_index=True)
    assert set(settings_of(both)) == {*settings_of(table), *settings_of(other)}
    assert_refused(lambda: check_table(both), r"'protocol' holds .*laptop.*ltlib\.select")
    for part in (table, other):
        (setting,) = settings_of(part)
        chosen = ltlib.select(both, protocol=setting.label().rpartition("(")[2].rstrip(")"))
        pd.testing.assert_frame_equal(chosen.reset_index(drop=True), part.reset_index(drop=True))
    assert len(select(both)) == len(both)
    three = pd.concat([both, table.assign(protocol=as_json(WARM))])
    assert_refused(lambda: check_table(three), r"'protocol' holds .* and .*; select one of them")
    assert_refused(lambda: select(both, corpus="opera"), "no run of corpus opera")
