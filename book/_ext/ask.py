"""The directives `ask-a-ticket` and `with-tickets`: a reader's text, judged in the page.

`book.tools.build` puts packed tickets where the pages find them; a book that is built without any
promises nothing.
"""

import html
import json
import math
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book._ext.files import ship
from book.tools.pages import TICKETS
from ltlib.results.packed_tickets import VOCABULARY, rounds_in
from ltlib.results.settings import SCALES, protocol_label

MARK = 'class="ltlib-ask"'
SCRIPT, STYLE = "ask.js", "ask.css"
NEAR = 0.03  # of accuracy: the slider begins at the sparsest tickets that lose no more than this

PIECE = """\
<div class="ltlib-ask" hidden>
<label for="ltlib-ask-text">A review</label>
<textarea id="ltlib-ask-text" rows="5" spellcheck="false" autocomplete="off">{example}</textarea>
<div class="ltlib-ask-sparsity">
<label for="ltlib-ask-round">Sparsity</label>
<input type="range" id="ltlib-ask-round" min="0" max="{last}" value="{start}" autocomplete="off">
<output for="ltlib-ask-round"></output>
</div>
<p class="ltlib-ask-note" role="status"></p>
<ul aria-label="Verdicts, a ticket each"></ul>
<p class="ltlib-ask-spoken" role="status"></p>
<script type="application/json">{settings}</script>
</div>
<p class="ltlib-ask-without">Here a script judges what you type. It does not run on paper, with
scripts turned off, or in a page that is opened from a disk: <code>make serve</code> serves the
book.</p>
"""
WITHOUT = (
    "This book was built from results that have no tickets beside them, so there is none to ask "
    "here. <code>ltlib export --store runs --out results.parquet --tickets 4-14</code> writes "
    "tickets of these rounds beside a table, and a book that is built from this table lets its "
    "reader type a review and see what they make of it. So does a book that finds its own tickets, "
    "by <code>make book</code>."
)
PYTHON = """\
import ltlib
ticket = ltlib.load_ticket({corpus}, {protocol}, {source}, {round}, store="runs")
ltlib.judge(ticket, {text})  # probability of positive
"""


class WithTickets(SphinxDirective):
    """Prose that stands on the page only if there are tickets to ask."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Its content, or nothing."""
        if not tickets_of(Path(self.env.app.srcdir)):
            return []
        return self.parse_content_to_nodes()


class AskATicket(SphinxDirective):
    """The piece itself and the same in Python; without tickets, how to come by some.

    Its argument is the review that stands in the field at first.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"short": directives.unchanged_required}  # the text judged in Python

    def run(self) -> list[nodes.Node]:
        """HTML for the page, and a block of code for all builders."""
        found = tickets_of(Path(self.env.app.srcdir))
        piece = _piece(found, self.arguments[0]) if found else f"<p>{WITHOUT}</p>\n"
        code = _python(found, self.options["short"])
        told = nodes.paragraph(text="The same in Python, from a store of runs:")
        block = nodes.literal_block(code, code, language="python")
        return [nodes.raw("", piece, format="html"), told, block]


def tickets_of(source: Path) -> dict[Path, dict[str, Any]]:
    """The files of packed tickets in the book at `source`, and what each says of itself."""
    return rounds_in(source / TICKETS)


def start_of(rounds: list[dict[str, Any]]) -> int:
    """Where the slider begins: at the sparsest tickets that are still about as accurate as any."""
    accuracies = [mean(d["test_accuracy"] for d in each["domains"].values()) for each in rounds]
    near = [place for place, each in enumerate(accuracies) if each >= max(accuracies) - NEAR]
    return near[-1]


def _piece(found: dict[Path, dict[str, Any]], example: str) -> str:
    rounds = list(found.values())
    settings = {
        "vocabulary": _file(next(iter(found)).with_name(VOCABULARY)),
        "weights": sum(math.prod(shape) for _, shape in rounds[0]["parameters"]),
        "rounds": [
            _file(path)
            | {
                "round": about["round"],
                "sparsity": mean(d["sparsity"] for d in about["domains"].values()),
                "left": max(d["survivors"] for d in about["domains"].values()),
            }
            for path, about in found.items()
        ],
    }
    return PIECE.format(
        example=html.escape(example),
        last=len(rounds) - 1,
        start=start_of(rounds),
        settings=json.dumps(settings).replace("<", "\\u003c"),
    )


def _file(path: Path) -> dict[str, Any]:
    """Where the script finds it, seen from its own place, and how large it is."""
    content = path.read_bytes()  # its digest, so that no browser takes an older one for it
    version = sha256(content).hexdigest()[:8]
    return {"file": f"{TICKETS.name}/{path.name}?v={version}", "bytes": len(content)}


def _python(found: dict[Path, dict[str, Any]], text: str) -> str:
    """Three lines for one ticket of these; without any, for one of the README's first runs."""
    corpus, protocol, source, round_ = "vader", "smoke()", "movies", 2
    if found:
        rounds = list(found.values())
        about = rounds[start_of(rounds)]
        corpus, round_, domains = about["corpus"], about["round"], about["domains"]
        source = max(domains, key=lambda domain: float(domains[domain]["test_accuracy"]))
        scale = protocol_label(json.dumps(about["protocol"]))
        changed = f"from_differences({about['protocol']})"
        protocol = f"{scale}()" if scale in SCALES else changed
    return PYTHON.format(
        corpus=json.dumps(corpus),
        protocol=f"ltlib.Protocol.{protocol}",
        source=json.dumps(source),
        round=round_,
        text=json.dumps(text),
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and the script."""
    app.add_directive("ask-a-ticket", AskATicket)
    app.add_directive("with-tickets", WithTickets)
    ship(app, MARK, [SCRIPT], [STYLE], type="module")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
