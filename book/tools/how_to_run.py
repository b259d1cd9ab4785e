"""The section in which a chapter says how it is run: its command, and what each parameter takes.

Written by `python -m book.tools.derive` from the chapter's own cell of parameters, as papermill
reads it.
"""

import ast
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import papermill
import yaml

from ltlib.errors import InputError
from ltlib.figures.tables import Table

RUN_ID = "run-this"

SECTION = """\
## Run this chapter

The buttons at the top of its page open this chapter on Binder or Colab. On your own machine,
[download {name}]({download})
and give the command below in its folder.

<details>
<summary>The command, and what each parameter takes</summary>

```bash
{command}
```

These are the values it has of itself: leave out what you do not change. `-p` gives a text or a
number, `-y` a list, and the executed chapter is `out.ipynb`. `pip install papermill ipykernel`
brings the program; the first cell of the chapter installs `ltlib` where it is missing.

{table}

</details>"""


class Parameter(NamedTuple):
    """A parameter of a chapter."""

    name: str
    default: str  # as Python writes it
    takes: str


def parameters_of(path: Path) -> list[Parameter]:
    """The parameters of the notebook at `path`, in its order.

    Raises:
        InputError: a parameter lacks its type, its field of Colab's form or what it takes.
    """
    found = []
    for name, read in papermill.inspect_notebook(str(path)).items():
        field, _, takes = read["help"].partition("  # ")
        if not field.startswith("@param ") or not takes or read["inferred_type_name"] == "None":
            raise InputError(
                f"{path}: parameter '{name}' should read "
                f"`{name}: TYPE = {read['default']}  # @param FIELD  # what it takes`"
            )
        found.append(Parameter(name, read["default"], takes))
    return found


def command(notebook: str, parameters: list[Parameter]) -> str:
    """The shell command that runs `notebook` with each parameter at its default, one a line."""
    flags = [_flag(parameter.name, ast.literal_eval(parameter.default)) for parameter in parameters]
    return " \\\n    ".join([f"papermill {notebook} out.ipynb", *flags])


def run_section(path: Path, raw: str) -> str:
    """Markdown of the section for the notebook at `path`.

    Args:
        raw: address of the folder from which the notebook is downloaded.
    """
    parameters = parameters_of(path)
    table = pd.DataFrame(
        [(default, takes) for _, default, takes in parameters],
        columns=["default", "what it takes"],
        index=pd.Index([parameter.name for parameter in parameters], name="parameter"),
    )
    return SECTION.format(
        name=path.name,
        download=f"{raw}/{path.name}",
        command=command(path.name, parameters),
        table=Table(table, "Parameters of this chapter")._repr_html_(),
    )


def _flag(name: str, value: Any) -> str:
    if isinstance(value, str | int):
        return f"-p {name} {shlex.quote(str(value))}"
    return f"-y {shlex.quote(yaml.safe_dump({name: value}, default_flow_style=True).strip()[1:-1])}"
