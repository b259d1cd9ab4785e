"""The directive `pasted-figure`: a figure that a chapter drew and shared, on another page.

MyST-NB pastes the picture alone; here it gets a caption, a number and a text for those who cannot
see it.
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.ext.glue.utils import create_pending_glue_ref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective


class PastedFigure(SphinxDirective):
    """`{pasted-figure} key` with options `doc`, `alt`, `width` and `name`, around the caption.

    A picture with a width is shown as a link to itself, which a keyboard reaches: on a phone it
    scrolls.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {
        "doc": directives.unchanged_required,
        "alt": directives.unchanged_required,
        "width": directives.unchanged_required,
        "name": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """The figure, its picture to be filled in when all pages have been read."""
        for option in self.option_spec:
            if option not in self.options:
                raise self.error(f"pasted-figure: option '{option}' is missing; state it")
        source, line = self.get_source_info()
        picture = create_pending_glue_ref(
            self.state.document, source, line, self.options["doc"], self.arguments[0]
        )
        figure = nodes.figure("", picture, align="center")
        figure["of_picture"] = {key: self.options[key] for key in ("alt", "width")}
        self.set_source_info(figure)
        caption = nodes.caption()
        texts, messages = self.state.inline_text("\n".join(self.content), self.lineno)
        caption.extend(texts)
        figure += caption
        self.add_name(figure)
        return [figure, *messages]


class DescribedPictures(SphinxPostTransform):
    """Gives pasted pictures the text and the width that their figure states."""

    default_priority = 6  # right after MyST-NB has pasted them

    def run(self, **_: Any) -> None:
        """Fill them in."""
        for figure in self.document.findall(nodes.figure):
            for image in figure.findall(nodes.image):
                image.update_all_atts(figure.get("of_picture", {}))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("pasted-figure", PastedFigure)
    app.add_post_transform(DescribedPictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
