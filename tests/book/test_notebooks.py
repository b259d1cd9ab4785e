"""The stored notebooks: their form, and that verification notices a number that was altered."""

import ast
import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ltlib
from book.tools.notebooks import notebook_text, without_traces
from book.tools.setup_cell import SETUP_ID
from ltlib import figures
from tests.support.project import ROOT

BOUND = {"ltlib": "ltlib", "figures": "ltlib.figures"}  # names of chapters, and their modules
NETWORKS = [f"ltlib.networks.{name}" for name in ("packing", "pooling", "survivor_cnn")]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
IGNORED = "nbval-ignore-output"
FORM_LINE = re.compile(
    r"\w+: (?P<type>[\w\[\]]+) = (?P<default>\S+)  "
    r"# @param (?:(?P<choices>\[.+?\])(?: {allow-input: true})?|{type:\"(?P<kind>\w+)\"})"
    r"  # (?P<takes>\S.+)"
)
KINDS = {"string": str, "integer": int, "raw": list}
NUMBER = re.compile(r"\d(?=\D*$)")  # the last digit of a text


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def of_each_notebook(test: Any) -> Any:
    return pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)(test)


def test_the_chapters_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_data",
        "02_jsd",
        "03_obtaining_tickets",
        "04_transferring_tickets",
        "05_discussion",
        "06_training",
        "07_published",
        "08_readings",
        "09_inside_tickets",
    ]


@of_each_notebook
def test_set_up_comes_first_then_the_one_cell_of_parameters(path: Path) -> None:
    code = cells(path)
    assert code[0]["id"] == SETUP_ID
    assert "remove-cell" in tags(code[0])
    tagged = [cell for cell in code if "parameters" in tags(cell)]
    assert tagged == [code[1]]


@of_each_notebook
def test_parameters_are_a_form_and_say_what_they_take(path: Path) -> None:
    """Each has a type, a field of Colab's form, and a comment that the form shows beneath it."""
    title, unformatted, *lines = "".join(cells(path)[1]["source"]).splitlines()
    assert (title, unformatted) == ("# @title Parameters", "# fmt: off")
    assert lines
    for line, shown in zip(lines[::2], lines[1::2], strict=True):
        parts = FORM_LINE.fullmatch(line)
        assert parts, f"no field or no comment: {line}"
        assert shown == f"# @markdown {parts['takes']}"
        default = ast.literal_eval(parts["default"])
        choices, kind = parts["choices"], parts["kind"]
        if choices:
            assert default in json.loads(choices)
        else:
            assert KINDS[kind] is type(default)
        assert type(default).__name__ == parts["type"].split("[")[0]


@of_each_notebook
def test_stored_executed_at_smoke_scale_without_errors(path: Path) -> None:
    code = cells(path)
    assert 'scale: str = "smoke"  # @param ["smoke", "laptop", "paper"]' in "".join(
        code[1]["source"]
    )
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
            assert "image/svg+xml" not in output.get("data", {})


@of_each_notebook
def test_nothing_stored_tells_when_or_where(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert set(notebook["metadata"]) == {"kernelspec", "language_info", "myst"}
    assert path.read_text(encoding="utf-8") == notebook_text(without_traces(notebook))
    for cell in cells(path):
        assert set(cell["metadata"]) <= {"tags", "mystnb"}
        for output in cell["outputs"]:
            texts = {k: v for k, v in output.get("data", {}).items() if k != "image/png"}
            shown = json.dumps(texts, ensure_ascii=False) + "".join(output.get("text", []))
            shown = re.sub(r"base64,[\w+/=]*", "", shown)  # a file may spell anything
            assert not re.search(r"\b0x[0-9a-f]{4,}", shown)
            assert str(Path.home()) not in shown
            assert not re.search(r"\d+(\.\d+)? ?(s|ms|it/s)\b", shown)


@of_each_notebook
def test_every_figure_has_alt_text_and_a_caption(path: Path) -> None:
    names = []
    for cell in cells(path):
        if any("image/png" in output.get("data", {}) for output in cell["outputs"]):
            shown = cell["metadata"]["mystnb"]
            assert len(shown["image"]["alt"]) > 20
            assert len(shown["figure"]["caption"]) > 5
            names.append(shown["figure"]["name"])
    assert names == sorted(set(names), key=names.index)
    assert len(names) >= 2


@of_each_notebook
def test_what_prose_refers_to_is_always_shown(path: Path) -> None:
    """It ends its cell: no condition, such as `results`, leaves it out."""
    pages = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("book/*.md")]
    referred = re.findall(r"\{numref\}`([\w-]+)`", "".join(p.read_text() for p in pages))
    assert referred
    for cell in cells(path):
        shown = cell["metadata"].get("mystnb", {})
        if {kind.get("name") for kind in shown.values()} & set(referred):
            last = ast.parse("".join(cell["source"])).body[-1]
            assert isinstance(last, ast.Expr), cell["id"]


