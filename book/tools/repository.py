"""Where the project is hosted, as `_config.yml` states it, and what follows from the address."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from ltlib.errors import InputError


@dataclass(frozen=True)
class Repository:
    """Where the project is hosted.

    Attributes:
        url: its address, without a slash at the end.
        branch: the branch that badges point at.
    """

    url: str
    branch: str

    @classmethod
    def of(cls, root: Path) -> "Repository":
        """As `_config.yml` in the folder `root` states it.

        Raises:
            InputError: the file or the field is missing.
        """
        path = root / "_config.yml"
        try:
            settings = yaml.safe_load(path.read_text(encoding="utf-8"))
            repository = settings["repository"]
            return cls(str(repository["url"]).rstrip("/"), str(repository.get("branch", "main")))
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}; name the project's folder") from None
        except (KeyError, TypeError):
            raise InputError(
                f"{path}: repository.url is missing; state the address there"
            ) from None

    @property
    def on_github(self) -> str | None:
        """Owner and name with a slash between them; None on another host."""
        parts = urlsplit(self.url)
        return parts.path.strip("/") if parts.netloc == "github.com" else None

    def raw(self, folder: str) -> str:
        """Address from which the files of a folder of the project are downloaded."""
        return f"{self.url}/raw/{self.branch}/{folder}"


def pages_address(url: str) -> str | None:
    """Where GitHub publishes the pages of the repository at `url`; None for another host."""
    parts = urlsplit(url)
    owner, _, name = parts.path.strip("/").partition("/")
    if parts.netloc != "github.com" or not name:
        return None
    site = f"{owner.lower()}.github.io"
    return f"https://{site}/" if name.lower() == site else f"https://{site}/{name}/"
