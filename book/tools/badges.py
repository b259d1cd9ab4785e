"""The README's buttons that open the notebooks on Binder and on Colab."""

from urllib.parse import quote

from book.tools.repository import Repository

FIRST_CHAPTER = "notebooks/01_data.ipynb"


def badges(repository: Repository) -> str:
    """Markdown of the buttons, one a line; Colab opens what is on GitHub alone."""
    place, branch = repository.on_github, repository.branch
    binder = f"gh/{place}" if place else f"git/{quote(repository.url, safe='')}"
    address = f"mybinder.org/v2/{binder}/{branch}?urlpath=lab/tree/{FIRST_CHAPTER}"
    lines = [_badge("Binder", "mybinder.org/badge_logo.svg", address)]
    if place:
        colab = "colab.research.google.com"
        address = f"{colab}/github/{place}/blob/{branch}/{FIRST_CHAPTER}"
        lines.append(_badge("Colab", f"{colab}/assets/colab-badge.svg", address))
    return "\n".join(lines) + "\n"


def _badge(name: str, image: str, address: str) -> str:
    return f"[![Open in {name}](https://{image})](https://{address})"
