"""What a click at the top of a page asks of Binder and Colab, checked without either."""

import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import papermill
import pytest
import yaml

from book.tools.notebooks import QUIET
from book.tools.repository import Repository
from ltlib.data.corpus import Corpus
from tests.support.pages import CHAPTERS, PAGES, ROOT, text_of
from tests.test_packaging import canonical, pins

INSTALLERS = {"setuptools", "wheel"}  # every environment brings its own
README = (ROOT / "README.md").read_text(encoding="utf-8")


@functools.cache
def files() -> set[str]:
    """Of the repository, as a clone of it has them."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.splitlines())


def launched(text: str, host: str) -> list[tuple[str, str]]:
    """Branch and file of each link to Binder or to Colab, which must name the repository."""
    repository = Repository.of(ROOT)
    name = urlsplit(repository.url).path.strip("/")
    found = []
    for link in re.findall(rf'https://{host}/[^"\s)<>]+', text):
        parts = urlsplit(link)
        if host == "mybinder.org" and parts.path.startswith("/v2/"):
            branch = parts.path.removeprefix(f"/v2/gh/{name}/")
            (place,) = parse_qs(parts.query)["urlpath"]
            found.append((branch, place.removeprefix("lab/tree/")))
        elif host == "colab.research.google.com" and not parts.path.startswith("/assets/"):
            branch, _, place = parts.path.removeprefix(f"/github/{name}/blob/").partition("/")
            found.append((branch, place))
    return found


@pytest.mark.parametrize("host", ["mybinder.org", "colab.research.google.com"])
@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_opens_itself(site: Path, page: str, host: str) -> None:
    notebook = f"{page}.ipynb"
    assert notebook in files()
    links = launched(text_of(site, page), host)
    assert links and set(links) == {(Repository.of(ROOT).branch, notebook)}


@pytest.mark.parametrize("host", ["mybinder.org", "colab.research.google.com"])
def test_the_badges_open_a_chapter(host: str) -> None:
    ((branch, place),) = launched(README, host)
    assert branch == Repository.of(ROOT).branch
    assert place in files()


@pytest.mark.parametrize("page", PAGES)
def test_links_into_the_repository_lead_to_files_of_it(site: Path, page: str) -> None:
    repository = Repository.of(ROOT)
    texts = text_of(site, page) + README
    assert f'href="{repository.url}"' in texts
    into = re.findall(rf'{repository.url}/(?:blob|edit|raw|tree)/([^"\s)?#]+)', texts)
    for place in into:
        assert place.startswith(f"{repository.branch}/")
        assert unquote(place.removeprefix(f"{repository.branch}/")) in files()


@pytest.mark.parametrize("page", PAGES)
def test_the_source_that_is_downloaded_is_the_page_s(site: Path, page: str) -> None:
    (link,) = set(re.findall(r'href="([^"]*_sources/[^"]+)"', text_of(site, page)))
    downloaded = (site / page).parent / link
    name = page + downloaded.suffix
    assert name in files()
    kept, given = (path.read_text(encoding="utf-8") for path in (ROOT / name, downloaded))
    if downloaded.suffix == ".ipynb":
        sources = [[cell["source"] for cell in json.loads(text)["cells"]] for text in (kept, given)]
        assert sources[0] == sources[1]
    else:
        assert kept == given


def test_binder_finds_what_its_environment_names() -> None:
    """Of the files Binder looks for, this one wins over all others but a Dockerfile."""
    assert {"environment.yml", "constraints.txt", "pyproject.toml"} <= files()
    assert not any(name.split("/")[0] in ("binder", ".binder", "Dockerfile") for name in files())


def test_binder_s_environment_can_be_installed(tmp_path: Path) -> None:
    """Pip, asked for the lines of environment.yml, finds a wheel of every pinned version."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (lines,) = (line["pip"] for line in environment if isinstance(line, dict))
    stated = dict(line.split("=") for line in environment if isinstance(line, str) and "=" in line)
    if stated["python"] != f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip(f"Binder has Python {stated['python']}; run the tests with it to check this")
    for name in ("constraints.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "ltlib", tmp_path / "ltlib")
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--only-binary=:all:", "--report", str(report)]
    command += [word for line in lines for word in shlex.split(line)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = {
        canonical(item["metadata"]["name"]): item["metadata"]["version"].split("+")[0]
        for item in json.loads(report.read_text())["install"]
    }
    assert found.pop("ltlib")
    free = {name for name, version in found.items() if pins().get(name) != version}
    assert free <= INSTALLERS, "whatever is installed is pinned"
    assert found["torch"] == stated["pytorch-cpu"], "pip installs no other torch over conda's"
    assert {"ipykernel", "ipywidgets", "jupyter-book", "datasets"} <= set(found)


def test_a_chapter_runs_alone_in_an_empty_folder(vader_corpus: Corpus, tmp_path: Path) -> None:
    """As Colab opens it: the notebook, an installed ltlib, and nothing beside.

    This chapter takes files of the library too; `test_live` runs another one from an empty folder.
    """
    (tmp_path / "alone").mkdir()
    copy = tmp_path / "alone" / "06.ipynb"
    shutil.copy(ROOT / "notebooks" / "06_training.ipynb", copy)
    folders = [str(Path(folder).resolve()) for folder in sys.path if folder]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(folders))
        executed = papermill.execute_notebook(
            str(copy),
            str(tmp_path / "out.ipynb"),
            cwd=tmp_path / "alone",
            progress_bar=False,
            **QUIET,
        )
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert [path.name for path in (tmp_path / "alone").iterdir()] == [copy.name], "nothing is left"
