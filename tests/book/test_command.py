"""The tools as they are started from a shell."""

import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from book.tools.command import start
from ltlib.errors import InputError
from tests.support.project import ROOT

TOOLS = ("archive", "build", "cover", "derive", "notebooks", "pdf")


def raising(error: BaseException) -> Callable[[], None]:
    def carry_out() -> None:
        raise error

    return carry_out


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("a.csv:\n  bad; mend it"), 2, "error: a.csv: bad; mend it\n"),
        (click.UsageError("no such option"), 2, "error: no such option\n"),
        (KeyboardInterrupt(), 130, "stopped; run the same command again to go on\n"),
    ],
)
def test_what_a_user_can_mend_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    said: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["tool"])
    with pytest.raises(SystemExit) as ended:
        start(click.Command("tool", callback=raising(error)))
    assert ended.value.code == status
    assert capsys.readouterr().err.lstrip("\n") == said


def test_a_fault_of_the_tool_is_no_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tool"])
    with pytest.raises(ZeroDivisionError):
        start(click.Command("tool", callback=raising(ZeroDivisionError())))


@pytest.mark.long
def test_every_tool_says_what_it_takes_and_refuses_the_rest() -> None:
    tools = {path.stem for path in (ROOT / "book" / "tools").glob("*.py")}
    runnable = {name for name in tools if "start(main)" in source(name)}
    assert runnable == set(TOOLS)
    asked = {
        (name, option): subprocess.Popen(
            [sys.executable, "-m", f"book.tools.{name}", option],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in TOOLS
        for option in ("--help", "--nonsense")
    }
    for (name, option), process in asked.items():
        out, err = process.communicate()
        if option == "--help":
            assert (process.returncode, err) == (0, ""), name
            assert out.startswith(f"Usage: python -m book.tools.{name} [OPTIONS]")
        else:
            assert (process.returncode, out) == (2, ""), name
            assert err.startswith("error: ") and err.count("\n") == 1 and option in err


def source(name: str) -> str:
    return (ROOT / "book" / "tools" / f"{name}.py").read_text(encoding="utf-8")
