"""Equations as MathML: browsers draw them by themselves, without scripts from another host."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator


def _inline(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append(f'<span class="math">{convert(node.astext())}</span>')
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.Element) -> None:
    equation = f'<div class="math" tabindex="0">{convert(node.astext(), display="block")}</div>'
    if node["number"]:  # one with a label, that prose refers to
        translator.body.append(translator.starttag(node, "div", CLASS="equation"))
        number = get_node_equation_number(translator, node)
        translator.body.append(f'{equation}<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span></div>\n")
    else:
        translator.body.append(f"{equation}\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