@of_each_notebook
def test_what_a_kernel_explores_a_page_explores_too(path: Path) -> None:
    """The cell after each that explores shows the chart, its data as a table and as a file."""
    code = cells(path)
    calls = [
        number
        for number, cell in enumerate(code)
        if re.search(r"^ *\w+\.show\(\)$", "".join(cell["source"]), re.MULTILINE)
    ]
    assert calls
    for number in calls:
        assert code[number + 1]["id"] == code[number]["id"] + "-page"
        (output,) = code[number + 1]["outputs"]
        page = "".join(output["data"]["text/html"])
        assert 'class="ltlib-explorable"' in page and "<table>" in page and 'download="' in page


@of_each_notebook
def test_a_chapter_uses_the_face_of_the_library(path: Path) -> None:
    """`ltlib` and `ltlib.figures`, in exercises too; chapter 6 shows the networks' own code."""
    sources = ["".join(cell["source"]) for cell in cells(path)]
    for cell in cells(path, "markdown"):
        sources += re.findall(r"^```python\n(.*?)^```$", "".join(cell["source"]), re.M | re.S)
    faces = {"ltlib": ltlib, "ltlib.figures": figures}
    if path.stem == "06_training":
        faces |= {name: importlib.import_module(name) for name in NETWORKS}
    used = set()
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            used |= {(alias.name, "__doc__") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            used |= {(str(node.module), alias.name) for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used |= {(BOUND.get(node.value.id, ""), node.attr)}
    ours = {(module, name) for module, name in used if module.split(".")[0] == "ltlib"}
    assert ours
    for module, name in ours:
        assert module in faces, f"{module} is deeper than a chapter reaches"
        documented = [*getattr(faces[module], "__all__", [name]), "__doc__", "figures"]
        assert name in documented and hasattr(faces[module], name), f"{module}.{name}"


@of_each_notebook
def test_what_is_not_compared_is_asserted(path: Path) -> None:
    """Trained values are exempt from comparison; an assertion of the chapter covers them."""
    code = cells(path)
    if any(IGNORED in tags(cell) for cell in code):
        assert any("assert " in "".join(cell["source"]) for cell in code)


@pytest.mark.long
@of_each_notebook
def test_verification_notices_every_altered_number(path: Path, tmp_path: Path) -> None:
    """One digit of each compared output is altered: those cells fail, and no others."""
    altered = alter(json.loads(path.read_text(encoding="utf-8")))
    assert len(altered.names) >= 3
    copy = tmp_path / path.name
    copy.write_text(json.dumps(altered.notebook), encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    failed = failing_cells(copy)
    assert failed == altered.names


class Altered:
    """A notebook with wrong outputs, and the cells that have them."""

    def __init__(self, notebook: dict[str, Any]) -> None:
        self.notebook = notebook
        self.names: set[str] = set()


def alter(notebook: dict[str, Any]) -> Altered:
    """Change a digit in every cell whose output is compared and holds one."""
    altered = Altered(notebook)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code):
        if IGNORED not in tags(cell) and any(map(changed, cell["outputs"])):
            altered.names.add(f"Cell {number}")
    return altered


def changed(output: dict[str, Any]) -> bool:
    """Change the last digit of one compared text of `output`; whether there was one."""
    place = output if output["output_type"] == "stream" else output["data"]
    for key in ("text", "text/plain", "text/html", "application/papermill.record/text/plain"):
        text = "".join(place.get(key, ""))
        if NUMBER.search(text):
            place[key] = NUMBER.sub(lambda digit: str((int(digit[0]) + 1) % 10), text)
            return True
    return False


def failing_cells(path: Path) -> set[str]:
    """Cells of the notebook that `pytest --nbval` fails."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-rf", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, path.name], cwd=path.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return set(re.findall(r"^FAILED \S+::(Cell \d+)", done.stdout, re.MULTILINE))
