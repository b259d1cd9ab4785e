"""The network of the page on tickets, by itself: its script is run on an empty page."""

from typing import Any

from selenium import webdriver

from book._ext.watch import SCRIPTS
from tests.support.project import ROOT

STATIC = ROOT / "book" / "_static"
DOMLESS = SCRIPTS[:2]  # the network and its tickets; the others draw

WHOLE_CHAIN = """
const [seed, strategy] = arguments, rounds = [];
const { Chain } = watchedTicket, { drawPoints, drawValues, loss } = watchedNetwork;
const plain = (tensors) => tensors.map((tensor) => [...tensor]);
const chain = new Chain(seed, strategy);
const draws = [plain(drawValues(seed, "initial"))];
while (chain.next) {
  if (chain.next !== "train") {
    chain[chain.next]();
    continue;
  }
  const begun = plain(chain.values);
  while (chain.next === "train") chain.advance();
  const { losses, validation: accuracies, values: last } = chain.training;
  rounds.push({
    ...chain.history.at(-1), masks: plain(chain.masks), begun, losses, accuracies,
    kept: plain(chain.values), last: plain(last), loss: loss(chain.values, chain.points.train),
  });
  draws.push(plain(drawValues(seed, `redrawn ${rounds.length}`)));
}
return { points: drawPoints(seed), draws: draws.slice(0, strategy === "reset" ? 1 : 9), rounds };
"""


def run_script(browser: webdriver.Chrome, body: str, *arguments: Any) -> Any:
    """What `body` returns, behind the script on an empty page."""
    browser.get("about:blank")
    script = "".join((STATIC / name).read_text(encoding="utf-8") for name in DOMLESS)
    return browser.execute_script(script + body, *arguments)


def whole_chain(browser: webdriver.Chrome, seed: int, strategy: str) -> dict[str, Any]:
    """All rounds of a strategy (`reset`, `random`): points, draws, and what each round came to.

    Of a round: masks, values as it `begun`, of the step that is `kept` and of the `last` one; the
    loss before each step and the accuracy on validation points after it; accuracies at the end.
    """
    found: dict[str, Any] = run_script(browser, WHOLE_CHAIN, seed, strategy)
    return found


def histories(browser: webdriver.Chrome, seed: int) -> dict[str, list[dict[str, float]]]:
    """By strategy, the rounds' sparsities and accuracies."""
    body = """
    return Object.fromEntries(["reset", "random"].map((strategy) => {
      const chain = new watchedTicket.Chain(arguments[0], strategy);
      while (chain.next) chain.next === "train" ? chain.advance() : chain[chain.next]();
      return [strategy, chain.history];
    }));"""
    found: dict[str, list[dict[str, float]]] = run_script(browser, body, seed)
    return found
