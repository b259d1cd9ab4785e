"""The directive `watch-ticket`: a ticket found in the page, and text that stands in for it.

The piece is hidden until `book/_static/watch.js` shows it; without scripts, and on paper, the page
has the directive's content instead. Its files come with a page that has one, and with no other.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book._ext.files import ship

MARK = "ltlib-watch"  # class of the piece
# In the order they run.
SCRIPTS = (
    "watch-network.js",
    "watch-ticket.js",
    "watch-drawing.js",
    "watch-curve.js",
    "watch-words.js",
    "watch.js",
)
STYLE = "watch.css"

SIDE = """\
<div class="watch-side" data-strategy="{strategy}">
<p class="watch-title"><strong>{title}</strong>: {values}</p>
<canvas class="watch-network" role="img" aria-label="Network of {strategy}"></canvas>
<canvas class="watch-plane" role="img" aria-label="Points of {strategy}"></canvas>
<p class="watch-numbers"><span class="watch-state"></span> <span class="watch-left"></span></p>
</div>
"""
PIECE = """\
<div class="{mark}" role="group" aria-label="A ticket being found" hidden>
<div class="watch-controls">
<button type="button" data-does="train">Train</button>
<button type="button" data-does="prune">Prune</button>
<button type="button" data-does="rewind">Rewind</button>
<button type="button" data-does="play">Play</button>
<button type="button" data-does="restart">Start again</button>
<label>Seed <input type="number" min="0" max="999999" step="1" value="0" required></label>
</div>
<p role="status"></p>
<div class="watch-sides">
{sides}</div>
<p class="watch-key">A line is a weight, the thicker the larger: full where it is positive, broken
where it is negative; a bias is a short line above its unit. Dotted lines have just been pruned. In
the square, full points are one class and hollow ones the other; the ground says which class the
network takes a place for, and the thick line parts them.</p>
<canvas class="watch-curve" role="img" aria-label="Accuracy against sparsity"></canvas>
<details><summary>The curve as a table</summary>
<div class="ltlib-table"></div></details>
</div>
"""


def piece() -> str:
    """The markup that the script fills."""
    sides = [
        SIDE.format(strategy="reset", title="Reset", values="the initial values again"),
        SIDE.format(strategy="random", title="Random", values="new values each round"),
    ]
    return PIECE.format(mark=MARK, sides="".join(sides))


class WatchTicket(SphinxDirective):
    """`{watch-ticket}` around what a page without scripts says in its place."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The piece, and its content behind it."""
        self.assert_has_content()
        still = nodes.container(classes=[f"{MARK}-still"])
        still += self.parse_content_to_nodes()
        return [nodes.raw("", piece(), format="html"), still]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("watch-ticket", WatchTicket)
    ship(app, f'class="{MARK}"', SCRIPTS, [STYLE])
    return {"parallel_read_safe": True, "parallel_write_safe": True}
