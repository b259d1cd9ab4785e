"""The command: what it prints, and one line with status 2 for everything a user can mend."""

import gzip
import inspect
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ltlib.cli.commands import cli
from ltlib.results.atlas import atlas_beside, path_beside, write_atlas
from ltlib.results.desai2019 import CLAIMS
from ltlib.results.table import COLUMNS
from ltlib.runs.driver import Report
from tests.support import claim_worlds as worlds
from tests.support.command import Run, failed, write_domain


def test_an_atlas_is_of_the_corpus_that_was_run(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    own = shutil.copytree(folder, tmp_path / "own")
    store, out = tmp_path / "s", tmp_path / "r.parquet"
    words = ("--experiment", "obtain", "--domains", "films", "--rounds", "0", "--store", store)
    assert ltlib("run", "--corpus", own, *words)[0] == 0
    alone = tmp_path / "films.parquet"
    assert ltlib("export", "--store", store, "--out", alone, "--atlas")[0] == 0
    assert atlas_beside(alone).domains == ["films"], "it needs no transfers"
    for seed in (7, 8):  # a hash above that of the run's, and one below
        write_domain(own / "films.jsonl.gz", seed)
        status, _, said = ltlib("export", "--store", store, "--out", out, "--atlas")
        assert status == 2
        assert "own: is not the corpus that" in said
        assert not out.exists(), "a table alone is not what was asked for"
    status, _, said = ltlib("export", "--store", store, "--out", "memory://r.parquet", "--atlas")
    assert status == 2
    assert "an atlas lies beside a file" in said


def test_what_a_table_holds_is_run_again_only_for_its_tickets(
    ltlib: Run, folder: Path, tmp_path: Path
) -> None:
    """The store is gone, its table was kept: transfers are new, and the other strategy's chains."""
    gone, out = tmp_path / "gone", tmp_path / "kept.parquet"
    asked = ("run", "--corpus", folder, "--domains", "films,phones", "--rounds", "1")
    assert ltlib(*asked, "--experiment", "reset", "--store", gone)[0] == 0  # 2 chains of 2 runs
    assert ltlib("export", "--store", gone, "--out", out)[0] == 0
    kept = ("--table", out, "--store", tmp_path / "s")
    assert ltlib(*asked, "--experiment", "reset", *kept)[1].startswith("nothing to do: all 0 runs")
    status, printed, _ = ltlib(*asked, "--experiment", "transfer", "--rounds", "1-1", *kept)
    # 4 transfers of round 1, the random ticket of either domain, and 4 whose tickets these need.
    assert (status, printed.split(" runs done")[0]) == (0, "10")
    whole = tmp_path / "whole.parquet"
    assert ltlib("export", "--store", tmp_path / "s", "--table", out, "--out", whole)[0] == 0
    assert len(pd.read_parquet(whole)) == 10
    failed(ltlib("export", "--out", whole), "--store", "--table")
    other = pd.read_parquet(out).assign(test_accuracy=0.123)
    other.to_parquet(out)
    joined = ltlib("export", "--store", tmp_path / "s", "--table", out, "--out", whole)
    failed(joined, "disagree", "test_accuracy")


def test_a_table_of_another_processor_is_not_gone_on_with_unsaid(
    ltlib: Run, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "kept.parquet"
    asked = ("run", "--corpus", folder, "--domains", "films", "--rounds", "1")
    assert ltlib(*asked, "--experiment", "reset", "--store", tmp_path / "a")[0] == 0
    assert ltlib("export", "--store", tmp_path / "a", "--out", out)[0] == 0
    again = (*asked, "--experiment", "obtain", "--store", tmp_path / "b", "--table", out)
    assert "rounds otherwise" not in ltlib(*again, "--dry-run")[2], "it is this one's"
    record = tmp_path / "kept.provenance.json"
    computed = json.loads(record.read_text())
    computed["computed_by"][0]["processor"] = "An Abacus"
    record.write_text(json.dumps(computed))
    for more in (("--dry-run",), ()):
        status, _, said = ltlib(*again, *more)
        assert status == 0 and f"{out}: computed on An Abacus; this is" in said
    assert "rounds otherwise" not in ltlib(*again, "--quiet")[2]
    record.unlink()
    assert "rounds otherwise" not in ltlib(*again)[2], "nobody knows"


def test_a_mixture_is_named_as_a_domain_is(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    """One chain on the mixture to round 1, and what is moved from it."""
    asked = ("run", "--corpus", folder, "--store", tmp_path / "s", "--rounds", "1-1", "--dry-run")
    moved = ("--experiment", "transfer", "--pairs", "films+50%phones:phones")
    status, printed, _ = ltlib(*asked, *moved, "--domains", "phones")
    assert status == 0 and printed.startswith("runs: ")
    plain = ltlib(*asked, "--experiment", "transfer", "--pairs", "films:phones")[1]
    assert printed.split(";")[0] == plain.split(";")[0], "as many as of a plain domain"
    failed(ltlib(*asked, "--domains", "films+50%books"), "domain 'books' is unknown")


def test_from_folder_to_export(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    store, out = tmp_path / "s", tmp_path / "r.parquet"
    run = ("run", "--corpus", folder, "--rounds", "1", "--store", store)
    status, printed, _ = ltlib(*run)
    assert status == 0
    assert printed.startswith("14 runs done")  # 2 domains × 3 runs, 2 pairs × 2 rounds × 2
    status, printed, _ = ltlib(*run)
    assert (status, printed.startswith("nothing to do: all 14")) == (0, True)
    assert ltlib("export", "--store", store, "--out", out)[0] == 0
    table = pd.read_parquet(out)
    assert list(table.columns) == COLUMNS
    assert len(table) == 14
    assert set(table["source"]) == {"films", "phones"}, "smoke runs the first two domains"
    assert atlas_beside(out).domains == []
    assert ltlib("export", "--store", store, "--out", out, "--atlas")[0] == 0
    assert atlas_beside(out).domains == ["films", "phones"]
    assert set(atlas_beside(out).layers["round"]) == {0, 1}
    status, printed, _ = ltlib("status", "--store", store)
    assert "14 runs done" in printed
    names = json.loads(ltlib("status", "--store", store, "--json")[1])["runs"]
    transfer = next(row for row in names if row["experiment"] == "transfer" and row["round"] == 1)
    status, printed, _ = ltlib("show", "--store", store, transfer["run"][:10])
    *shown, command = printed.strip().splitlines()
    record = json.loads("\n".join(shown))
    assert record["run"] == transfer["run"]
    assert record["metrics"]["test_accuracy"] == transfer["test_accuracy"]
    words = command.split()
    assert words[0] == "ltlib"
    again = [str(tmp_path / "again") if word == str(store) else word for word in words[1:]]
    assert ltlib(*again)[0] == 0
    metrics = json.loads((tmp_path / "again" / transfer["run"] / "metrics.json").read_text())
    assert metrics["test_accuracy"] == transfer["test_accuracy"], "the command repeats the run"


def test_prepare_prints_what_came_out(ltlib: Run, folder: Path) -> None:
    status, printed, _ = ltlib("prepare", "--corpus", folder)
    assert status == 0
    assert "films" in printed and "mean length" in printed and "vocabulary: 400" in printed
    rows = {re.split("  +", line)[0]: re.split("  +", line)[1:] for line in printed.splitlines()}
    assert rows["read"] == ["500"] * 3, "counts are whole numbers"
    assert all(re.fullmatch(r"\d+\.\d", length) for length in rows["mean length"])


def test_what_a_scale_leaves_out_is_said(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    words = ("run", "--corpus", folder, "--store", tmp_path / "s", "--dry-run")
    said = ltlib(*words)[2]
    assert said == (
        "domains: films, phones, the first 2 of 3; for others --domains films,phones,songs\n"
    )
    assert ltlib(*words, "--domains", "songs,films")[2] == ""
    assert ltlib(*words, "--pairs", "films:songs")[2] == ""
    failed(ltlib(*words, "--domains", "songs"), "needs two domains", "--experiment obtain")


def test_quiet_says_nothing(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    words = ("run", "--corpus", folder, "--store", tmp_path / "s", "--rounds", "0", "--quiet")
    assert ltlib(*words, "--experiment", "obtain") == (0, "", "")
    assert "2 runs done" in ltlib("status", "--store", tmp_path / "s")[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_the_command(shell: str) -> None:
    """As the README tells: Click writes a script that asks `ltlib` itself."""
    environment = os.environ | {"_LTLIB_COMPLETE": f"{shell}_source"}
    program = "import sys; sys.argv[0] = 'ltlib'; from ltlib.cli.commands import main; main()"
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert "_LTLIB_COMPLETE" in done.stdout, done.stderr
    if shell == "bash":
        asked = {"_LTLIB_COMPLETE": "bash_complete", "COMP_WORDS": "ltlib co", "COMP_CWORD": "1"}
        done = subprocess.run(words, env=os.environ | asked, capture_output=True, text=True)
        assert done.stdout.splitlines() == ["plain,compare"]


def test_remarks_on_a_folder_go_to_stderr(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    own = shutil.copytree(folder, tmp_path / "own")
    (own / "books.json").touch()
    quiet = ltlib("prepare", "--corpus", folder)
    remark = "skipped: books.json; to have them read: write one object a line, into a file named "
    assert quiet[2] == ""
    assert ltlib("prepare", "--corpus", own) == (0, quiet[1], f"{remark}.jsonl\n")
    words = ("--store", tmp_path / "s", "--dry-run", "--experiment", "obtain", "--rounds", "0")
    assert ltlib("run", "--corpus", own, *words)[2].startswith(remark)


def test_it_is_also_a_module() -> None:
    command = [sys.executable, "-m", "ltlib", "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "ltlib" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--corpus", "nonsense"], ["nonsense", "vader"]),
        (["--corpus", "./nowhere"], ["not found"]),
        (["--corpus", "FOLDER", "--domains", "films,nope"], ["nope", "films, phones, songs"]),
        (["--corpus", "FOLDER", "--domains", "films"], ["two domains"]),
        (["--corpus", "FOLDER", "--pairs", "films:films"], ["itself"]),
        (["--corpus", "FOLDER", "--pairs", "films"], ["source:target"]),
        (["--corpus", "FOLDER", "--pairs", "films:none"], ["none", "films, phones"]),
        (["--corpus", "FOLDER", "--split", "9000/10/10"], ["9000", "largest"]),
        (["--corpus", "FOLDER", "--split", "20/10"], ["--split", "TRAIN/VALIDATION/TEST"]),
        (["--corpus", "FOLDER", "--split", "20/10/all"], ["--split", "20/10/all", "200/100/rest"]),
        (["--corpus", "FOLDER", "--split", "21/10/10"], ["split", "even"]),
        (["--corpus", "FOLDER", "--rounds", "-1"], ["rounds"]),
        (["--corpus", "FOLDER", "--rounds", "many"], ["rounds"]),
        (["--corpus", "FOLDER", "--replicates", "0"], ["replicates"]),
        (["--corpus", "FOLDER", "--seed", "-1"], ["seed"]),
        (["--corpus", "FOLDER", "--workers", "-1"], ["workers"]),
        (["--corpus", "FOLDER", "--shard", "3/2"], ["--shard '3/2'", "i/n"]),
        (["--corpus", "FOLDER", "--shard", "half"], ["--shard 'half'", "i/n"]),
        (["--corpus", "FOLDER", "--address", "h:1"], ["--address", "--engine ray"]),
        (["--corpus", "FOLDER", "--gpus-per-run", "0.5"], ["--gpus-per-run", "--engine ray"]),
        (["--corpus", "FOLDER", "--engine", "ray", "--gpus-per-run", "0.5"], ["--device cuda"]),
        (["--corpus", "FOLDER", "--engine", "slurm"], ["slurm", "ray"]),
        (["--corpus", "FOLDER", "--scale", "laptop", "--split", "200/100/100"], ["vocabulary"]),
        (["--corpus", "FOLDER", "--scale", "giant"], ["giant"]),
        (["--corpus", "FOLDER", "--nonsense"], ["nonsense"]),
        ([], ["corpus"]),
    ],
)
def test_bad_words_are_one_line(
    ltlib: Run, folder: Path, tmp_path: Path, words: list[str], expected: list[str]
) -> None:
    given = [str(folder) if word == "FOLDER" else word for word in words]
    failed(ltlib("run", *given, "--store", tmp_path / "s"), *expected)
    assert not (tmp_path / "s").exists(), "nothing half-written"


def broken(tmp_path: Path, name: str, content: bytes) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    write_domain(folder / "good.jsonl.gz", 0)
    (folder / name).write_bytes(content)
    return folder


GOOD = b'{"text": "fine", "label": 1}\n'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("d.jsonl", GOOD + b"\xff\xfe{}\n", ["d.jsonl", "UTF-8"]),
        ("d.jsonl.gz", gzip.compress(GOOD * 500, mtime=0)[:-20], ["d.jsonl.gz", "gzip"]),
        ("d.jsonl", GOOD + b'{"text": "half\n', ["d.jsonl", "2"]),
        ("d.jsonl", b'{"words": "x", "label": 1}\n', ["d.jsonl", "text"]),
        ("d.csv", b"text,mark\nx,1\n", ["d.csv", "label"]),
        ("d.tsv", b"text\tlabel\nx\t2\n", ["d.tsv", "2"]),
        ("d.csv", b"text,rating\nx,6\n", ["d.csv", "6"]),
        ("a.b.jsonl", GOOD, ["a.b"]),
        ("d.jsonl", GOOD, ["d", "largest"]),
    ],
)
def test_broken_files_are_named(
    ltlib: Run, tmp_path: Path, name: str, content: bytes, expected: list[str]
) -> None:
    folder = broken(tmp_path, name, content)
    failed(ltlib("run", "--corpus", folder, "--store", tmp_path / "s"), *expected)
    assert not (tmp_path / "s").exists()


def test_stores_that_are_not(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failed(ltlib("run", "--corpus", folder, "--store", tmp_path / "file"), "is a file")
    failed(ltlib("export", "--store", tmp_path / "none", "--out", tmp_path / "o.csv"), "not found")
    assert not (tmp_path / "o.csv").exists()
    failed(ltlib("status", "--store", tmp_path / "file"), "is a file")
    (tmp_path / "empty").mkdir()
    failed(ltlib("show", "--store", tmp_path / "empty", "abc"), "no run")
    failed(ltlib("export", "--store", tmp_path / "empty", "--out", tmp_path / "o.csv"), "no runs")


def test_no_gpu_is_said(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    import torch

    if torch.cuda.is_available():
        words = ("run", "--corpus", folder, "--store", tmp_path / "s", "--rounds", "0")
        assert ltlib(*words, "--device", "cuda")[0] == 0
    else:
        words = ("run", "--corpus", folder, "--store", tmp_path / "s", "--device", "cuda")
        failed(ltlib(*words), "cuda")


def test_the_book_needs_its_sources(
    ltlib: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed(ltlib("book"), "build.py", "not found", "git clone")
    assert not (tmp_path / "_build").exists()


def test_help_names_every_command(ltlib: Run) -> None:
    status, printed, _ = ltlib("--help")
    assert status == 0
    aims = re.findall(r"^(\w.*):\n((?:  .*\n?)+)", printed, re.MULTILINE)
    listed = {aim: re.findall(r"^  (\w+) ", rows, re.MULTILINE) for aim, rows in aims}
    assert sorted(itertools.chain(*listed.values())) == sorted(cli.commands), (
        "each once, under an aim"
    )
    assert listed["Read the results"] == ["export", "claims", "compare"]
    assert "..." not in "".join(rows for _, rows in aims), "no line is cut short"


@pytest.mark.long
def test_an_estimate_trains_nothing_and_leaves_no_store(
    ltlib: Run, folder: Path, tmp_path: Path
) -> None:
    words = ("run", "--corpus", folder, "--rounds", "1", "--store", tmp_path / "s")
    status, printed, _ = ltlib(*words, "--dry-run")
    assert status == 0 and not (tmp_path / "s").exists()
    runs, hours, disk = printed.splitlines()
    assert runs == "runs: 14; 0 are there, 0 failed before"
    assert "core-hours" in hours and "MB" in disk
    assert ltlib(*words, "--experiment", "obtain")[0] == 0
    assert ltlib(*words, "--dry-run")[1].startswith("runs: 14; 6 are there, 0 failed")


def test_every_word_reaches_what_it_is_for(
    ltlib: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No two options have the same value here, and none its default."""
    from ltlib.cli import run as command

    asked: list[inspect.BoundArguments] = []
    signature = inspect.signature(command.execute)

    def record(*given: object) -> Report:
        asked.append(signature.bind(*given))
        return Report()

    monkeypatch.setattr(command, "execute", record)
    monkeypatch.setattr(command.torch.cuda, "is_available", lambda: True)
    store = tmp_path / "s"
    which = "--domains phones,films --pairs films:phones --experiment transfer --replicates 2"
    which += " --rounds 1 --seed 7 --split 220/80/60"
    where = "--workers 3 --device cuda --engine ray --address h:1 --gpus-per-run 0.5 --retry-failed"
    words = f"{which} {where}".split()
    assert ltlib("run", "--corpus", folder, "--store", store, *words)[0] == 0
    called = asked[0].arguments
    assert called["store"].path == store
    assert called["provenance"]["corpus_source"] == str(folder)
    assert called["workers"] == 3
    assert (called["engine"], called["address"], called["gpus_per_run"]) == ("ray", "h:1", 0.5)
    assert called["progress"] and called["retry_failed"]
    specs = called["specs"]
    moved = [spec for spec in specs if spec.experiment == "transfer"]
    assert {(spec.source, spec.target) for spec in moved} == {("films", "phones")}
    assert {spec.round for spec in moved} == {0, 1}
    assert {spec.replicate for spec in moved} == {0, 1}
    assert {spec.seed for spec in specs} == {7}
    assert {spec.protocol.split for spec in specs} == {(220, 80, 60)}
    assert {spec.device for spec in specs} == {"cuda"}

    obtain = ("run", "--corpus", folder, "--store", store, "--experiment", "obtain")
    assert ltlib(*obtain, "--domains", "songs,films", "--shard", "2/2")[0] == 0
    (source,) = {spec.source for spec in asked[1].arguments["specs"]}
    assert source in ("songs", "films"), "one chain of two"
    assert ltlib(*obtain)[0] == 0
    called = asked[2].arguments
    assert {spec.source for spec in called["specs"]} == {"films", "phones"}
    assert {spec.device for spec in called["specs"]} == {"cpu"}
    assert (called["workers"], called["engine"]) == (0, "local")
    assert (called["address"], called["gpus_per_run"]) == (None, 0.0)
    assert not called["retry_failed"]


def test_failed_runs_are_told_and_tried_again(
    ltlib: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a step length at which nothing can converge."""
    from ltlib.cli import commands
    from ltlib.protocol import Protocol

    words = ("run", "--corpus", folder, "--rounds", "1", "--domains", "films", "--experiment",
             "obtain", "--store", tmp_path / "s")  # fmt: skip
    absurd = replace(Protocol.smoke(), learning_rate=1e30, rounds=1)
    with monkeypatch.context() as patch:
        patch.setattr(commands, "protocol_of", lambda *_, **__: absurd)
        for more in ((), ("--retry-failed",)):
            status, _, err = ltlib(*words, *more)
            assert status == 1
            assert "diverged" in err and "1 run failed, and so 2 more cannot be done" in err
    printed = ltlib("status", "--store", tmp_path / "s", "--watch")[1]
    assert "0 runs done, 1 failed, 2 blocked" in printed, "and it does not wait for ever"
    told = json.loads(ltlib("status", "--store", tmp_path / "s", "--json")[1])
    assert (told["failed"], told["blocked"]) == (1, 2)
    name = next(other["run"] for other in told["others"] if other["state"] == "failed")
    printed = ltlib("show", "--store", tmp_path / "s", name[:10])[1]
    assert "diverged" in printed and "Traceback" in printed


def test_no_ray_there_is_one_line(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    domains = ("--domains", "films,phones")
    words = ("run", "--corpus", folder, "--store", tmp_path / "s", "--engine", "ray", *domains)
    failed(ltlib(*words, "--address", "127.0.0.1:1"), "127.0.0.1:1", "ray start --head")


def test_a_store_of_another_version_is_one_line(ltlib: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"spec_version": 0}')
    for words in (("run", "--corpus", folder), ("status",), ("export", "--out", tmp_path / "o")):
        failed(ltlib(*words, "--store", tmp_path), "spec_version 0", "another store")
    assert [path.name for path in tmp_path.iterdir()] == ["store.json"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results table in which every claim of the paper is true, and its atlas."""
    path = tmp_path_factory.mktemp("results") / "results.parquet"
    worlds.table(worlds.as_claimed).to_parquet(path)
    atlas = replace(atlas_beside("nowhere"), divergence=worlds.APART_AS_CLAIMED)
    write_atlas(atlas, path_beside(path))
    return path


def test_claims_prints_a_row_a_claim(ltlib: Run, table: Path) -> None:
    status, printed, err = ltlib("claims", "--results", table)
    assert (status, err) == (0, "")
    heading, *rows = printed.splitlines()
    assert re.split("  +", heading) == [
        "the paper says",
        "verdict",
        "estimate",
        "95% interval",
        "quantity: claimed",
    ]
    assert len(rows) == len(CLAIMS)
    for row, claim in zip(rows, CLAIMS, strict=True):
        said, verdict, estimate, interval, quantity = re.split("  +", row)
        assert said == f"{claim.statement} ({claim.section})" + " ★" * claim.primary
        if claim.lowest:
            assert verdict == "– not identifiable: each domain has a test set of its own"
        else:
            # Areas are half as far apart here, so that a loss of 3 to 5 points is a smaller one.
            other = " (by area: fails)" if "transfer-cost" in claim.id else ""
            assert verdict == "✓ holds" + other
        number = {
            "points": r"(0\.0|[+−]\d+\.\d)",
            "factor": r"× \d+\.\d\d",
            "nats": r"[+−]\d\.\d{4} nats",
            "sparsity": r"\d+\.\d\d%",
            "rounds": r"\d+(\.5)? rounds",
        }[claim.unit]
        assert re.fullmatch(number, estimate)
        known = claim.transition in (None, "place")
        assert re.fullmatch(f"{number} to {number}" if known else "–", interval)
        assert quantity.startswith(claim.quantity + ": ")


def test_claims_for_programs(ltlib: Run, table: Path, tmp_path: Path) -> None:
    status, printed, _ = ltlib("claims", "--results", table, "--json")
    assert status == 0
    rows = json.loads(printed)
    assert [row["id"] for row in rows] == [claim.id for claim in CLAIMS]
    for row in rows:
        assert row["verdict"] == ("not identifiable" if row["id"] == "cds-worst" else "holds")
        assert row["interval"] == [row["low"], row["high"]]
        if row["id"] in ("transition", "transition-apart"):
            assert row["interval"] == [None, None], "told by p alone"
            continue
        assert row["low"] <= row["estimate"] <= row["high"]
        assert row["above"] is None or row["above"] < row["low"]
        assert row["below"] is None or row["below"] > row["high"]
    cost = next(row for row in rows if row["id"] == "transfer-cost-reset")
    assert cost["estimate"] == pytest.approx(-0.04)
    shorter = tmp_path / "shorter.parquet"
    worlds.table(worlds.as_claimed, replicates=1).to_parquet(shorter)
    found = json.loads(ltlib("claims", "--results", shorter, "--json")[1])
    verdicts = {row["verdict"] for row in found if row["id"] != "cds-worst"}
    assert verdicts == {"undecided", "not measured"}
    assert {row["low"] for row in found} == {None}
    assert {row["missing"] for row in found if row["id"] == "nearest"} == {
        "no divergence of electronics and home"
    }


def test_bad_results_are_refused(ltlib: Run, table: Path, tmp_path: Path) -> None:
    failed(ltlib("claims", "--results", tmp_path / "none.parquet"), "not found", "ltlib export")
    text = tmp_path / "text.parquet"
    text.write_text("accuracy\n0.5\n")
    failed(ltlib("claims", "--results", text), "text.parquet", "not a Parquet table")
    good = pd.read_parquet(table)
    without = tmp_path / "without.parquet"
    good.drop(columns="replicate").to_parquet(without)
    failed(ltlib("claims", "--results", without), "without.parquet", "'replicate' is missing")
    mixed = tmp_path / "mixed.parquet"
    pd.concat([good, good.assign(corpus="other")]).to_parquet(mixed)
    failed(ltlib("claims", "--results", mixed), "'corpus'", "select one")
    twice = tmp_path / "twice.parquet"
    pd.concat([good, good[:1]]).to_parquet(twice)
    failed(ltlib("claims", "--results", twice), "two rows", "keep one")
    empty = tmp_path / "empty.parquet"
    good[:0].to_parquet(empty)
    failed(ltlib("claims", "--results", empty), "no rows")
    failed(ltlib("claims"), "--results")
