"""Readers' tickets: the script in a browser beside what Python makes of the same exported files."""

import json
import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from selenium import webdriver

from ltlib.data.vocabulary import Vocabulary
from ltlib.networks.text import TextArchitecture
from ltlib.networks.text_cnn import build_model
from ltlib.protocol import Protocol
from ltlib.results.packed_tickets import read_packed
from ltlib.tickets import Ticket, first_ticket
from tests.support.pages import PUBLISHED_TICKETS

# Modules of the page, beside which the tickets lie.
IN_SCRIPT = """
const [folder, file, texts, done] = arguments;
(async () => {
  const { cutter } = await import(`${folder}ask-subwords.js`);
  const { judged, readRound } = await import(`${folder}ask-network.js`);
  const cut = cutter(await (await fetch(`${folder}tickets/vocabulary.json`)).json());
  const read = texts.map(cut);
  if (!file) return read.map(subwords => subwords.map(({ id, from, to }) => [id, from, to]));
  const tickets = readRound(await (await fetch(`${folder}tickets/${file}`)).arrayBuffer());
  return Object.fromEntries(tickets.map(({ domain, network }) => [domain, read.map(
    subwords => judged(network, subwords.map(({ id }) => id))
  )]));
})().then(found => done(JSON.stringify(found)), error => done(String(error)));
"""


def _run(browser: webdriver.Chrome, home: str, file: str, texts: list[str]) -> Any:
    if not browser.current_url.startswith(home):  # a page imports modules of its own site alone
        browser.get(f"{home}search.html")
    found = browser.execute_async_script(IN_SCRIPT, f"{home}_static/", file, texts)
    assert found.startswith(("[", "{")), found
    return json.loads(found)  # as one string: a driver is slow to hand over many small things


def pieces_in_script(
    browser: webdriver.Chrome, home: str, texts: list[str]
) -> list[list[tuple[int, int, int]]]:
    """Of each text its subwords: id, and where it stands, in UTF-16 units."""
    found = _run(browser, home, "", texts)
    return [[(number, start, end) for number, start, end in text] for text in found]


def judged_in_script(
    browser: webdriver.Chrome, home: str, round_: int, texts: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """By domain, of each text `positive` and the `windows` that moved the verdict."""
    return dict(_run(browser, home, f"round-{round_:02}.safetensors", texts))


def published_tickets(round_: int, vocabulary: Vocabulary) -> dict[str, Ticket]:
    """By domain, what was exported, as Python judges with it."""
    protocol = Protocol.laptop()
    tickets = {}
    for domain, (masks, values) in read_packed(PUBLISHED_TICKETS, round_).items():
        begun = first_ticket(TextArchitecture(vocabulary), protocol, domain, 0, 0)
        tickets[domain] = replace(
            begun,
            round=round_,
            masks={name: torch.from_numpy(mask) for name, mask in masks.items()},
            trained={name: torch.from_numpy(value) for name, value in values.items()},
        )
    return tickets


def moved_by_windows(ticket: Ticket, ids: list[int]) -> dict[tuple[int, int], float]:
    """By begin and height of a window, how far it moves the verdict: gradients by torch, windows
    by loops.
    """
    assert ticket.trained is not None
    model = build_model(ticket.protocol, ticket.trained).double()
    rows = ticket.trained["embedding.weight"].double()
    embedded = torch.stack([rows[i] for i in ids[: ticket.protocol.max_length]])
    short = max(ticket.protocol.heights) - len(embedded)
    if short > 0:
        embedded = torch.cat([embedded, torch.zeros(short, embedded.shape[1])])
    largest, places = [], []
    for number, height in enumerate(ticket.protocol.heights):
        weight = ticket.trained[f"convolutions.{number}.weight"].double()
        for channel in range(weight.shape[1]):
            responses = [
                float((weight[:, channel] * embedded[begin : begin + height]).sum())
                for begin in range(len(embedded) - height + 1)
            ]
            places.append((int(np.argmax(responses)), height))
            largest.append(max(responses))
    biases = [value for name, value in ticket.trained.items() if re.match(r"conv.*bias", name)]
    bias = torch.cat(biases).double()
    features = torch.relu(torch.tensor(largest) + bias).requires_grad_()
    scores = model.output(torch.relu(model.hidden(features)))
    (slope,) = torch.autograd.grad(scores[1] - scores[0], features)
    moved = slope * (features - torch.relu(bias))
    found: dict[tuple[int, int], float] = defaultdict(float)
    for place, by in zip(places, moved.tolist(), strict=True):
        found[place] += by
    return found
